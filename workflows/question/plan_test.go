package question_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	sdkpb "go.temporal.io/api/sdk/v1"
	registered "go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	asked "longhaul/activities/question"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/quota/forecast"
	"longhaul/workflows/question"
)

// planning is an environment in which a worker of the source estimates.
func planning(t *testing.T, s *source, id string, by func() (estimate.Plan, error)) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := begin(t, s, id)
	env.RegisterActivityWithOptions(func(_ context.Context, p asked.EstimateParams) (estimate.Plan, error) {
		s.asked = append(s.asked, "Estimate "+p.Source)
		return by()
	}, registered.RegisterOptions{Name: "Estimate", DisableAlreadyRegisteredCheck: true})
	return env
}

func TestPlanSource_knowsItsSourceByInputOrID(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		id    string
		input []any
	}{
		"by the input":      {"anything", []any{map[string]string{"source": "acme"}}},
		"by the name alone": {"anything", []any{"acme"}},
		"by the id":         {question.PlanID("acme"), nil},
	} {
		env := planning(t, &source{}, row.id, func() (estimate.Plan, error) { return estimate.Plan{Source: "acme", Calls: 11}, nil })
		env.ExecuteWorkflow(question.PlanSourceType, row.input...)
		var plan estimate.Plan
		if err := env.GetWorkflowResult(&plan); err != nil || plan.Source != "acme" || plan.Calls != 11 {
			t.Errorf("%s: %+v, %v", name, plan, err)
		}
	}
}

func TestPlanSource_failsWithASentence(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		source source
		by     func() (estimate.Plan, error)
		class  fault.Class
		says   string
	}{
		"no worker": {
			source{},
			func() (estimate.Plan, error) {
				_, err := nobody(1)
				return estimate.Plan{}, err
			},
			fault.Transient, "no worker serves source acme",
		},
		"the share is used up": {
			source{polled: true},
			func() (estimate.Plan, error) {
				return estimate.Plan{}, &fault.Error{Class: fault.QuotaExhausted, System: fault.Longhaul, Message: "this source has used its share"}
			},
			fault.QuotaExhausted, "this source has used its share",
		},
	} {
		env := planning(t, &row.source, question.PlanID("acme"), row.by)
		env.ExecuteWorkflow(question.PlanSourceType)
		failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError())
		if !ok || failure.Type() != string(row.class) || !strings.Contains(failure.Message(), row.says) {
			t.Errorf("%s: %v", name, env.GetWorkflowError())
		}
		if n := len(row.source.asked); n > 3 {
			t.Errorf("%s: it asked %v", name, row.source.asked)
		}
	}
}

// TestPlanSource_saysWhichSourcesThereAre has a name that no worker serves, and a worker of others.
func TestPlanSource_saysWhichSourcesThereAre(t *testing.T) {
	t.Parallel()
	var s source
	env := planning(t, &s, question.PlanID("acmee"), func() (estimate.Plan, error) {
		if len(s.asked) == 1 {
			_, err := nobody(1)
			return estimate.Plan{}, err
		}
		return estimate.Plan{}, fault.Invalidf(`source "acmee" is not configured; this worker knows: acme`)
	})
	env.ExecuteWorkflow(question.PlanSourceType)
	failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError())
	const says = `no worker serves source acmee: source "acmee" is not configured; this worker knows: acme`
	if !ok || failure.Type() != string(fault.Invalid) || failure.Message() != says {
		t.Errorf("it says %v", env.GetWorkflowError())
	}
}

// TestPlanSource_isAnsweredByAWorkerThatDoesNotServeTheSource has a worker with the settings of a source that nobody serves.
func TestPlanSource_isAnsweredByAWorkerThatDoesNotServeTheSource(t *testing.T) {
	t.Parallel()
	var s source
	env := planning(t, &s, question.PlanID("acme"), func() (estimate.Plan, error) {
		if len(s.asked) == 1 {
			_, err := nobody(1)
			return estimate.Plan{}, err
		}
		return estimate.Plan{Source: "acme", Calls: 11}, nil
	})
	env.ExecuteWorkflow(question.PlanSourceType)
	var plan estimate.Plan
	if err := env.GetWorkflowResult(&plan); err != nil || plan.Calls != 11 || !strings.HasPrefix(plan.Waits, "no worker serves source acme") {
		t.Errorf("got %+v, %v", plan, err)
	}
}

// TestPlanSource_showsInTheUIWhatItTakes reads the details as the UI does.
func TestPlanSource_showsInTheUIWhatItTakes(t *testing.T) {
	t.Parallel()
	env := planning(t, &source{}, "plan-acme", func() (estimate.Plan, error) {
		return estimate.Plan{
			Source: "acme", Calls: 12, Stops: []estimate.Stop{{What: "no column can be read"}},
			First:   estimate.Sync{Calls: 3013, Forecast: &forecast.Forecast{Seconds: 90, Calls: 3013}},
			Refresh: estimate.Sync{Calls: 13, Why: "it would take months"},
		}, nil
	})
	env.ExecuteWorkflow(question.PlanSourceType)
	answer, err := env.QueryWorkflow("__temporal_workflow_metadata")
	if err != nil {
		t.Fatal(err)
	}
	var metadata sdkpb.WorkflowMetadata
	if err := answer.Get(&metadata); err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"- **A sync would be held:** no column can be read\n", "- **A sync that describes every report:** 3,013 API calls; about 2 min",
		"- **A refresh:** 13 API calls; it would take months\n", "The plan took 12 API calls.",
	} {
		if !strings.Contains(metadata.GetCurrentDetails(), line) {
			t.Errorf("%q is not in:\n%s", line, metadata.GetCurrentDetails())
		}
	}
}
