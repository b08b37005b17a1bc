package cli

import (
	"context"
	"errors"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
)

// takenBack gives the run that a reset has put in the place of one that ended as end; where there was no reset it gives
// nil and the end. To Temporal the earlier run was terminated, and its result does not lead to the later one.
func (w *watcher) takenBack(ctx context.Context, run client.WorkflowRun, end error) (client.WorkflowRun, error) {
	var stopped *temporal.TerminatedError
	if !errors.As(end, &stopped) {
		return nil, end
	}
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	_, first, err := w.chain(ctx, run.GetRunID())
	var newest, itsFirst string
	if err == nil {
		newest, itsFirst, err = w.chain(ctx, "")
	}
	switch {
	case err != nil && unanswered(err):
		return nil, err // whoever asks again hears of the same end
	case err != nil, newest == run.GetRunID(), first == "", itsFirst != first: // another sync has a chain of its own
		return nil, end
	default:
		return w.client.GetWorkflow(ctx, w.id, newest), nil
	}
}

// chain gives a run of the sync's workflow id, the newest for "", and the run that its chain began with: continuing as new
// and a reset keep that one.
func (w *watcher) chain(ctx context.Context, runID string) (run, first string, err error) {
	state, err := w.client.DescribeWorkflowExecution(ctx, w.id, runID)
	info := state.GetWorkflowExecutionInfo()
	return info.GetExecution().GetRunId(), info.GetFirstRunId(), err
}
