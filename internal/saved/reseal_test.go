package saved_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/saved"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

func TestReseal_keepsWhatIsConnectedAndItsOrder(t *testing.T) {
	t.Parallel()
	in, ctx := bucket(t), t.Context()
	old := storeOf(t, in, local("a"))
	first := connect(t, old, acme("acme"))
	connect(t, old, acme("globex"))
	from, before := local("b"), local("a")
	from.Previous = &before
	both := storeOf(t, in, from)
	for range 2 {
		if done, err := both.Reseal(ctx); err != nil || !slices.Equal(done, []string{"acme", "globex"}) {
			t.Fatalf("%v, %v", done, err)
		}
	}
	fresh := storeOf(t, in, local("b"))
	_, version, err := fresh.Source(ctx, "acme")
	if err != nil || !strings.HasPrefix(version, first+"-") || len(keys(t, in)) != 2 {
		t.Errorf("%s after %s, %v; the bucket has %v", version, first, err, keys(t, in))
	}
	if at, _, ok := staging.ParseSyncID(version); !ok || time.Since(at) > time.Hour {
		t.Errorf("%s is no version", version)
	}
	if next := connect(t, fresh, acme("acme")); next <= version {
		t.Errorf("%s does not come after %s", next, version)
	}
	_, _, err = old.Source(ctx, "acme")
	refused(t, err, "it was sealed with the key")
	connect(t, old, acme("initech")) // by somebody who still has the old key
	done, err := fresh.Reseal(ctx)
	refused(t, err, `source "initech": it was sealed with the key`)
	if !slices.Equal(done, []string{"acme", "globex"}) {
		t.Errorf("sealed anew: %v", done)
	}
}

// TestReseal_connectsNobodyAgain has somebody disconnect the source while the key service takes its time.
func TestReseal_connectsNobodyAgain(t *testing.T) {
	t.Parallel()
	in, ctx := bucket(t), t.Context()
	connect(t, storeOf(t, in, local("a")), acme("acme"))
	reads := 0
	from := local("a")
	text, key := "", from.Key
	from.Key = source.Sealed(func(ctx context.Context) (string, error) {
		var err error
		if reads++; reads > 1 { // the first opens, the next seals
			err = saved.New(in, nil, nil).Remove(ctx, "acme")
		}
		if err == nil {
			text, err = key.Resolve(ctx)
		}
		return text, err
	})
	if done, err := storeOf(t, in, from).Reseal(ctx); err != nil || len(done) > 0 || len(keys(t, in)) > 0 || reads < 2 {
		t.Errorf("%v, %v after %d reads; the bucket has %v", done, err, reads, keys(t, in))
	}
}
