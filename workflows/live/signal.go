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

// Heartbeat is what an activity has done.
type Heartbeat struct {
	ID    string `json:"id"`
	Type  string `json:"type"`
	Done  int64  `json:"done"`
	Calls int64  `json:"calls"`
}

// Heartbeats are those of the running activities of a workflow.
func Heartbeats(state *workflowservice.DescribeWorkflowExecutionResponse) []Heartbeat {
	all := make([]Heartbeat, 0, len(state.GetPendingActivities()))
	for _, pending := range state.GetPendingActivities() {
		if beat := beatOf(pending); beat.Done+beat.Calls > 0 {
			all = append(all, Heartbeat{pending.GetActivityId(), pending.GetActivityType().GetName(), beat.Done, beat.Calls})
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
			var beats []Heartbeat
			channel.Receive(ctx, &beats)
			for _, task := range running.Tasks() {
				for _, beat := range beats {
					if beat.ID == task.ID {
						task.Type = beat.Type
						task.See(activities.Beat{Done: beat.Done, Calls: beat.Calls})
					}
				}
			}
			shown(ctx)
		}
	})
}
