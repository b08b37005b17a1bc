package workflows_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

const held = "source acme is being synced into this bucket by another Temporal"

// owned is what a login answers while another Temporal syncs the source.
func owned(mark string) error {
	return temporal.NewApplicationErrorWithOptions(held, string(fault.Throttled), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details: []any{activities.Failure{
			Class: fault.Throttled, System: fault.Bucket, Message: held, RetryAfter: time.Minute, Owner: mark,
		}},
	})
}

// TestOwner_theSecondWaitsUntilTheFirstIsDone has another Temporal at work for half an hour: its mark is another at each look.
func TestOwner_theSecondWaitsUntilTheFirstIsDone(t *testing.T) {
	t.Parallel()
	const looks = 30
	var params []activities.AuthenticateParams
	o := new(org)
	o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if params = append(params, p); len(params) <= looks {
			return activities.AuthenticateResult{}, owned(fmt.Sprint(len(params)))
		}
		result := healthy()
		result.Owner = activities.Ownership{Number: 2, Temporal: "B"}
		return result, nil
	}
	var owners []activities.Ownership
	o.record = func(p activities.RecordParams) { owners = append(owners, p.Account.Sync.Owner) }
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhaseAuthenticate || p.Waiting != held || o.count("Enumerate") > 0 {
			t.Errorf("it shows the phase %s and waits for %q", p.Phase, p.Waiting)
		}
	}, 10*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || len(params) != looks+1 {
		t.Fatalf("after %d looks it ends with %+v, %v", len(params), got, failure)
	}
	if !slices.ContainsFunc(got.Warnings, func(w string) bool { return strings.Contains(w, "use one Temporal for a bucket") }) {
		t.Errorf("it warns of %q", got.Warnings)
	}
	if want := (activities.Ownership{Number: 2, Temporal: "B"}); len(owners) != 1 || owners[0] != want {
		t.Errorf("the later activities get %+v, want %+v", owners, want)
	}
	for i, p := range params {
		if p.Seen.For >= staging.Silence {
			t.Errorf("look %d takes an owner for silent that was heard of at each look: %+v", i, p.Seen)
		}
	}
	// The order of ids in the bucket is that of the syncs: one that waited must come after the one that it waited for.
	if first, last := params[0].Sync.ID, params[looks].Sync.ID; last <= first || got.Sync != last {
		t.Errorf("it began as %s, goes on as %s and ends as %s", first, last, got.Sync)
	}
}

// TestOwner_theSecondTellsHowLongTheFirstIsSilent has another Temporal that is gone: its mark stays as it is.
func TestOwner_theSecondTellsHowLongTheFirstIsSilent(t *testing.T) {
	t.Parallel()
	var seen []staging.Seen
	o := new(org)
	o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		seen = append(seen, p.Seen)
		if p.Seen.For < staging.Silence {
			return activities.AuthenticateResult{}, owned("the same")
		}
		return healthy(), nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Fatalf("it ends with %+v, %v", got, failure)
	}
	last := seen[len(seen)-1]
	if seen[0] != (staging.Seen{}) || last.Mark != "the same" || len(seen) > int(staging.Silence/time.Minute)+2 {
		t.Errorf("in %d looks it says that it has seen %+v at first and %+v at last", len(seen), seen[0], last)
	}
}

// TestOwner_theWaitContinuesAsNew hands on what was seen.
func TestOwner_theWaitContinuesAsNew(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") == 5 {
			suggestContinueAsNew(env)
		}
		return activities.AuthenticateResult{}, owned("the same")
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("it ends with %v, want continue-as-new", err)
	}
	in := decode(t, next)
	if in.State.Other.Mark != "the same" || in.State.Other.Since.IsZero() {
		t.Errorf("the next run gets %+v", in.State.Other)
	}
}

// TestOwner_aSyncThatWasTakenOverFailsAtOnce takes the source away in each step, from a sync that much has come home of: what
// somebody could mend would block it.
func TestOwner_aSyncThatWasTakenOverFailsAtOnce(t *testing.T) {
	t.Parallel()
	const over = "another Temporal has taken source acme over in this bucket"
	taken := temporal.NewApplicationErrorWithOptions(over, string(fault.Invalid), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{activities.Failure{Class: fault.Invalid, System: fault.Bucket, Message: over, Owner: "2"}},
	})
	for name, at := range map[string]func(*org){
		"planning the second round": func(o *org) {
			o.catchUp = func(activities.CatchUpParams) (activities.CatchUpResult, error) {
				return activities.CatchUpResult{}, taken
			}
		},
		"merging": func(o *org) {
			o.settle = func() (activities.SettleResult, error) { return activities.SettleResult{}, taken }
		},
		"delivering": func(o *org) {
			o.upload = func(activities.UploadParams) (activities.UploadResult, error) {
				return activities.UploadResult{}, taken
			}
		},
		"recording": func(o *org) {
			o.step = func(name string) error {
				if name == "Record" {
					return taken
				}
				return nil
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			at(o)
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure == nil || failure.Type() != string(fault.Invalid) || failure.Message() != over || got.Outcome != workflows.OutcomeFailed {
				t.Fatalf("it ends with %+v, %v", got, failure)
			}
			if len(o.ended) > 0 {
				t.Errorf("it noted its end in a bucket where nothing is its own: %q", o.ended)
			}
			if took := time.Duration(got.Seconds * float64(time.Second)); took > time.Hour {
				t.Errorf("it took %s", took)
			}
		})
	}
}
