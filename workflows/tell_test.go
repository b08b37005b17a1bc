package workflows_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	telling "longhaul/activities/tell"
	"longhaul/internal/fault"
	"longhaul/internal/notify"
	"longhaul/workflows"
)

// environmentOfMessages makes the activities answer that tell people.
func environmentOfMessages(env *testsuite.TestWorkflowEnvironment, o *org) {
	acknowledge(env, o, "WritePage", func(p telling.WritePageParams) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.pages = append(o.pages, p)
		return nil
	})
	register(env, "Notify", func(_ context.Context, p telling.NotifyParams) (telling.NotifyResult, error) {
		return telling.NotifyResult{}, nil
	})
	env.SetOnChildWorkflowStartedListener(func(info *workflow.Info, _ workflow.Context, args converter.EncodedValues) { o.start(info, args) })
}

// heard is the login of a source of whose syncs people are told.
func heard(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
	auth := healthy()
	auth.Notify = activities.Notify{Heard: true, Stall: 10 * time.Minute}
	return auth, nil
}

// events are what people were told, in its order.
func (o *org) events() (all []notify.Event) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, fact := range o.facts {
		all = append(all, fact.Event)
	}
	return all
}

func wantEvents(t *testing.T, o *org, want ...notify.Event) {
	t.Helper()
	if diff := cmp.Diff(want, o.events()); diff != "" {
		t.Errorf("people were told otherwise (-want +got):\n%s", diff)
	}
}

func TestTell_theEndOfASync(t *testing.T) {
	t.Parallel()
	no := false
	for name, row := range map[string]struct {
		org   *org
		input workflows.Input
		want  []notify.Event
		pages int
	}{
		"complete":                   {org: &org{authenticate: heard}, want: []notify.Event{notify.Complete}, pages: 1},
		"nobody asked to be told":    {org: new(org), pages: 1},
		"it was not to be delivered": {org: &org{authenticate: heard}, input: workflows.Input{Upload: &no}, pages: 1},
		"gaps": {
			org: &org{authenticate: heard, settle: func() (activities.MergeDescriptionsResult, error) {
				return activities.MergeDescriptionsResult{States: activities.States{Described: 79, Denied: 1, Reused: 20}}, nil
			}},
			want: []notify.Event{notify.Gaps}, pages: 1,
		},
		"failed": {
			org: &org{authenticate: heard, plan: func(activities.PlanParams) (activities.PlanResult, error) {
				return activities.PlanResult{}, refusal(fault.Invalid, "the settings are wrong")
			}},
			want: []notify.Event{notify.Failed}, pages: 1,
		},
		"it failed, and was not to be delivered": {
			org: &org{authenticate: heard, plan: func(activities.PlanParams) (activities.PlanResult, error) {
				return activities.PlanResult{}, refusal(fault.Invalid, "the settings are wrong")
			}},
			input: workflows.Input{Upload: &no}, pages: 1,
		},
		"the login failed, so nobody knows who asked": {
			org: &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				return activities.AuthenticateResult{}, refusal(fault.LoginRefused, "the secret is wrong")
			}},
			want: []notify.Event{notify.Failed}, // and it has left nothing in the bucket
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := environment(t, row.org, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, row.input)
			wantEvents(t, row.org, row.want...)
			if len(row.org.pages) != row.pages {
				t.Errorf("%d pages were written, want %d", len(row.org.pages), row.pages)
			}
			for _, fact := range row.org.facts {
				if fact.Outcome == "" || !strings.HasPrefix(fact.ID, "notify-acme-"+fact.Sync+"-"+string(fact.Event)) {
					t.Errorf("got %+v", fact)
				}
			}
		})
	}
}

func TestTell_aBlockOnceThenDailyAndThatItIsOver(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: heard}
	blocked := true
	o.throws = map[string]func() error{"CatchUp": func() error {
		if blocked {
			return refusal(fault.SessionPolicy, "the session is locked to an address")
		}
		return nil
	}}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		blocked = false
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, 30*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	wantEvents(t, o, notify.Blocked, notify.Blocked, notify.Complete)
	first, again, end := o.facts[0], o.facts[1], o.facts[2]
	if !strings.Contains(first.Why, "locked to an address") || !strings.Contains(first.Do, "resume acme") || first.Repeat != 0 {
		t.Errorf("first it says %+v", first)
	}
	if again.Repeat != 1 || !again.Since.Equal(first.Since) || again.At.Sub(first.At) < 23*time.Hour || again.ID == first.ID {
		t.Errorf("a day later it says %+v", again)
	}
	if diff := cmp.Diff([]notify.Event{notify.Blocked}, end.Closes); diff != "" {
		t.Errorf("the end closes otherwise (-want +got):\n%s", diff)
	}
}

func TestTell_aWaitOfAnHour(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		wait  time.Duration
		input workflows.Input
		want  []notify.Event
	}{
		"a short one is nobody's business": {wait: 50 * time.Minute, want: []notify.Event{notify.Complete}},
		"a long one":                       {wait: 5 * time.Hour, want: []notify.Event{notify.Waiting, notify.Recovered, notify.Complete}},
		"of a sync that delivers nothing":  {wait: 5 * time.Hour, input: workflows.Input{Upload: new(bool)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			began := time.Time{}
			o := &org{describes: 4 * time.Minute}
			o.authenticate = func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				auth, _ := heard(p)
				spent, err := spentBut(1990)(p)
				spent.Notify = auth.Notify
				return spent, err
			}
			env := environment(t, o, "sync-acme")
			o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
				if began.IsZero() {
					began = env.Now()
				}
				if env.Now().Sub(began) < row.wait-45*time.Minute {
					return activities.CheckQuotaResult{}, nil
				}
				return activities.CheckQuotaResult{Usage: later(0, time.Hour), Calls: 1}, nil
			}
			env.ExecuteWorkflow(workflows.SyncSourceType, row.input)
			resultOf(t, env)
			wantEvents(t, o, row.want...)
		})
	}
}

// A pause is an order: whoever gave it knows.
func TestTell_nothingOfAPause(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: heard}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 0)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 50*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	wantEvents(t, o, notify.Complete)
}

// A run that continues neither forgets what was told nor tells it again.
func TestTell_onceOverAllRuns(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: heard}
	o.throws = map[string]func() error{"CatchUp": func() error { return refusal(fault.SessionPolicy, "the session is locked") }}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.SetContinueAsNewSuggested(true)
		env.SignalWorkflow("nothing", nil)
	}, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	wantEvents(t, o, notify.Blocked)
	later := &org{throws: o.throws}
	env = environment(t, later, "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.RegisterDelayedCallback(func() { env.CancelWorkflow() }, time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, decode(t, next))
	wantEvents(t, later, notify.Recovered) // the cancel has ended what stood
}

// A page that cannot be written delays the end of a sync by a moment.
func TestTell_aPageThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: heard, throws: map[string]func() error{"WritePage": func() error { return errors.New("the bucket is full") }}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Seconds > 60 {
		t.Errorf("it took %v s: %v", got.Seconds, failure)
	}
	wantEvents(t, o, notify.Complete)
	if !o.facts[0].Unwritten {
		t.Errorf("who tells of the end does not write the page: %+v", o.facts[0])
	}
}

// A page that the end of a sync cannot wait for is written after it, also where nobody is told of that end.
func TestTell_aPageIsWrittenAfterTheEnd(t *testing.T) {
	t.Parallel()
	no := false
	for name, row := range map[string]struct {
		org   *org
		input workflows.Input
	}{
		"nobody asked to be told":    {org: new(org)},
		"it was not to be delivered": {org: &org{authenticate: heard}, input: workflows.Input{Upload: &no}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			row.org.throws = map[string]func() error{"WritePage": func() error { return errors.New("the bucket is full") }}
			env := environment(t, row.org, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, row.input)
			resultOf(t, env)
			wantEvents(t, row.org, "")
			if fact := row.org.facts[0]; !fact.Unwritten || !strings.HasPrefix(fact.ID, "notify-acme-"+fact.Sync+"-page-") {
				t.Errorf("got %+v", fact)
			}
		})
	}
}
