package shard

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

// later is a refusal that asks for a longer wait than a run spends itself.
func later(class fault.Class, status int) error {
	return &salesforce.Error{Class: class, Status: status, Op: "describe report", RetryAfter: time.Minute}
}

// A report that asks for a long wait at every try, as one that is too large for a gateway, is put off and then failed like
// any other: the wait is its own.
func TestRun_isNotStoppedByAReportThatAsksForALongWait(t *testing.T) {
	for name, broken := range map[string]func(i int) bool{
		"one in the middle": is(60),
		"the first":         is(0),
		"the last":          is(119),
		"ten side by side":  func(i int) bool { return i >= 40 && i < 50 },
		"the first ten":     func(i int) bool { return i < 10 },
		"every tenth":       func(i int) bool { return i%10 == 0 },
	} {
		for _, refusal := range []error{
			later(fault.Transient, http.StatusServiceUnavailable), later(fault.Throttled, http.StatusTooManyRequests),
		} {
			for _, lastRound := range []bool{false, true} {
				t.Run(fmt.Sprintf("%s, %s, last round %v", name, fault.From(refusal).Class, lastRound), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						f, o := newFakeStore(), newOrg(10*time.Millisecond)
						plan(f, 120)
						o.reply = func(i, _ int) error {
							if broken(i) {
								return refusal
							}
							return nil
						}
						in := input(o, 4)
						in.LastRound, in.Slice = lastRound, 2*time.Minute
						result, err := run(t.Context(), in, f)
						if err != nil || result.Partial {
							t.Fatalf("result %+v, error %v", result, err)
						}
						for i, d := range wantWhole(t, f, 120) {
							want := description.StateDescribed
							if broken(i) {
								want = unansweredState(lastRound)
							}
							if d.State != want {
								t.Errorf("report %d is %s, want %s", i, d.State, want)
							}
						}
					})
				})
			}
		}
	}
}

// In a shard of nothing else, as the last round has them, a report of another shard shows whether the wait is its own.
func TestRun_ofOneReportThatAsksForALongWait(t *testing.T) {
	refusal := later(fault.Throttled, http.StatusTooManyRequests)
	for name, row := range map[string]struct {
		probe  error // what the caller's probe gives; errNoProbe when there is none
		failed bool
	}{
		"fails when the caller's canary is answered":         {nil, true},
		"is waited for when the canary is asked to wait too": {refusal, false},
		"is waited for when there is no canary":              {errNoProbe, false},
		"is waited for when the caller knows no canary":      {ErrNoCanary, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, 1)
				o.reply = func(int, int) error { return refusal }
				in := input(o, 4)
				in.LastRound = true
				if !errors.Is(row.probe, errNoProbe) {
					in.Canary = func(context.Context) error { return row.probe }
				}
				result, err := run(t.Context(), in, f)
				if row.failed {
					if err != nil || result.Reasons[description.ReasonThrottled] != 1 || result.States[description.StateFailed] != 1 {
						t.Errorf("result %+v, error %v", result, err)
					}
					return
				}
				if result.Stop != StopThrottled || result.Reports != 0 || fault.From(err).RetryAfter != time.Minute || IsOutage(err) {
					t.Errorf("result %+v, error %v", result, err)
				}
			})
		})
	}
}

// Where everybody is asked to wait, the run ends with that wait after a few calls, whatever canary there is.
func TestRun_endsWithALongWaitThatIsEverybodys(t *testing.T) {
	for name, row := range map[string]struct {
		stored   int
		answered int // calls before it
		probe    func(context.Context) error
		calls    int // after that
	}{
		"at the start of a first sync":        {0, 0, nil, 4 + maxSamples},
		"where a stored report is the canary": {30, 0, nil, 4 + 1},
		"where one that was just answered is": {0, 40, nil, 4 + 1},
		"where the caller's canary is refused too": {
			0, 0, func(context.Context) error { return later(fault.Transient, http.StatusServiceUnavailable) }, 4 + maxSamples,
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, 120)
				for i := range row.stored {
					f.put(testSync.Part(0, reportID(i), reportID(i), 1), storedLine(i, ""))
				}
				o.reply = func(int, int) error {
					if o.count() > row.answered {
						return later(fault.Transient, http.StatusServiceUnavailable)
					}
					return nil
				}
				in := input(o, 4)
				in.Canary = row.probe
				result, err := run(t.Context(), in, f)
				done := int64(row.stored + row.answered)
				if result.Stop != StopThrottled || result.Reports > done || result.Reports < done-3 || o.total > row.answered+row.calls {
					t.Errorf("result %+v, error %v after %d calls", result, err, o.total)
				}
				if f := fault.From(err); f == nil || f.Class != fault.Transient || f.RetryAfter != time.Minute || IsOutage(err) {
					t.Errorf("error %v, want one that asks to wait a minute", err)
				}
			})
		})
	}
}
