package cli

import (
	"context"
	"errors"
	"strings"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/doctor"
	"longhaul/internal/estimate"
	"longhaul/internal/history/answer"
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

// inspecting is a Temporal whose workers answer one question about the past.
func inspecting(f *fakeTemporal, query answer.Query, found any, failure error) *inspected {
	return &inspected{questioned{f, question.InspectSourceType, "inspect-acme-", found, failure}, query}
}

// inspected has a workflow of its own for each question.
type inspected struct {
	questioned

	query answer.Query
}

func (i *inspected) dial(context.Context, host.DialOptions) (client.Client, error) { return i, nil }

func (i *inspected) ExecuteWorkflow(_ context.Context, o client.StartWorkflowOptions, workflow any, args ...any) (client.WorkflowRun, error) {
	want := []any{question.Inspection{Source: "acme", Query: i.query}}
	if diff := cmp.Diff(want, args); diff != "" || !strings.HasPrefix(o.ID, i.id) || len(o.ID) < len(i.id)+8 || workflow != i.workflowType ||
		o.TaskQueue != workflows.TaskQueue || o.WorkflowRunTimeout != question.Longest {
		return nil, errors.New("started in another way than agreed: " + o.ID + diff)
	}
	return &answered{q: &i.questioned}, nil
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
