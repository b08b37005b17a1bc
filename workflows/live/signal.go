package live

import (
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows/call"
)

// Signal carries heartbeats into a workflow that no worker holds in its memory any more: there an answer to a query shows nothing. It is
// sent at most once a minute.
const Signal = "longhaul-heartbeats"

// Heartbeats are those of the running activities of a workflow.
func Heartbeats(state *workflowservice.DescribeWorkflowExecutionResponse) []activities.Heartbeat {
	all := make([]activities.Heartbeat, 0, len(state.GetPendingActivities()))
	for _, pending := range state.GetPendingActivities() {
		beat, why := beatOf(pending), waiting(pending)
		if beat.Done+beat.Calls > 0 || why != "" {
			all = append(all, activities.Heartbeat{
				ID: pending.GetActivityId(), Type: pending.GetActivityType().GetName(), Done: beat.Done, Calls: beat.Calls, Waiting: why,
			})
		}
	}
	return all
}

// Hear calls shown after each signal, once its heartbeats are counted.
func Hear(ctx workflow.Context, running *call.Running, shown func(workflow.Context)) {
	channel := workflow.GetSignalChannelWithOptions(ctx, Signal, workflow.SignalChannelOptions{
		Description: "Sent by Longhaul itself, never by a person: what running activities have done, so that the details show it.",
	})
	workflow.Go(ctx, func(ctx workflow.Context) {
		for {
			var beats []activities.Heartbeat
			channel.Receive(ctx, &beats)
			take(running, beats)
			shown(ctx)
		}
	})
}

// take counts heartbeats as those of the activities that the workflow waits for.
func take(running *call.Running, beats []activities.Heartbeat) {
	for _, task := range running.Tasks() {
		for _, beat := range beats {
			if beat.ID == task.ID {
				task.Type = beat.Type
				task.See(activities.Beat{Done: beat.Done, Calls: beat.Calls})
			}
		}
	}
}

// Read asks Temporal for the heartbeats of the activities that the workflow waits for, before it cancels them: of one that no worker runs at
// that moment nothing else tells what it had done. Without an answer they are cancelled all the same.
func Read(ctx workflow.Context, running *call.Running) {
	id := workflow.GetInfo(ctx).WorkflowExecution
	var acts *activities.Activities
	params := activities.ReadBeatsParams{Workflow: id.ID, Run: id.RunID}
	answer, err := call.Do(call.OnAnyWorker(ctx), call.ForQuickLook, "what the activities have done that are to end", acts.ReadBeats, params)
	if err != nil {
		workflow.GetLogger(ctx).Debug("what running activities have done is not known", "error", err)
		return
	}
	take(running, answer.Beats)
}
