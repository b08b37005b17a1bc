package question_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	registered "go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"longhaul/activities"
	asked "longhaul/activities/question"
	telling "longhaul/activities/tell"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

// source is a made-up source: what its worker finds, and what Temporal says about its queue.
type source struct {
	examine func(attempt int) (doctor.Result, error)
	polled  bool
	unheard bool // Temporal does not say who polls

	asked   []string // activities in their order
	unbegun bool     // the last Examine knows that none of the source's workers began it
}

// begin is an environment in which the activities answer for the source.
func begin(t *testing.T, s *source, id string) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute)
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue})
	env.SetWorkerOptions(workflows.WorkerOptions(nil, worker.Options{DeadlockDetectionTimeout: time.Minute})) // a busy machine is no deadlock
	workflows.Register(env, workflows.Activities{Sync: &activities.Activities{}, Asked: &asked.Activities{}, Told: &telling.Activities{}})
	env.RegisterActivityWithOptions(func(_ context.Context, p asked.ExamineParams) (doctor.Result, error) {
		s.asked, s.unbegun = append(s.asked, "Examine "+p.Source), p.Unbegun
		return s.examine(len(s.asked))
	}, registered.RegisterOptions{Name: "Examine", DisableAlreadyRegisteredCheck: true})
	env.RegisterActivityWithOptions(func(_ context.Context, p activities.FindWorkerParams) (activities.FindWorkerResult, error) {
		s.asked = append(s.asked, "FindWorker "+p.Queue)
		if s.unheard {
			return activities.FindWorkerResult{}, temporal.NewNonRetryableApplicationError("Temporal does not answer", "transient", nil)
		}
		return activities.FindWorkerResult{Found: s.polled}, nil
	}, registered.RegisterOptions{Name: "FindWorker", DisableAlreadyRegisteredCheck: true})
	return env
}

// healthy is what a worker finds where nothing is wrong.
func healthy(int) (doctor.Result, error) {
	return doctor.Judge("acme", []doctor.Finding{{ID: "settings", Status: doctor.Pass}}), nil
}

// nobody is the answer of Temporal to an activity that no worker began in time.
func nobody(int) (doctor.Result, error) {
	return doctor.Result{}, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_SCHEDULE_TO_START, nil)
}

func TestCheckSource_knowsItsSourceByInputOrID(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		id    string
		input any
		says  string // empty: the source is acme
	}{
		"by the input":           {id: "anything", input: map[string]string{"source": "acme"}},
		"by the name alone":      {id: "anything", input: "acme"},
		"by the id":              {id: "check-acme"},
		"by neither":             {id: "anything", says: `start the workflow with the input {"source":"<name>"}`},
		"by another workflow's":  {id: "check-", says: "no source is named"},
		"with another field":     {id: "check-acme", input: map[string]string{"sauce": "acme"}, says: `the input must look like {"source":"acme"}`},
		"by the id of its sync":  {id: "anything", input: "sync-acme", says: "say `check acme`"},
		"by a name that is none": {id: "anything", input: "Acme!", says: "is not a source name"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &source{examine: healthy}
			env := begin(t, s, row.id)
			if row.input == nil {
				env.ExecuteWorkflow(question.CheckSourceType)
			} else {
				env.ExecuteWorkflow(question.CheckSourceType, row.input)
			}
			err := env.GetWorkflowError()
			if row.says != "" {
				failure, ok := errors.AsType[*temporal.ApplicationError](err)
				if !ok || failure.Type() != string(fault.Invalid) || !strings.Contains(failure.Message(), row.says) {
					t.Errorf("got %v, want a failure that says %q", err, row.says)
				}
				return
			}
			if err != nil || !slices.Equal(s.asked, []string{"Examine acme"}) {
				t.Errorf("got %v after %v", err, s.asked)
			}
		})
	}
}

func TestCheckSource_saysThatNobodyServesTheSource(t *testing.T) {
	t.Parallel()
	look := "FindWorker longhaul-acme"
	afterTheLook := func(attempt int) (doctor.Result, error) {
		if attempt == 1 {
			return nobody(attempt)
		}
		return healthy(attempt)
	}
	fromElsewhere := func(attempt int) (doctor.Result, error) { // a worker that has the settings and does not serve the source
		if attempt == 1 {
			return nobody(attempt)
		}
		return doctor.Judge("acme", []doctor.Finding{{ID: "secret.client_secret", Status: doctor.Warn}}), nil
	}
	for name, row := range map[string]struct {
		source source
		want   doctor.Status
		asked  []string
	}{
		"nobody polls":         {source{examine: nobody}, doctor.Fail, []string{"Examine acme", look, "Examine acme"}},
		"another worker looks": {source{examine: fromElsewhere}, doctor.Warn, []string{"Examine acme", look, "Examine acme"}},
		"a worker is busy":     {source{examine: afterTheLook, polled: true}, doctor.Pass, []string{"Examine acme", look, "Examine acme"}},
		"a worker that was killed": {
			source{examine: nobody, polled: true}, doctor.Fail, []string{"Examine acme", look, "Examine acme", "Examine acme"},
		},
		"killed ones are listed, and another worker answers": {source{examine: func(attempt int) (doctor.Result, error) {
			if attempt < 4 {
				return nobody(attempt)
			}
			return fromElsewhere(1 + attempt)
		}, polled: true}, doctor.Warn, []string{"Examine acme", look, "Examine acme", "Examine acme"}},
		"Temporal does not say": {source{examine: afterTheLook, unheard: true}, doctor.Pass, []string{"Examine acme", look, "Examine acme"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := begin(t, &row.source, "check-acme")
			env.ExecuteWorkflow(question.CheckSourceType)
			var result doctor.Result
			if err := env.GetWorkflowResult(&result); err != nil {
				t.Fatal(err)
			}
			if result.Status != row.want || !slices.Equal(row.source.asked, row.asked) {
				t.Errorf("got %s after %v, want %s after %v", result.Status, row.source.asked, row.want, row.asked)
			}
			if anyone := strings.Contains(name, "another worker") || row.want == doctor.Fail; row.source.unbegun != anyone {
				t.Errorf("whoever is asked last is told that nobody began the question: %t", row.source.unbegun)
			}
			first := result.Findings[0]
			if row.want == doctor.Fail && (first.ID != "temporal.workers" || !strings.Contains(first.Found, "no worker serves source acme")) {
				t.Errorf("the finding is %+v", first)
			}
		})
	}
}

func TestCheckSource_failsWhereItsWorkerDies(t *testing.T) {
	t.Parallel()
	for kind, says := range map[enumspb.TimeoutType]string{
		enumspb.TIMEOUT_TYPE_HEARTBEAT:      "the worker that asked is gone: look into its log, and ask again",
		enumspb.TIMEOUT_TYPE_START_TO_CLOSE: "the worker that asked got no answer in time: look into its log, and ask again",
	} {
		env := begin(t, &source{examine: func(int) (doctor.Result, error) {
			return doctor.Result{}, temporal.NewTimeoutError(kind, nil)
		}}, "check-acme")
		env.ExecuteWorkflow(question.CheckSourceType)
		failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError())
		if !ok || failure.Type() != string(fault.Transient) || failure.Message() != says {
			t.Errorf("got %v", env.GetWorkflowError())
		}
	}
}

// TestCheckSource_showsInTheUIWhatAsksForSomething reads the details as the UI does.
func TestCheckSource_showsInTheUIWhatAsksForSomething(t *testing.T) {
	t.Parallel()
	env := begin(t, &source{examine: func(int) (doctor.Result, error) {
		return doctor.Judge("acme", []doctor.Finding{
			{ID: "settings", Status: doctor.Pass, Title: "Settings", Found: "as they should be"},
			{ID: "login", Status: doctor.Fail, Title: "Login", Found: "refused", Fix: "check client_secret"},
			{ID: "host", Status: doctor.Warn, Title: "Host", Found: "a sandbox"},
		}), nil
	}}, "check-acme")
	env.ExecuteWorkflow(question.CheckSourceType)
	answer, err := env.QueryWorkflow("__temporal_workflow_metadata")
	if err != nil {
		t.Fatal(err)
	}
	var metadata sdkpb.WorkflowMetadata
	if err := answer.Get(&metadata); err != nil {
		t.Fatal(err)
	}
	want := "### A sync cannot run as it is\n\n1 failed, 1 warning, 1 passed, 0 not asked; 0 API calls.\n\n" +
		"- **failed** Login: refused. **Fix:** check client_secret\n- **warning** Host: a sandbox\n"
	if got := metadata.GetCurrentDetails(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A check that is cancelled gives no findings, on a worker of the source and on another one.
func TestCheckSource_thatIsCancelledIsCancelled(t *testing.T) {
	t.Parallel()
	for _, in := range []int{1, 2} { // the activity in which it is cancelled; FindWorker is the second
		s := &source{}
		env := begin(t, s, "check-acme")
		s.examine = func(asked int) (doctor.Result, error) {
			if asked >= in {
				env.CancelWorkflow()
				return healthy(asked)
			}
			return nobody(asked)
		}
		env.ExecuteWorkflow(question.CheckSourceType)
		if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
			t.Errorf("got %v after %v", err, s.asked)
		}
	}
}
