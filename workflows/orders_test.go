package workflows_test

import (
	"path/filepath"
	"strings"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/reflect/protoreflect"

	"longhaul/activities"
	"longhaul/activities/question"
	telling "longhaul/activities/tell"
	"longhaul/workflows"
)

// TestOrders_theLastOfOneTaskIsCarriedOver replays a run whose very last workflow task, the one that continues as new, brings
// signals too.
func TestOrders_theLastOfOneTaskIsCarriedOver(t *testing.T) {
	t.Parallel()
	const pause, resume = workflows.PauseSignal, workflows.ResumeSignal
	for _, row := range []struct {
		orders []string
		paused bool
	}{
		{nil, false},
		{[]string{pause}, true},
		{[]string{pause, resume}, false},
		{[]string{resume, pause}, true},
		{[]string{pause, resume, pause}, true},
		{[]string{pause, pause, resume}, false},
		{[]string{resume, pause, resume, pause, resume}, false},
	} {
		t.Run(strings.Join(row.orders, " "), func(t *testing.T) {
			t.Parallel()
			history := readHistory(t, filepath.Join(recorded, "unreleased", "continued_as_new.3.json.gz"))
			history.Events = withSignals(t, history.GetEvents(), row.orders)
			seen := &carried{DataConverter: converter.GetDefaultDataConverter()}
			replayer, err := worker.NewWorkflowReplayerWithOptions(worker.WorkflowReplayerOptions{
				Interceptors: workflows.WorkerOptions(everything, worker.Options{}).Interceptors, DataConverter: seen,
			})
			if err != nil {
				t.Fatal(err)
			}
			workflows.Register(replaying{replayer: replayer}, workflows.Activities{
				Sync: &activities.Activities{}, Asked: &question.Activities{}, Told: &telling.Activities{},
			})
			started := history.GetEvents()[0].GetWorkflowExecutionStartedEventAttributes()
			err = replayer.ReplayWorkflowHistoryWithOptions(nil, history, worker.ReplayWorkflowHistoryOptions{
				OriginalExecution: workflow.Execution{ID: started.GetWorkflowId(), RunID: started.GetOriginalExecutionRunId()},
			})
			if err != nil {
				t.Fatal(err)
			}
			if seen.state == nil || seen.state.Paused != row.paused {
				t.Errorf("the next run begins with %+v, want paused: %t", seen.state, row.paused)
			}
		})
	}
}

// carried looks at the state that a run hands to the next one.
type carried struct {
	converter.DataConverter
	state *workflows.State // as it was then
}

func (c *carried) ToPayloads(values ...any) (*commonpb.Payloads, error) {
	for _, v := range values {
		if in, ok := v.(workflows.Input); ok && in.State != nil {
			state := *in.State
			c.state = &state
		}
	}
	return c.DataConverter.ToPayloads(values...)
}

// withSignals lets signals arrive before the last workflow task of a run.
func withSignals(t *testing.T, events []*historypb.HistoryEvent, names []string) []*historypb.HistoryEvent {
	t.Helper()
	at := len(events) - 1
	for events[at].GetEventType() != enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED {
		at--
	}
	first := events[at].GetEventId()
	with := append([]*historypb.HistoryEvent(nil), events[:at]...)
	for i, name := range names {
		with = append(with, &historypb.HistoryEvent{
			EventId: first + int64(i), EventTime: events[at].GetEventTime(),
			EventType: enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED,
			Attributes: &historypb.HistoryEvent_WorkflowExecutionSignaledEventAttributes{
				WorkflowExecutionSignaledEventAttributes: &historypb.WorkflowExecutionSignaledEventAttributes{SignalName: name},
			},
		})
	}
	for _, event := range events[at:] {
		moveIDs(event.ProtoReflect(), first, int64(len(names)))
		with = append(with, event)
	}
	return with
}

// moveIDs adds by to every id of an event that is not before first.
func moveIDs(m protoreflect.Message, first, by int64) {
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		switch {
		case field.Kind() == protoreflect.Int64Kind && strings.HasSuffix(string(field.Name()), "event_id") && v.Int() >= first:
			m.Set(field, protoreflect.ValueOfInt64(v.Int()+by))
		case field.Kind() == protoreflect.MessageKind && !field.IsList() && !field.IsMap():
			moveIDs(v.Message(), first, by)
		}
		return true
	})
}
