package monitor

import (
	"cmp"
	"context"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"longhaul/internal/control"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

// phaseUnknown is shown of a sync that no worker answers for, where the namespace lacks the search attribute of its phase.
const phaseUnknown workflows.Phase = "unknown"

// unasked adds what Temporal itself knows of a sync that no worker answers for: its phase and its start. The counts are a worker's to say.
func (w *Watcher) unasked(ctx context.Context, s *Snapshot) {
	ctx, cancel := context.WithTimeout(ctx, control.AskTimeout)
	defer cancel()
	s.Unasked = true
	s.Phase, s.Started, s.Updated = phaseUnknown, s.At, s.At
	s.Waiting = cmp.Or(s.Waiting, control.Unheard(ctx, w.Client))
	state, err := w.Client.DescribeWorkflowExecution(ctx, w.ID, "")
	if err != nil {
		return
	}
	s.Phase = phaseOf(state)
	info := state.GetWorkflowExecutionInfo()
	if at := info.GetStartTime(); at != nil {
		s.Started = at.AsTime()
	}
	if first := info.GetFirstRunId(); first != "" && first != info.GetExecution().GetRunId() { // the run goes on with the sync of another
		if began, err := w.Client.DescribeWorkflowExecution(ctx, w.ID, first); err == nil && began.GetWorkflowExecutionInfo().GetStartTime() != nil {
			s.Started = began.GetWorkflowExecutionInfo().GetStartTime().AsTime()
		}
	}
}

// phaseOf is the phase that the search attribute of a sync has.
func phaseOf(state *workflowservice.DescribeWorkflowExecutionResponse) workflows.Phase {
	var phase string
	payload := state.GetWorkflowExecutionInfo().GetSearchAttributes().GetIndexedFields()[attribute.Phase.GetName()]
	if payload == nil || converter.GetDefaultDataConverter().FromPayload(payload, &phase) != nil || phase == "" {
		return phaseUnknown
	}
	return workflows.Phase(phase)
}
