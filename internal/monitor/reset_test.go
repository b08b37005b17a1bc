package monitor

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/workflows"
)

// chained is a Temporal with several runs of one workflow id, the oldest first. All but the last were terminated.
type chained struct {
	client.Client

	runs []chainedRun
	away int // questions that it does not answer
}

type chainedRun struct {
	client.WorkflowRun
	id, first string
	end       error
}

func (r chainedRun) GetRunID() string { return r.id }

func (r chainedRun) Get(_ context.Context, into any) error {
	if r.end != nil {
		return r.end
	}
	return encoded{workflows.Result{Sync: r.id}}.Get(into)
}

func (c *chained) find(id string) (chainedRun, bool) {
	for _, run := range c.runs {
		if run.id == id {
			return run, true
		}
	}
	return c.runs[len(c.runs)-1], id == ""
}

func (c *chained) GetWorkflow(_ context.Context, _, id string) client.WorkflowRun {
	run, _ := c.find(id)
	return run
}

func (c *chained) DescribeWorkflowExecution(
	_ context.Context, _, id string,
) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	run, found := c.find(id)
	if c.away > 0 {
		c.away--
		return nil, serviceerror.NewUnavailable("away")
	}
	if !found {
		return nil, serviceerror.NewNotFound("no such run")
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{RunId: run.id}, FirstRunId: run.first,
	}}, nil
}

func TestAwait_goesOnWithTheRunAfterAReset(t *testing.T) {
	t.Parallel()
	stopped := &temporal.TerminatedError{}
	for _, row := range []struct {
		name string
		runs []chainedRun
		away int
		want string // the run whose result is that of the sync; empty: it was terminated
	}{
		{"a sync that was terminated", []chainedRun{{id: "a", first: "a", end: stopped}}, 0, ""},
		{"a reset", []chainedRun{{id: "a", first: "a", end: stopped}, {id: "b", first: "a"}}, 0, "b"},
		{"two resets", []chainedRun{
			{id: "a", first: "a", end: stopped}, {id: "b", first: "a", end: stopped}, {id: "c", first: "a"},
		}, 0, "c"},
		{"a reset, then terminated", []chainedRun{{id: "a", first: "a", end: stopped}, {id: "b", first: "a", end: stopped}}, 0, ""},
		{"another sync after a terminated one", []chainedRun{{id: "a", first: "a", end: stopped}, {id: "b", first: "b"}}, 0, ""},
		{"a Temporal that tells no first run", []chainedRun{{id: "a", end: stopped}, {id: "b"}}, 0, ""},
		{"a Temporal that is away just then", []chainedRun{{id: "a", first: "a", end: stopped}, {id: "b", first: "a"}}, 3, "b"},
	} {
		synctest.Test(t, func(t *testing.T) {
			w := &Watcher{Client: &chained{runs: row.runs, away: row.away}, ID: "sync-acme"}
			var result workflows.Result
			err := w.await(t.Context(), row.runs[0], &result)
			if diff := cmp.Diff(row.want, result.Sync); diff != "" || (err == nil) != (row.want != "") {
				t.Errorf("%s: %v %s", row.name, err, diff)
			}
			if err == nil {
				return
			}
			if _, said := End(err); !errors.As(said, new(*Stopped)) {
				t.Errorf("%s: it ended as %v", row.name, said)
			}
		})
	}
}

// A run that Temporal no longer knows cannot be asked for its chain.
func TestAwait_ofATerminatedRunThatIsForgotten(t *testing.T) {
	t.Parallel()
	w := &Watcher{Client: &chained{runs: []chainedRun{{id: "b", first: "b"}}}, ID: "sync-acme"}
	err := w.await(t.Context(), chainedRun{id: "a", end: &temporal.TerminatedError{}}, new(workflows.Result))
	if _, said := End(err); !errors.As(said, new(*Stopped)) {
		t.Errorf("it ended as %v", said)
	}
}
