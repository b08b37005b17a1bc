package shard

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
)

// However long an outage lasts, it costs a few calls an attempt, attempts come ever more slowly, and nothing is marked.
func TestRun_spendsLittleOnALongOutage(t *testing.T) {
	for name, row := range map[string]struct {
		stored int
		probe  func(context.Context) error
		class  fault.Class
		most   time.Duration
	}{
		"at the start of a first sync":              {0, nil, fault.Transient, longestSpan},
		"where every report answers with an error":  {0, nil, fault.Poison, longestSpan},
		"where every report is refused as too many": {0, nil, fault.Throttled, LongWait},
		"after some were described":                 {50, nil, fault.Transient, longestSpan},
		"where the caller has a canary":             {0, func(context.Context) error { return failWith(fault.Transient) }, fault.Transient, longestSpan},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const attempts, reports = 100, 200
				f, dead := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, reports)
				for i := range row.stored {
					f.put(testSync.Part(0, reportID(i), reportID(i), 1), storedLine(i, ""))
				}
				dead.reply = func(int, int) error { return failWith(row.class) }
				in := input(dead, 8)
				in.Canary, in.Since = row.probe, time.Now()
				var waits []time.Duration
				for ; in.Attempt <= attempts; in.Attempt++ {
					result, err := run(t.Context(), in, f)
					if !IsOutage(err) || result.Stop != StopFault || result.Reports != int64(row.stored) {
						t.Fatalf("attempt %d: result %+v, error %v", in.Attempt, result, err)
					}
					waits = append(waits, fault.From(err).RetryAfter)
					<-time.After(waits[len(waits)-1])
				}
				if dead.total > 3*attempts+50 {
					t.Errorf("%d calls into the outage", dead.total)
				}
				want := []time.Duration{2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, min(32*time.Second, row.most)}
				if diff := cmp.Diff(want, waits[:5]); diff != "" || waits[attempts-1] != row.most {
					t.Errorf("the last wait is %v, the first (-want +got):\n%s", waits[attempts-1], diff)
				}
				alive := newOrg(10 * time.Millisecond)
				in.Describer = alive
				result, err := run(t.Context(), in, f)
				if err != nil || result.States[description.StateDescribed] != reports || alive.total != reports-row.stored || alive.most != 8 {
					t.Errorf("result %+v, error %v after %d calls, %d at once", result, err, alive.total, alive.most)
				}
			})
		})
	}
}

// A run that starts open asks for one report, and uses its whole width once it is answered.
func TestRun_startsOpenWithOneRequest(t *testing.T) {
	for name, prepare := range map[string]func(*Input){
		"as a second attempt":      func(in *Input) { in.Attempt = 2 },
		"where the caller says so": func(in *Input) { in.StartOpen = true },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(time.Second)
				plan(f, 40)
				f.put(testSync.Part(0, reportID(3), reportID(3), 1), storedLine(3, ""))
				in := input(o, 8)
				prepare(&in)
				o.reply = func(int, int) error {
					o.mu.Lock()
					defer o.mu.Unlock()
					if len(o.starts) == 1 && o.most != 1 {
						t.Errorf("%d requests began before one was answered", o.most)
					}
					return nil
				}
				result, err := run(t.Context(), in, f)
				if err != nil || result.Repeated != 0 || o.total != 39 || o.most != 8 {
					t.Errorf("result %+v, error %v after %d calls, %d at once", result, err, o.total, o.most)
				}
			})
		})
	}
}

// Where every report is broken and there is no canary, only time tells: a small shard ends after about an hour.
func TestRun_endsASmallShardOfBrokenReportsAfterItsPatience(t *testing.T) {
	for name, row := range map[string]struct {
		wait bool
		want int // the attempt that ends it
	}{
		"when attempts wait as they are asked": {true, patience},
		"not when attempts follow at once":     {false, 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, 10)
				o.reply = func(int, int) error { return failWith(fault.Poison) }
				in := input(o, 3)
				in.Since = time.Now()
				ended := 0
				for ; in.Attempt <= 2*patience && ended == 0; in.Attempt++ {
					result, err := run(t.Context(), in, f)
					switch {
					case err == nil && result.States[description.StateDeferred] == 10:
						ended = in.Attempt
					case err == nil || result.Reports != 0:
						t.Fatalf("attempt %d: result %+v, error %v", in.Attempt, result, err)
					case row.wait:
						<-time.After(fault.From(err).RetryAfter)
					}
				}
				if ended != row.want {
					t.Errorf("attempt %d ended the shard, want %d", ended, row.want)
				}
			})
		})
	}
}
