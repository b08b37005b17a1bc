package shard

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

func TestPace_next(t *testing.T) {
	t.Parallel()
	answered := func(seq int64) news { return news{seq: seq, next: seq + 1, share: 16} }
	pressed := func(seq, next int64) news { return news{pressed: true, seq: seq, next: next, share: 16} }
	for name, row := range map[string]struct {
		news []news
		want []int // the limit after each
	}{
		"answers leave the whole share": {
			[]news{answered(0), answered(1)},
			[]int{16, 16},
		},
		"a complaint halves it": {
			[]news{pressed(0, 16)},
			[]int{8},
		},
		"complaints of one round trip halve it once": {
			[]news{pressed(0, 16), pressed(1, 16), pressed(15, 16)},
			[]int{8, 8, 8},
		},
		"a complaint about the new pace halves it again": {
			[]news{pressed(0, 16), pressed(16, 24), pressed(17, 24), pressed(24, 28)},
			[]int{8, 4, 4, 2},
		},
		"it is never less than one": {
			[]news{pressed(0, 1), pressed(1, 2), pressed(2, 3), pressed(3, 4), pressed(4, 5)},
			[]int{8, 4, 2, 1, 1},
		},
		"a round of answers brings one more": {
			[]news{pressed(0, 1), pressed(1, 2), pressed(2, 3), answered(3), answered(4), answered(5)},
			[]int{8, 4, 2, 2, 2, 3},
		},
		"it grows to a smaller share and no further": {
			[]news{pressed(0, 1), {seq: 1, next: 2, share: 3}, {seq: 2, next: 3, share: 16}},
			[]int{8, 3, 16},
		},
		"it keeps to a share that shrinks": {
			[]news{pressed(0, 1), {pressed: true, seq: 0, next: 2, share: 4}},
			[]int{8, 4},
		},
		"half of what a smaller share allows is less": {
			[]news{pressed(0, 1), {pressed: true, seq: 1, next: 2, share: 4}},
			[]int{8, 2},
		},
		"a late answer to an older request widens it as well": {
			[]news{pressed(5, 9), pressed(9, 12), answered(3), answered(4), answered(6), answered(7), answered(8)},
			[]int{8, 4, 4, 4, 4, 4, 5},
		},
	} {
		var p pace
		got := make([]int, 0, len(row.news))
		for _, n := range row.news {
			p = p.next(n)
			got = append(got, p.limit(n.share))
		}
		if diff := cmp.Diff(row.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Whatever the news, the limit stays between one and the share, and answers bring the whole share back in the end.
func TestPace_staysWithinItsBoundsAndRecovers(t *testing.T) {
	t.Parallel()
	for share := 1; share <= 24; share++ {
		var p pace
		for seq := range int64(500) {
			p = p.next(news{pressed: seq%7 == 0 || seq < 50, seq: seq, next: seq + 1, share: share})
			if got := p.limit(share); got < 1 || got > share {
				t.Fatalf("share %d: the limit is %d", share, got)
			}
		}
		answers := 0
		for ; p.limit(share) < share; answers++ {
			p = p.next(news{seq: 1000, next: 1001, share: share})
		}
		if rounds := share * (share + 1) / 2; answers > rounds {
			t.Errorf("share %d: it took %d answers to have all of it again, want at most %d", share, answers, rounds)
		}
	}
}

// An org that takes a few requests at a time and refuses more, until it has room for all.
func TestRun_findsThePaceThatIsTaken(t *testing.T) {
	refusals := map[string]func() error{
		"too many at a time": func() error { return failWith(fault.Throttled) },
		"503":                func() error { return &salesforce.Error{Class: fault.Transient, Status: http.StatusServiceUnavailable} },
	}
	for name, refusal := range refusals {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const reports, share, room, lifted = 1500, 16, 5, 900
				f, o := newFakeVault(), newOrg(100*time.Millisecond)
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

// The pace outlives a run: the next begins with half of its share, and has all of it again once the answers allow.
func TestRun_handsItsPaceOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(time.Second)
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
		if err != nil || !result.Pressed || result.Stop != StopSlice {
			t.Fatalf("result %+v, error %v", result, err)
		}
		o.mu.Lock()
		busy, o.most = false, 0
		o.mu.Unlock()
		in.Pressed, in.Slice = true, 1500*time.Millisecond // two rounds of requests
		if result, err = run(t.Context(), in, f); err != nil || o.most > 5 || !result.Pressed {
			t.Errorf("%d requests at once at the start: result %+v, error %v", o.most, result, err)
		}
		in.Slice = 0
		if result, err = run(t.Context(), in, f); err != nil || o.most != 8 || result.Pressed {
			t.Errorf("%d requests at once in the end: result %+v, error %v", o.most, result, err)
		}
	})
}

// A refusal that the client's own try overcame narrows the pace too.
func TestRunner_learnsOfRefusalsThatTheClientOvercame(t *testing.T) {
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
			r := newRunner(t.Context(), input(client, 8), newFakeVault(), newLedger([]report{{id: reportID(0)}}), nil)
			defer r.close()
			trip := &trip{}
			a := r.ask(t.Context(), trip, r.led.reports[0])
			r.learn(a)
			if a.err != nil || r.brake.limit(8) != row.want {
				t.Errorf("the limit is %d after %v, want %d", r.brake.limit(8), a.err, row.want)
			}
		})
	}
}
