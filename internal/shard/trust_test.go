package shard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/inventory"
	"longhaul/internal/salesforce"
)

func TestRun_givesEachAnswerItsState(t *testing.T) {
	answers := []struct {
		class  fault.Class
		below  error
		state  inventory.State // empty: that of a report which failed every try
		reason string
	}{
		{"", nil, inventory.StateDescribed, ""},
		{fault.Gone, nil, inventory.StateGone, ReasonGone},
		{fault.Obsolete, nil, inventory.StateObsolete, ReasonObsolete},
		{fault.Unsupported, nil, inventory.StateUnsupported, ReasonUnsupported},
		{fault.PermissionMissing, nil, inventory.StateDenied, ReasonNoAccess},
		{fault.Poison, salesforce.ErrTooLarge, inventory.StateFailed, ReasonTooLarge},
		{fault.Poison, nil, "", ReasonServerError},
		{fault.Poison, salesforce.ErrNoColumns, "", ReasonNoColumns},
		{fault.Transient, nil, "", ReasonUnreachable},
		{fault.Throttled, nil, "", ReasonThrottled},
	}
	for name, undone := range map[string]inventory.State{
		"in a round that another follows": inventory.StateDeferred, "in the last round": inventory.StateFailed,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeVault(), newOrg(10*time.Millisecond)
				plan(f, 80)
				date := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
				o.reply = func(i, _ int) error {
					if i < len(answers) && answers[i].class != "" {
						return &salesforce.Error{Class: answers[i].class, Message: "refused", Date: date, Err: answers[i].below}
					}
					return nil
				}
				in := input(o, 4)
				in.LastRound = undone == inventory.StateFailed
				result, err := run(t.Context(), in, f)
				if err != nil {
					t.Fatal(err)
				}
				all := wantWhole(t, f, 80)
				for i, want := range answers {
					state, tries := want.state, 1
					if state == "" {
						state, tries = undone, 1+fewRounds
						if in.LastRound {
							tries = 1 + maxRounds
						}
					}
					got := all[i]
					if got.State != state || got.Reason != want.reason || (got.Message == "") != (want.class == "") {
						t.Errorf("report answered %q is %+v, want %s for %s", want.class, got, state, want.reason)
					}
					if want.class != "" && !got.At.Equal(date) {
						t.Errorf("report answered %q is dated %v", want.class, got.At)
					}
					if o.calls[i] != tries && want.class != "" {
						t.Errorf("report answered %q was tried %d times, want %d", want.class, o.calls[i], tries)
					}
				}
				want := map[inventory.State]int64{
					inventory.StateDescribed: 71, inventory.StateGone: 1, inventory.StateObsolete: 1, inventory.StateUnsupported: 1,
					inventory.StateDenied: 1, inventory.StateFailed: 1,
				}
				want[undone] += 4
				if diff := cmp.Diff(want, result.States); diff != "" || result.Reasons[ReasonThrottled] != 1 || result.Partial {
					t.Errorf("result %+v, states (-want +got):\n%s", result, diff)
				}
			})
		})
	}
}

func TestRun_triesAReportThatFailedAgainAfterTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(10*time.Millisecond)
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
		if err != nil || result.States[inventory.StateDescribed] != 60 {
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
		f, o := newFakeVault(), newOrg(10*time.Millisecond)
		plan(f, 60)
		o.reply = func(i, call int) error {
			if i%20 == 5 && call == 1 {
				return &salesforce.Error{Class: fault.SessionExpired, Status: 401}
			}
			return nil
		}
		result, err := run(t.Context(), input(o, 4), f)
		if err != nil || result.States[inventory.StateDescribed] != 60 || o.total != 63 {
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
					f, o := newFakeVault(), newOrg(10*time.Millisecond)
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
					if class == fault.Poison { // whoever repeats attempts must repeat this one
						want = fault.Transient
					}
					if !fault.Is(err, want) || !result.Partial {
						t.Fatalf("result %+v, error %v", result, err)
					}
					if result.States[inventory.StateFailed] != 0 {
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
					if result, err = run(t.Context(), in, f); err != nil || result.States[inventory.StateDescribed] != 120 {
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
				f := newFakeVault()
				plan(f, 120)
				want := map[inventory.State]int64{}
				for i := range 120 {
					if broken(i) {
						want[inventory.StateFailed]++
					} else {
						want[inventory.StateDescribed]++
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

// The last report of a shard is broken and a later attempt sees nothing but it: a stored report bears witness.
func TestRun_asksAStoredReportForItsWitness(t *testing.T) {
	for name, alive := range map[string]bool{"while Salesforce answers": true, "in an outage": false} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeVault(), newOrg(10*time.Millisecond)
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
				if alive && (err != nil || result.States[inventory.StateFailed] != 1 || result.Repeated == 0) {
					t.Errorf("result %+v, error %v", result, err)
				}
				if !alive && (!fault.Is(err, fault.Transient) || result.States[inventory.StateFailed] != 0) {
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
		"is tried again while nobody bears witness":              {fault.Poison, 3, nil, false},
		"ends after many attempts if Salesforce calls it broken": {fault.Poison, patience, nil, true},
		"ends after many attempts if no try is answered":         {fault.Transient, patience, nil, true},
		"is tried again before that":                             {fault.Transient, patience - 1, nil, false},
		"is tried again as long as Salesforce is busy":           {fault.Throttled, patience, nil, false},
		"is tried again when the probe knows nobody to ask": {
			fault.Transient, 1,
			func(context.Context) error { return fmt.Errorf("first sync: %w", ErrNoWitness) }, false,
		},
		"ends after many attempts if the probe knows nobody to ask": {
			fault.Poison, patience,
			func(context.Context) error { return ErrNoWitness }, true,
		},
		"is tried again as long as the probe fails": {
			fault.Transient, patience,
			func(context.Context) error { return failWith(fault.Transient) }, false,
		},
		"ends when the probe of the caller is answered": {fault.Transient, 1, func(context.Context) error { return nil }, true},
		"is tried again when the probe of the caller fails": {
			fault.Transient, 1,
			func(context.Context) error { return failWith(fault.Transient) }, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeVault(), newOrg(10*time.Millisecond)
				plan(f, 1)
				o.reply = func(int, int) error { return failWith(test.class) }
				in := input(o, 4)
				in.Attempt, in.Probe, in.LastRound = test.attempt, test.probe, true
				result, err := run(t.Context(), in, f)
				if test.failed != (err == nil) || test.failed != (result.States[inventory.StateFailed] == 1) {
					t.Errorf("result %+v, error %v", result, err)
				}
				if err != nil && !fault.Is(err, fault.Transient) && !fault.Is(err, fault.Throttled) {
					t.Errorf("error %v", err)
				}
				want := map[fault.Class]string{fault.Poison: ReasonServerError, fault.Transient: ReasonUnreachable}[test.class]
				if test.failed && result.Reasons[want] != 1 {
					t.Errorf("reasons %v, want %s", result.Reasons, want)
				}
			})
		})
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
				f, o := newFakeVault(), newOrg(10*time.Millisecond)
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
		f, o := newFakeVault(), newOrg(100*time.Millisecond)
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
		if err != nil || result.States[inventory.StateDescribed] != 250 {
			t.Fatalf("result %+v, error %v", result, err)
		}
		if refused := o.total - 250; refused > 100 {
			t.Errorf("%d requests were refused", refused)
		}
	})
}

func TestRun_waitsAsLongAsSalesforceAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, o := newFakeVault(), newOrg(time.Millisecond)
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

func TestStopped_isRepeatedUnlessRepeatingCannotMendIt(t *testing.T) {
	t.Parallel()
	whole := &salesforce.Error{Class: fault.PermissionMissing, Whole: true, Message: "run reports"}
	tests := map[string]struct {
		err   error
		class fault.Class
		after time.Duration
	}{
		"a report that is always refused":  {failWith(fault.Poison), fault.Transient, 0},
		"a witness that is gone":           {failWith(fault.Gone), fault.Transient, 0},
		"a witness that became obsolete":   {failWith(fault.Obsolete), fault.Transient, 0},
		"a witness that is not supported":  {failWith(fault.Unsupported), fault.Transient, 0},
		"a permission for one report":      {failWith(fault.PermissionMissing), fault.Transient, 0},
		"a permission for all reports":     {whole, fault.PermissionMissing, 0},
		"a refused login":                  {failWith(fault.LoginRefused), fault.LoginRefused, 0},
		"an error that nobody has classed": {errors.New("boom"), fault.Transient, 0},
		"a wait":                           {&salesforce.Error{Class: fault.Poison, RetryAfter: time.Minute}, fault.Transient, time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := stopped(3, test.err)
			f := fault.From(got)
			if f == nil || f.Class != test.class || f.RetryAfter != test.after || !errors.Is(got, test.err) {
				t.Errorf("got %v, want class %s after %v", got, test.class, test.after)
			}
			if said := fault.Sentence(got); test.class == fault.Transient && f.System == fault.Salesforce && !strings.Contains(said, "tried again") {
				t.Errorf("the sentence is %q", said)
			}
		})
	}
	if got := stopped(3, context.Canceled); !errors.Is(got, context.Canceled) || fault.From(got) != nil {
		t.Errorf("a cancel became %v", got)
	}
}
