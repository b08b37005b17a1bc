package shard

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
)

// However many reports are broken and wherever they lie: the others are described, the broken ones marked.
func TestRun_isNotStoppedByBrokenReports(t *testing.T) {
	for name, broken := range map[string]func(i int) bool{
		"one in the middle":      func(i int) bool { return i == 60 },
		"the first":              func(i int) bool { return i == 0 },
		"the last":               func(i int) bool { return i == 119 },
		"forty side by side":     func(i int) bool { return i >= 40 && i < 80 },
		"the first forty":        func(i int) bool { return i < 40 },
		"the last forty":         func(i int) bool { return i >= 80 },
		"every second":           func(i int) bool { return i%2 == 0 },
		"all but one in the end": func(i int) bool { return i != 100 },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeStore()
				plan(f, 120)
				want := map[description.State]int64{}
				for i := range 120 {
					if broken(i) {
						want[description.StateFailed]++
					} else {
						want[description.StateDescribed]++
					}
				}
				for attempt := 1; attempt <= 60; attempt++ {
					o := newOrg(10 * time.Millisecond)
					o.reply = func(i, _ int) error {
						if broken(i) {
							return failWith(fault.Poison)
						}
						return nil
					}
					in := input(o, 4)
					in.Attempt, in.LastRound = attempt, true
					result, err := run(t.Context(), in, f)
					if err != nil {
						if !fault.Is(err, fault.Transient) {
							t.Fatal(err)
						}
						continue
					}
					if fmt.Sprint(result.States) != fmt.Sprint(want) {
						t.Errorf("states %v, want %v", result.States, want)
					}
					wantWhole(t, f, 120)
					if attempt > 1 && name != "all but one in the end" {
						t.Errorf("it took %d attempts", attempt)
					}
					return
				}
				t.Error("the shard never ended")
			})
		})
	}
}

// The last report of a shard is broken and a later attempt sees nothing but it: a stored report is the canary.
func TestRun_asksForAStoredReportAsItsCanary(t *testing.T) {
	for name, alive := range map[string]bool{"while Salesforce answers": true, "in an outage": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, 3)
				f.put(testSync.Part(0, reportID(0), reportID(1), 1), storedLine(0, ""), storedLine(1, ""))
				o.reply = func(i, _ int) error {
					if i == 2 || !alive {
						return failWith(fault.Transient)
					}
					return nil
				}
				in := input(o, 4)
				in.LastRound = true
				result, err := run(t.Context(), in, f)
				if alive && (err != nil || result.States[description.StateFailed] != 1 || result.Repeated == 0) {
					t.Errorf("result %+v, error %v", result, err)
				}
				if !alive && (!fault.Is(err, fault.Transient) || result.States[description.StateFailed] != 0) {
					t.Errorf("result %+v, error %v", result, err)
				}
			})
		})
	}
}

func TestRun_ofOneBrokenReport(t *testing.T) {
	tests := map[string]struct {
		class   fault.Class
		attempt int
		probe   func(context.Context) error
		failed  bool
	}{
		"is tried again while there is no canary":                {fault.Poison, 3, nil, false},
		"ends after many attempts if Salesforce calls it broken": {fault.Poison, patience, nil, true},
		"ends after many attempts if no try is answered":         {fault.Transient, patience, nil, true},
		"is tried again before that":                             {fault.Transient, patience - 1, nil, false},
		"is tried again as long as Salesforce is busy":           {fault.Throttled, patience, nil, false},
		"is tried again when the caller knows no canary": {
			fault.Transient, 1,
			func(context.Context) error { return fmt.Errorf("first sync: %w", ErrNoCanary) }, false,
		},
		"ends after many attempts if the caller knows no canary": {
			fault.Poison, patience,
			func(context.Context) error { return ErrNoCanary }, true,
		},
		"is tried again as long as the caller's canary fails": {
			fault.Transient, patience,
			func(context.Context) error { return failWith(fault.Transient) }, false,
		},
		"ends when the canary of the caller is answered": {fault.Transient, 1, func(context.Context) error { return nil }, true},
		"is tried again when the canary of the caller fails": {
			fault.Transient, 1,
			func(context.Context) error { return failWith(fault.Transient) }, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, 1)
				o.reply = func(int, int) error { return failWith(test.class) }
				in := input(o, 4)
				in.Attempt, in.Canary, in.LastRound = test.attempt, test.probe, true
				result, err := run(t.Context(), in, f)
				if test.failed != (err == nil) || test.failed != (result.States[description.StateFailed] == 1) {
					t.Errorf("result %+v, error %v", result, err)
				}
				if err != nil && !fault.Is(err, fault.Transient) && !fault.Is(err, fault.Throttled) {
					t.Errorf("error %v", err)
				}
				want := map[fault.Class]description.Reason{
					fault.Poison: description.ReasonServerError, fault.Transient: description.ReasonUnreachable,
				}[test.class]
				if test.failed && result.Reasons[want] != 1 {
					t.Errorf("reasons %v, want %s", result.Reasons, want)
				}
			})
		})
	}
}
