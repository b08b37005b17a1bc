package shard

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
)

func TestRun_givesEachAnswerItsState(t *testing.T) {
	answers := []struct {
		class  fault.Class
		below  error
		state  description.State // empty: that of a report which failed every try
		reason string
	}{
		{"", nil, description.StateDescribed, ""},
		{fault.Gone, nil, description.StateGone, ReasonGone},
		{fault.Obsolete, nil, description.StateObsolete, ReasonObsolete},
		{fault.Unsupported, nil, description.StateUnsupported, ReasonUnsupported},
		{fault.PermissionMissing, nil, description.StateDenied, ReasonNoAccess},
		{fault.Poison, salesforce.ErrTooLarge, description.StateFailed, ReasonTooLarge},
		{fault.Poison, nil, "", ReasonServerError},
		{fault.Poison, salesforce.ErrNoColumns, "", ReasonNoColumns},
		{fault.Transient, nil, "", ReasonUnreachable},
		{fault.Throttled, nil, "", ReasonThrottled},
	}
	for name, undone := range map[string]description.State{
		"in a round that another follows": description.StateDeferred, "in the last round": description.StateFailed,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, o := newFakeStore(), newOrg(10*time.Millisecond)
				plan(f, 80)
				date := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
				o.reply = func(i, _ int) error {
					if i < len(answers) && answers[i].class != "" {
						return &salesforce.Error{Class: answers[i].class, Message: "refused", Date: date, Err: answers[i].below}
					}
					return nil
				}
				in := input(o, 4)
				in.LastRound = undone == description.StateFailed
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
				want := map[description.State]int64{
					description.StateDescribed: 71, description.StateGone: 1, description.StateObsolete: 1, description.StateUnsupported: 1,
					description.StateDenied: 1, description.StateFailed: 1,
				}
				want[undone] += 4
				if diff := cmp.Diff(want, result.States); diff != "" || result.Reasons[ReasonThrottled] != 1 || result.Partial {
					t.Errorf("result %+v, states (-want +got):\n%s", result, diff)
				}
			})
		})
	}
}

func TestStopError_isRepeatedUnlessRepeatingCannotFixIt(t *testing.T) {
	t.Parallel()
	whole := &salesforce.Error{Class: fault.PermissionMissing, Whole: true, Message: "run reports"}
	tests := map[string]struct {
		err   error
		class fault.Class
		after time.Duration
	}{
		"a report that is always refused": {failWith(fault.Poison), fault.Transient, 0},
		"a canary that is gone":           {failWith(fault.Gone), fault.Transient, 0},
		"a canary that became obsolete":   {failWith(fault.Obsolete), fault.Transient, 0},
		"a canary that is not supported":  {failWith(fault.Unsupported), fault.Transient, 0},
		"a permission for one report":     {failWith(fault.PermissionMissing), fault.Transient, 0},
		"a permission for all reports":    {whole, fault.PermissionMissing, 0},
		"a refused login":                 {failWith(fault.LoginRefused), fault.LoginRefused, 0},
		"a wait":                          {&salesforce.Error{Class: fault.Poison, RetryAfter: time.Minute}, fault.Transient, time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := stopError(3, test.err)
			f := fault.From(got)
			if f == nil || f.Class != test.class || f.RetryAfter != test.after || !errors.Is(got, test.err) {
				t.Errorf("got %v, want class %s after %v", got, test.class, test.after)
			}
			if said := fault.Sentence(got); test.class == fault.Transient && f.System == fault.Salesforce && !strings.Contains(said, "tried again") {
				t.Errorf("the sentence is %q", said)
			}
		})
	}
	for _, err := range []error{context.Canceled, errors.New("boom"), &fault.PanicError{Value: "boom"}} {
		if got := stopError(3, err); !errors.Is(got, err) || fault.From(got) != nil {
			t.Errorf("%v became %v", err, got)
		}
	}
}
