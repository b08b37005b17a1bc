package relay

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
)

// TestRelay_endsWhatIsLeftOver starts attempts one after the other and looks which of them are told to end.
func TestRelay_endsWhatIsLeftOver(t *testing.T) {
	t.Parallel()
	type attempt struct {
		source, run string
		shard       int
	}
	for name, row := range map[string]struct {
		first, second attempt
		ends          bool
	}{
		"another run of the source":           {attempt{"acme", "a", 1}, attempt{"acme", "b", 2}, true},
		"another attempt at the same shard":   {attempt{"acme", "a", 1}, attempt{"acme", "a", 1}, true},
		"another shard of the same run":       {attempt{"acme", "a", 1}, attempt{"acme", "a", 2}, false},
		"the same shard of another source":    {attempt{"acme", "a", 1}, attempt{"umbrella", "b", 1}, false},
		"another run, and another source too": {attempt{"acme", "a", 1}, attempt{"umbrella", "b", 2}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				var r Relay
				var mu sync.Mutex
				var order []string
				tell := func(what string) { mu.Lock(); defer mu.Unlock(); order = append(order, what) }
				first, leaveFirst := r.Enter(t.Context(), row.first.source, row.first.run, row.first.shard)
				go func() {
					<-first.Done()
					tell("stored")
					leaveFirst()
				}()
				go func() {
					second, leave := r.Enter(t.Context(), row.second.source, row.second.run, row.second.shard)
					tell("entered")
					<-second.Done()
					leave()
				}()
				synctest.Wait()
				want := []string{"entered"}
				if row.ends {
					want = []string{"stored", "entered"}
				}
				mu.Lock()
				defer mu.Unlock()
				if !slices.Equal(order, want) {
					t.Errorf("it went %v, want %v", order, want)
				}
			})
		})
	}
}

// TestRelay_waitsNoLongerThanItsOwnContext holds an attempt that does not end.
func TestRelay_waitsNoLongerThanItsOwnContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var r Relay
		_, leave := r.Enter(t.Context(), "acme", "a", 1)
		defer leave()
		ctx, cancel := context.WithCancel(t.Context())
		entered := false
		go func() {
			_, leave := r.Enter(ctx, "acme", "b", 1)
			entered = true
			leave()
		}()
		synctest.Wait()
		if entered {
			t.Fatal("it did not wait")
		}
		cancel()
		synctest.Wait()
		if !entered {
			t.Error("it waits on after its own end")
		}
	})
}
