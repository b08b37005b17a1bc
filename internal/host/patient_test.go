package host

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
)

// stuck are logins in a bucket whose disk gives no answer.
type stuck struct{ never chan struct{} }

func (s stuck) Take(context.Context, time.Time) (time.Time, error) {
	<-s.never
	return time.Time{}, nil
}

func (s stuck) Forget(context.Context, time.Time) error {
	<-s.never
	return nil
}

// TestPatient_blamesTheBucket: the row of the login must not say that Salesforce gave no answer.
func TestPatient_blamesTheBucket(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		never := make(chan struct{})
		defer close(never)
		p := patient{Slots: stuck{never}, thing: t.Name(), bucket: "file:///mnt/longhaul"}
		_, err := p.Take(t.Context(), time.Now())
		f := fault.From(err)
		if f == nil || f.System != fault.Bucket ||
			!strings.HasPrefix(f.Message, "the bucket file:///mnt/longhaul, in which logins are counted, gave no answer within 4 s") {
			t.Errorf("got %v", err)
		}
		if err := p.Forget(t.Context(), time.Now()); !fault.Is(err, fault.Transient) {
			t.Errorf("got %v", err)
		}
	})
}
