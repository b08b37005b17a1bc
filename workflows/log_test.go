package workflows_test

import (
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/workflows"
)

// eventLog keeps the kinds of our own lines.
type eventLog struct {
	mu   sync.Mutex
	seen []string
}

func (l *eventLog) note(keyvals []any) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if at := slices.Index(keyvals, any("event")); at >= 0 && at%2 == 0 {
		l.seen = append(l.seen, keyvals[at+1].(string))
	}
}

func (l *eventLog) Debug(_ string, keyvals ...any) { l.note(keyvals) }
func (l *eventLog) Info(_ string, keyvals ...any)  { l.note(keyvals) }
func (l *eventLog) Warn(_ string, keyvals ...any)  { l.note(keyvals) }
func (l *eventLog) Error(_ string, keyvals ...any) { l.note(keyvals) }

// A sync that waits for four looks and is paused has a line for each of what happens, however often it looks.
func TestLog_aLineForEachStartWaitAndEnd(t *testing.T) {
	t.Parallel()
	log, looks := new(eventLog), 0
	o := &org{authenticate: spentBut(1990), log: log}
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		if looks++; looks < 4 {
			return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn}}, nil
		}
		return activities.CheckQuotaResult{Usage: later(100, time.Hour), Calls: 1}, nil
	}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, time.Minute)
	env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, 2*time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil {
		t.Fatal(failure)
	}
	if diff := cmp.Diff([]string{"start", "wait", "pause", "wait", "end"}, log.seen); diff != "" {
		t.Errorf("the log has (-want +got):\n%s", diff)
	}
}

// A standstill that goes on in the next run has its line already; one that comes after it has another.
func TestLog_aLineForAStandstillOfTwoRuns(t *testing.T) {
	t.Parallel()
	blocked := func() *org {
		o := new(org)
		revoked(o, refusal(fault.LoginRefused, "the client secret is wrong"), new(atomic.Bool))
		return o
	}
	silent := func() *org {
		o := &org{authenticate: spentBut(1990)}
		o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
			return activities.CheckQuotaResult{Usage: quota.Usage{Clock: dawn}}, nil
		}
		return o
	}
	slow := func() *org { return &org{describes: 10 * time.Minute} }
	for name, row := range map[string]struct {
		org    func() *org
		paused bool                     // before the first run
		sent   map[time.Duration]string // to the second run
		want   []string                 // of both runs
	}{
		"paused": {
			org: slow, paused: true, sent: map[time.Duration]string{time.Minute: "resume"}, want: []string{"start", "pause", "end"},
		},
		"resumed between the runs, and paused": {
			org: slow, paused: true, sent: map[time.Duration]string{0: "resume", time.Minute: "pause", time.Hour: "resume"},
			want: []string{"start", "pause", "pause", "end"},
		},
		"blocked, and once more": {
			org: blocked, sent: map[time.Duration]string{time.Minute: "resume"}, want: []string{"start", "block", "block", "end"},
		},
		"waits for calls": {
			org: silent, sent: map[time.Duration]string{time.Hour: "pause", 2 * time.Hour: "resume"},
			want: []string{"start", "wait", "pause", "wait", "end"},
		},
	} {
		log := new(eventLog)
		first := row.org()
		first.log = log
		env := environment(t, first, "sync-acme")
		if row.paused {
			env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, 0)
		}
		env.RegisterDelayedCallback(func() {
			env.SetContinueAsNewSuggested(true)
			env.SignalWorkflow("pasue", nil)
		}, time.Hour)
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		var next *workflow.ContinueAsNewError
		if !errors.As(env.GetWorkflowError(), &next) {
			t.Fatalf("%s: it ends with %v, want continue-as-new", name, env.GetWorkflowError())
		}
		second := row.org()
		second.log = log
		env = environment(t, second, "sync-acme")
		env.SetContinuedExecutionRunID(before)
		for at, signal := range row.sent {
			env.RegisterDelayedCallback(func() { env.SignalWorkflow(signal, nil) }, at)
		}
		env.RegisterDelayedCallback(env.CancelWorkflow, 3*time.Hour)
		env.ExecuteWorkflow(workflows.SyncSourceType, decode(t, next))
		if diff := cmp.Diff(row.want, log.seen); diff != "" {
			t.Errorf("%s: the log has (-want +got):\n%s", name, diff)
		}
	}
}

// A sync that logs in again and again until it may has one line, in however many runs.
func TestLog_aLineForAWaitOfManyLogins(t *testing.T) {
	t.Parallel()
	log := new(eventLog)
	spent := func(logins int) (*org, *testsuite.TestWorkflowEnvironment) {
		o := &org{log: log}
		env := environment(t, o, "sync-acme")
		o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			switch o.count("Authenticate") {
			case logins:
				return spentBut(1990)(activities.AuthenticateParams{})
			case 3:
				suggestContinueAsNew(env)
			}
			return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "the org has used up its daily API calls")
		}
		env.RegisterDelayedCallback(env.CancelWorkflow, 5*time.Hour)
		return o, env
	}
	_, first := spent(100)
	first.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if !errors.As(first.GetWorkflowError(), &next) {
		t.Fatalf("it ends with %v, want continue-as-new", first.GetWorkflowError())
	}
	o, second := spent(2)
	second.SetContinuedExecutionRunID(before)
	second.ExecuteWorkflow(workflows.SyncSourceType, decode(t, next))
	if diff := cmp.Diff([]string{"start", "wait", "wait", "end"}, log.seen); diff != "" || o.count("Authenticate") != 2 {
		t.Errorf("after %d logins of the second run the log has, with the wait for calls (-want +got):\n%s", o.count("Authenticate"), diff)
	}
}
