package watch

import (
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/notify"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/staging"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

const (
	// askWithin bounds one request to Temporal.
	askWithin = 10 * time.Second
	// missedWithin bounds the question for runs that did not come.
	missedWithin = 20 * time.Second
)

// Temporal is what a worker can find out, by its Temporal and its bucket.
type Temporal struct {
	Client client.Client
	Server ledger.Server
	Store  *staging.Store
	How    history.How // see answer.Engine
}

// Polled is when a worker last asked for the work of a source.
func (t *Temporal) Polled(ctx context.Context, source string) (last time.Time, err error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	answer, err := t.Client.DescribeTaskQueue(ctx, workflows.SourceQueue(source), enumspb.TASK_QUEUE_TYPE_ACTIVITY)
	if err != nil {
		return last, unanswered(err)
	}
	for _, poller := range answer.GetPollers() {
		if at := poller.GetLastAccessTime().AsTime(); at.After(last) {
			last = at
		}
	}
	return last, nil
}

// Missed counts the runs of the schedule that did not come since the last sync, as history and sources do.
func (t *Temporal) Missed(ctx context.Context, source string) (*history.Missed, error) {
	ctx, cancel := context.WithTimeout(ctx, missedWithin)
	defer cancel()
	engine := &answer.Engine{
		Store: t.Store, Source: source, How: t.How,
		Due: func(ctx context.Context, source string, after, until time.Time) ([]history.Run, error) {
			runs, came, err := ledger.Runs(ctx, t.Server, t.Store, source, after, until)
			return history.RunsOf(runs, came), err
		},
	}
	past, err := engine.History(ctx, answer.Query{Question: answer.AskHistory, Limit: 2})
	if err != nil {
		return nil, err
	}
	return past.Missed, nil
}

// Start starts the workflow that sends a message, and again where the one before failed or found no worker: the bucket knows what that sent.
func (t *Temporal) Start(ctx context.Context, fact notify.Fact) error {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	_, err := t.Client.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: fact.ID, TaskQueue: workflows.TaskQueue, WorkflowExecutionTimeout: tell.Longest,
		WorkflowIDReusePolicy:                    enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY,
		WorkflowExecutionErrorWhenAlreadyStarted: true,
		StaticSummary:                            fmt.Sprintf("tell people of %s: %s", fact.Source, fact.Event),
	}, tell.NotifySourceType, fact)
	if err == nil || errors.As(err, new(*serviceerror.WorkflowExecutionAlreadyStarted)) {
		return nil
	}
	return unanswered(err)
}

func unanswered(err error) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal, Err: err,
		Message: "Temporal does not answer: nothing to change if it passes; else check that it runs",
	}
}
