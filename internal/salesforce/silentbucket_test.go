package salesforce

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
)

// silent counts logins in a bucket that does not answer.
type silent struct{ take, forget bool }

func (s silent) Take(ctx context.Context, _ time.Time) (time.Time, error) {
	if s.take {
		<-ctx.Done()
	}
	return time.Time{}, ctx.Err()
}

func (s silent) Forget(ctx context.Context, _ time.Time) error {
	if s.forget {
		<-ctx.Done()
	}
	return ctx.Err()
}

// The bucket gives no answer before a login, which must not be blamed on Salesforce, or after one, which nobody should wait for.
func TestLogins_ofABucketThatIsSilent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, begun := &fakeOrg{}, time.Now()
		client := inside(t, inProcess(org), func(c *Config) { c.Slots = silent{take: true} })
		for what, ask := range map[string]func() error{
			"a login":   func() error { _, err := client.Login(t.Context()); return err },
			"a request": func() error { _, err := Count(t.Context(), client); return err },
		} {
			err := ask()
			if f := fault.From(err); f == nil || f.Class != fault.Transient || f.System != fault.Bucket || org.logins.Load() != 0 {
				t.Errorf("%s: %v after %s and %d logins, want that the bucket is silent", what, err, time.Since(begun), org.logins.Load())
			}
		}
	})
	synctest.Test(t, func(t *testing.T) {
		org, begun := &fakeOrg{}, time.Now()
		client := inside(t, inProcess(org), func(c *Config) { c.Slots = silent{forget: true} })
		if _, err := client.Login(t.Context()); err != nil || time.Since(begun) > 10*time.Second {
			t.Errorf("a login took %s, %v", time.Since(begun), err)
		}
	})
}
