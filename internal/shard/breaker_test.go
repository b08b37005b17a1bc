package shard

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

func TestRun_triesAReportThatFailedAgainAfterTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(10*time.Millisecond)
		plan(f, 60)
		o.reply = func(i, call int) error {
			if i%20 == 5 && call <= 2 {
				return failWith(fault.Transient)
			}
			return nil
		}
		in := input(o, 4)
		in.LastRound = true
		result, err := run(t.Context(), in, f)
		if err != nil || result.States[description.StateDescribed] != 60 {
			t.Fatalf("result %+v, error %v", result, err)
		}
		wantWhole(t, f, 60)
		if tail := fmt.Sprint(slices.Sorted(slices.Values(o.starts[60:63]))); tail != "[5 25 45]" {
			t.Errorf("after all others came %v", tail)
		}
	})
}

// A session that ends once more before the repeat costs the report another try, and not the run.
func TestRun_triesAgainWhatASecondEndOfTheSessionMet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(10*time.Millisecond)
		plan(f, 60)
		o.reply = func(i, call int) error {
			if i%20 == 5 && call == 1 {
				return &salesforce.Error{Class: fault.SessionExpired, Status: 401}
			}
			return nil
		}
		result, err := run(t.Context(), input(o, 4), f)
		if err != nil || result.States[description.StateDescribed] != 60 || o.total != 63 {
			t.Fatalf("result %+v after %d calls, error %v", result, o.total, err)
		}
	})
}

// Whatever the moment at which Salesforce stops answering: nothing is marked failed, the run ends soon, and the next
// one goes on from there.
func TestRun_takesAnOutageForNothingElse(t *testing.T) {
	for _, class := range []fault.Class{fault.Transient, fault.Poison, fault.Throttled, fault.SessionExpired} {
		for _, from := range []int{0, 1, 30, 100, 110, 117, 119} {
			t.Run(fmt.Sprintf("%s from report %d on", class, from), func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					f, o := newFakeStore(), newOrg(10*time.Millisecond)
					plan(f, 120)
					o.reply = func(int, int) error {
						if o.count() > from {
							return failWith(class)
						}
						return nil
					}
					started := time.Now()
					result, err := run(t.Context(), input(o, 4), f)
					want := class
					if class == fault.Poison { // so that the attempt is repeated
						want = fault.Transient
					}
					if !fault.Is(err, want) || !result.Partial {
						t.Fatalf("result %+v, error %v", result, err)
					}
					if result.States[description.StateFailed] != 0 {
						t.Errorf("an outage marked reports failed: %+v", result)
					}
					if took := time.Since(started); took > 15*time.Second {
						t.Errorf("the run held on for %v", took)
					}
					if calls := o.total - from; calls > 25 {
						t.Errorf("%d calls into the outage", calls)
					}
					good := newOrg(0)
					in := input(good, 4)
					in.Attempt = 2
					if result, err = run(t.Context(), in, f); err != nil || result.States[description.StateDescribed] != 120 {
						t.Fatalf("result %+v, error %v", result, err)
					}
					if good.total != 120-int(result.Reports-int64(good.total)) || good.total > 120-from+4 {
						t.Errorf("%d calls after the outage", good.total)
					}
				})
			})
		}
	}
}

func TestRun_stopsAtOnceForWhatConcernsEveryReport(t *testing.T) {
	whole := &salesforce.Error{Class: fault.PermissionMissing, Whole: true, Message: "run reports"}
	tests := map[string]error{
		"a permission for all reports": whole,
		"a refused login":              failWith(fault.LoginRefused),
		"a session policy":             failWith(fault.SessionPolicy),
		"an exhausted quota":           failWith(fault.QuotaExhausted),
		"a bad configuration":          failWith(fault.Invalid),
	}
	for name, refusal := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, 250)
				o.reply = func(int, int) error {
					if o.count() > 100 {
						return refusal
					}
					return nil
				}
				result, err := run(t.Context(), input(o, 4), f)
				if !errors.Is(err, refusal) || !result.Partial {
					t.Fatalf("result %+v, error %v", result, err)
				}
				if o.total > 104 || result.Reports < 96 {
					t.Errorf("%d calls, %d reports stored", o.total, result.Reports)
				}
			})
		})
	}
}

func TestRun_slowsDownWhereThereWereTooManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(100*time.Millisecond)
		plan(f, 250)
		o.reply = func(int, int) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			if o.active > 5 {
				return failWith(fault.Throttled)
			}
			return nil
		}
		result, err := run(t.Context(), input(o, 16), f)
		if err != nil || result.States[description.StateDescribed] != 250 {
			t.Fatalf("result %+v, error %v", result, err)
		}
		if refused := o.total - 250; refused > 100 {
			t.Errorf("%d requests were refused", refused)
		}
	})
}

func TestRun_waitsAsLongAsSalesforceAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeStore(), newOrg(time.Millisecond)
		plan(f, 50)
		var until time.Time
		o.reply = func(i, call int) error {
			if i == 10 && call == 1 {
				until = time.Now().Add(7 * time.Second)
				return &salesforce.Error{Class: fault.Throttled, RetryAfter: 7 * time.Second}
			}
			if i > 20 && time.Now().Before(until) {
				t.Errorf("report %d was asked for %v too early", i, time.Until(until))
			}
			return nil
		}
		if _, err := run(t.Context(), input(o, 1), f); err != nil {
			t.Fatal(err)
		}
	})
}
