package shard

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/shard/slots"
)

// An org that takes a few requests at a time and refuses more, until it has room for all.
func TestRun_findsTheLimitThatIsTaken(t *testing.T) {
	refusals := map[string]func() error{
		"too many at a time": func() error { return failWith(fault.Throttled) },
		"503":                func() error { return &salesforce.Error{Class: fault.Transient, Status: http.StatusServiceUnavailable} },
	}
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const reports, share, room, lifted = 1500, 16, 5, 900
				f, o := newFakeStore(), newOrg(100*time.Millisecond)
				plan(f, reports)
				sum, seen, refused, most := 0, 0, 0, 0
				o.reply = func(int, int) error {
					o.mu.Lock()
					defer o.mu.Unlock()
					switch {
					case o.total > lifted:
						most = max(most, o.active)
						return nil
					case o.total > 100: // once it has found its way
						sum, seen = sum+o.active, seen+1
					}
					if o.active > room {
						refused++
						return refusal()
					}
					return nil
				}
				result, err := run(t.Context(), input(o, share), f)
				if err != nil || result.States[description.StateDescribed] != reports {
					t.Fatalf("result %+v, error %v", result, err)
				}
				if mean := float64(sum) / float64(seen); mean < room-2 || mean > room+1 {
					t.Errorf("%.1f requests were in flight on average, where %d are taken", mean, room)
				}
				if refused > lifted/8 {
					t.Errorf("%d of %d requests were refused", refused, lifted)
				}
				if most != share {
					t.Errorf("%d requests were in flight at most after there was room for all %d", most, share)
				}
			})
		})
	}
}

// That a run was throttled outlives it: the next begins with half of its share, and has all of it again once the answers allow.
func TestRun_handsOnThatItWasThrottled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(time.Second)
		plan(f, 200)
		busy := true
		o.reply = func(int, int) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			if busy && o.active > 3 {
				return failWith(fault.Throttled)
			}
			return nil
		}
		in := input(o, 8)
		in.Slice = 10 * time.Second
		result, err := run(t.Context(), in, f)
		if err != nil || !result.Throttled || result.Stop != StopSlice {
			t.Fatalf("result %+v, error %v", result, err)
		}
		o.mu.Lock()
		busy, o.most = false, 0
		o.mu.Unlock()
		in.Throttled, in.Slice = true, 1500*time.Millisecond // two rounds of requests
		if result, err = run(t.Context(), in, f); err != nil || o.most > 5 || !result.Throttled {
			t.Errorf("%d requests at once at the start: result %+v, error %v", o.most, result, err)
		}
		in.Slice = 0
		if result, err = run(t.Context(), in, f); err != nil || o.most != 8 || result.Throttled {
			t.Errorf("%d requests at once in the end: result %+v, error %v", o.most, result, err)
		}
	})
}

// A refusal that the client's own try overcame lowers the limit too.
func TestDispatcher_observesRefusalsThatTheClientOvercame(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		refusal int
		want    int
	}{
		{"503", http.StatusServiceUnavailable, 4}, {"429", http.StatusTooManyRequests, 4}, {"502", http.StatusBadGateway, 8},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			client := clientOf(t, func(w http.ResponseWriter, _ *http.Request, call int64) {
				if call == 1 {
					w.WriteHeader(row.refusal)
					return
				}
				w.Header().Set("Content-Type", "application/json")
				fmt.Fprint(w, `{"reportMetadata":{},"reportExtendedMetadata":{}}`)
			})
			out := &dispatcher{slots: slots.Fixed(8)}
			a := asker{describer: client}.ask(t.Context(), &request{}, report{id: reportID(0)})
			out.observe(a)
			if a.err != nil || out.limiter.Limit(8) != row.want {
				t.Errorf("the limit is %d after %v, want %d", out.limiter.Limit(8), a.err, row.want)
			}
		})
	}
}
