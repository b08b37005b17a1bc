package monitor

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/activities"
	"longhaul/workflows"
)

func pending(t *testing.T, kind string, beat activities.Beat, why string) *workflowpb.PendingActivityInfo {
	t.Helper()
	details, err := converter.GetDefaultDataConverter().ToPayloads(beat)
	if err != nil {
		t.Fatal(err)
	}
	info := &workflowpb.PendingActivityInfo{
		ActivityType: &commonpb.ActivityType{Name: kind}, State: enumspb.PENDING_ACTIVITY_STATE_STARTED, HeartbeatDetails: details,
	}
	if why != "" {
		info.State = enumspb.PENDING_ACTIVITY_STATE_SCHEDULED
		info.LastFailure = &failurepb.Failure{Message: why}
	}
	return info
}

func TestAddPending(t *testing.T) {
	t.Parallel()
	silent := pending(t, "Describe", activities.Beat{}, "x")
	silent.LastFailure.FailureInfo = &failurepb.Failure_TimeoutFailureInfo{TimeoutFailureInfo: &failurepb.TimeoutFailureInfo{}}
	torn := pending(t, "Describe", activities.Beat{}, "")
	torn.HeartbeatDetails = &commonpb.Payloads{Payloads: []*commonpb.Payload{{Data: []byte("?")}}}
	for _, row := range []struct {
		name    string
		pending []*workflowpb.PendingActivityInfo
		want    Snapshot
	}{
		{"nothing runs", nil, Snapshot{Progress: workflows.Progress{Described: 100, ToDescribe: 900, APICalls: 10}, Listed: 60}},
		{
			"running shards tell theirs",
			[]*workflowpb.PendingActivityInfo{
				pending(t, "Describe", activities.Beat{Done: 30, Calls: 31}, ""), pending(t, "Describe", activities.Beat{Done: 20, Calls: 20}, ""),
			},
			Snapshot{Progress: workflows.Progress{Described: 150, ToDescribe: 900, APICalls: 61}, Listed: 60},
		},
		{
			"never more than there is",
			[]*workflowpb.PendingActivityInfo{pending(t, "Describe", activities.Beat{Done: 5000}, "")},
			Snapshot{Progress: workflows.Progress{Described: 900, ToDescribe: 900, APICalls: 10}, Listed: 60},
		},
		{
			"running lists tell theirs",
			[]*workflowpb.PendingActivityInfo{pending(t, "Enumerate", activities.Beat{Done: 2000, Calls: 1}, "")},
			Snapshot{Progress: workflows.Progress{Described: 100, ToDescribe: 900, APICalls: 11}, Listed: 2060},
		},
		{
			"all are in trouble",
			[]*workflowpb.PendingActivityInfo{pending(t, "Describe", activities.Beat{Done: 5}, "Salesforce does not answer")},
			Snapshot{Progress: workflows.Progress{Described: 105, ToDescribe: 900, APICalls: 10, Waiting: "Salesforce does not answer"}, Listed: 60},
		},
		{
			"all wait for the bucket",
			[]*workflowpb.PendingActivityInfo{pending(t, "Describe", activities.Beat{Done: 5, Waiting: "the disk is full"}, "")},
			Snapshot{Progress: workflows.Progress{Described: 105, ToDescribe: 900, APICalls: 10, Waiting: "the disk is full"}, Listed: 60},
		},
		{
			"one gets on",
			[]*workflowpb.PendingActivityInfo{pending(t, "Describe", activities.Beat{}, "why"), pending(t, "Describe", activities.Beat{Done: 1}, "")},
			Snapshot{Progress: workflows.Progress{Described: 101, ToDescribe: 900, APICalls: 10}, Listed: 60},
		},
		{
			"a worker that went away",
			[]*workflowpb.PendingActivityInfo{silent},
			Snapshot{Progress: workflows.Progress{
				Described: 100, ToDescribe: 900, APICalls: 10, Waiting: "a worker went silent; its work is being given to another",
			}, Listed: 60},
		},
		{
			"a detail that cannot be read costs a count",
			[]*workflowpb.PendingActivityInfo{torn},
			Snapshot{Progress: workflows.Progress{Described: 100, ToDescribe: 900, APICalls: 10}, Listed: 60},
		},
	} {
		got := Snapshot{Progress: workflows.Progress{Described: 100, ToDescribe: 900, APICalls: 10}}
		want := row.want
		got.Kinds.Folders, want.Kinds.Folders = 60, 60
		addPending(&got, &workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: row.pending})
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", row.name, diff)
		}
	}
}

func TestUnattended(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		state enumspb.PendingWorkflowTaskState
		age   time.Duration
		want  string
	}{
		{"no step to take", enumspb.PENDING_WORKFLOW_TASK_STATE_UNSPECIFIED, time.Hour, ""},
		{"a fresh step", enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, time.Second, ""},
		{"a step in a worker's hands", enumspb.PENDING_WORKFLOW_TASK_STATE_STARTED, time.Hour, ""},
		{
			"a step that nobody takes", enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED, 6 * time.Second,
			"no worker takes the next step from task queue longhaul",
		},
	} {
		got := unattended(&workflowpb.PendingWorkflowTaskInfo{State: row.state, ScheduledTime: timestamppb.New(time.Now().Add(-row.age))})
		if got != row.want {
			t.Errorf("%s: got %q", row.name, got)
		}
	}
}
