package workflows_test

import (
	"errors"
	"fmt"
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
	const late = "20991128T160000.000Z-aaaaaaaa" // that the login gives it
	var params []activities.AuthenticateParams
	o := new(org)
	o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if params = append(params, p); len(params) <= looks {
			return activities.AuthenticateResult{}, owned(fmt.Sprint(len(params)))
		}
		result := healthy()
		result.Owner, result.SyncID = activities.Ownership{Number: 2, Temporal: "B"}, late
		return result, nil
	}
	var owners []activities.Ownership
	var record activities.WriteAccountParams
	o.record = func(p activities.RecordParams) { record, owners = p.Account, append(owners, p.Account.Sync.Owner) }
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		if p := ask(t, env); p.Phase != workflows.PhaseAuthenticate || p.Waiting != held || o.count("Enumerate") > 0 {
			t.Errorf("it shows the phase %s and waits for %q", p.Phase, p.Waiting)
		} else if p.Until != nil || p.Looks == nil || !p.Looks.After(env.Now()) {
			t.Errorf("its next look is no end of the wait: until %v, looks at %v", p.Until, p.Looks)
		}
	}, 10*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || len(params) != looks+1 {
		t.Fatalf("after %d looks it ends with %+v, %v", len(params), got, failure)
	}
	if !strings.Contains(said(got.Warnings), "use one Temporal for a bucket") {
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
	if got.Sync != late || record.Sync.ID != late {
		t.Errorf("it ends as %s and is recorded as %s", got.Sync, record.Sync.ID)
	}
	if took := time.Duration(got.Seconds * float64(time.Second)); took < 2*time.Hour || took > 3*time.Hour {
		t.Errorf("it took %s for %d looks, want one in five minutes as a rule", took, looks)
	}
}

// TestOwner_theFilesOfASyncThatCameLateAreTheNewest has another Temporal deliver some files after this sync was started.
func TestOwner_theFilesOfASyncThatCameLateAreTheNewest(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	owned := started.Add(5*time.Hour + 20*time.Minute)
	for name, row := range map[string]struct {
		id   string
		last int64
		want int64
	}{
		"its id is later":                 {workflows.StagedID(owned, "aaaaaaaa"), started.Unix(), owned.Unix()},
		"its id is that of its start":     {"", 0, started.Unix()},
		"the last set is of a time after": {workflows.StagedID(owned, "aaaaaaaa"), owned.Unix() + 7, owned.Unix() + 8},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				r := healthy()
				r.SyncID, r.LastTimestamp = row.id, row.last
				return r, nil
			}}
			if row.id != "" { // it has no worker until then
				o.loginAfter = owned.Sub(started)
			}
			env := environment(t, o, "sync-acme")
			env.SetStartTime(started)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			got, failure := resultOf(t, env)
			if failure != nil || got.Files["castor"][0].Bytes != row.want {
				t.Fatalf("named %+v, want %d: %v", got.Files, row.want, failure)
			}
			if strings.Contains(said(got.Warnings), "a clock was wrong") {
				t.Errorf("it warns of a clock: %q", got.Warnings)
			}
		})
	}
}

// TestOwner_aSyncThatWaitedListsWhatChangedSinceItsLogin waits for longer than clocks differ.
func TestOwner_aSyncThatWaitedListsWhatChangedSinceItsLogin(t *testing.T) {
	t.Parallel()
	started := time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)
	o := new(org)
	env := environment(t, o, "sync-acme")
	env.SetStartTime(started)
	var login time.Time
	o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") <= 30 {
			return activities.AuthenticateResult{}, owned("at work")
		}
		login = env.Now()
		result := healthy()
		result.Usage.Clock = login
		return result, nil
	}
	var since time.Time
	o.catchUp = func(p activities.CatchUpParams) (activities.CatchUpResult, error) {
		since = p.Since
		return activities.CatchUpResult{}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil || login.Sub(started) < 2*time.Hour || since.Before(login.Add(-10*time.Minute)) {
		t.Errorf("it was started at %s, logged in at %s and lists changes since %s: %v", started, login, since, failure)
	}
}

// TestOwner_aSleepIsNoSilence has no look for two hours, as on a machine that sleeps and holds the other Temporal too.
func TestOwner_aSleepIsNoSilence(t *testing.T) {
	t.Parallel()
	var seen []staging.Seen
	var at []time.Time
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		seen, at = append(seen, p.Seen), append(at, env.Now())
		if p.Seen.For < staging.Silence {
			return activities.AuthenticateResult{}, owned("the same")
		}
		return healthy(), nil
	}
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 10*time.Minute)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 130*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	for i := range seen[1:] {
		if at[i+1].Sub(at[i]) > time.Hour && seen[i+1].For != 0 {
			t.Errorf("after %s without a look it says that it has watched for %s", at[i+1].Sub(at[i]), seen[i+1].For)
		}
	}
	if slept := at[len(at)-1].Sub(at[0]); slept < 2*time.Hour+staging.Silence {
		t.Errorf("it took the source over after %s", slept)
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
	if seen[0] != (staging.Seen{}) || last.Mark != "the same" || len(seen) > 8 || last.For > staging.Silence+5*time.Minute {
		t.Errorf("in %d looks it says that it has seen %+v at first and %+v at last", len(seen), seen[0], last)
	}
	if seen[1].For < staging.LookEvery || seen[1].For > 2*staging.LookEvery {
		t.Errorf("it looks a second time after %s, want a minute: an owner that is long dead is not watched for longer", seen[1].For)
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
// somebody could fix would block it.
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
			o.settle = func() (activities.MergeDescriptionsResult, error) { return activities.MergeDescriptionsResult{}, taken }
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
