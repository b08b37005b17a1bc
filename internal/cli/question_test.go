package cli

import (
	"context"
	"errors"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/doctor"
	"longhaul/internal/estimate"
	"longhaul/internal/host"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

// questioned is a Temporal whose workers give each question about acme the same answer.
type questioned struct {
	*fakeTemporal
	workflowType, id string
	answer           any
	failure          error
}

// checking is a Temporal whose workers answer every check with the same.
func checking(f *fakeTemporal, result doctor.Result, failure error) *questioned {
	return &questioned{f, question.CheckSourceType, "check-acme", result, failure}
}

// planning is a Temporal whose workers answer every plan with the same.
func planning(f *fakeTemporal, plan estimate.Plan, failure error) *questioned {
	return &questioned{f, question.PlanSourceType, "plan-acme", plan, failure}
}

func (q *questioned) dial(context.Context, host.DialOptions) (client.Client, error) { return q, nil }

func (q *questioned) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	if o.ID != q.id || workflow != q.workflowType || o.TaskQueue != workflows.TaskQueue || o.WorkflowRunTimeout != question.Longest ||
		o.WorkflowIDConflictPolicy != enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING || !cmp.Equal(args, []any{question.Input{Source: "acme"}}) {
		return nil, errors.New("started in another way than agreed")
	}
	return &answered{q: q}, nil
}

type answered struct {
	client.WorkflowRun
	q *questioned
}

func (r *answered) Get(_ context.Context, into any) error {
	if r.q.failure != nil {
		return r.q.failure
	}
	return encoded{r.q.answer}.Get(into)
}
