package monitor

import (
	"context"
	"errors"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/control"
)

// afterReset gives the run that a reset has put in place of a run that ended with end; without a reset it gives nil and
// end. Temporal calls the earlier run terminated, and its result does not lead to the later one.
func (w *Watcher) afterReset(ctx context.Context, run client.WorkflowRun, end error) (client.WorkflowRun, error) {
	var stopped *temporal.TerminatedError
	if !errors.As(end, &stopped) {
		return nil, end
	}
	ctx, cancel := context.WithTimeout(ctx, control.AskTimeout)
	defer cancel()
	_, first, err := w.chain(ctx, run.GetRunID())
	var newest, itsFirst string
	if err == nil {
		newest, itsFirst, err = w.chain(ctx, "")
	}
	switch {
	case err != nil && control.Unanswered(err):
		return nil, err // the caller asks again and gets the same end
	case err != nil, newest == run.GetRunID(), first == "", itsFirst != first: // another sync has a chain of its own
		return nil, end
	default:
		return w.Client.GetWorkflow(ctx, w.ID, newest), nil
	}
}

// chain gives a run of the sync's workflow id, the newest for "", and the first run of its chain. A run that continued as new
// and one that a reset made keep that first run.
func (w *Watcher) chain(ctx context.Context, runID string) (run, first string, err error) {
	state, err := w.Client.DescribeWorkflowExecution(ctx, w.ID, runID)
	info := state.GetWorkflowExecutionInfo()
	return info.GetExecution().GetRunId(), info.GetFirstRunId(), err
}
