package live

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	failurepb "go.temporal.io/api/failure/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"longhaul/activities"
	"longhaul/workflows/call"
)

func pending(t *testing.T, id, kind string, beat activities.Beat, why string) *workflowpb.PendingActivityInfo {
	t.Helper()
	details, err := converter.GetDefaultDataConverter().ToPayloads(beat)
	if err != nil {
		t.Fatal(err)
	}
	info := &workflowpb.PendingActivityInfo{
		ActivityId: id, ActivityType: &commonpb.ActivityType{Name: kind}, State: enumspb.PENDING_ACTIVITY_STATE_STARTED, HeartbeatDetails: details,
	}
	if why != "" {
		info.State = enumspb.PENDING_ACTIVITY_STATE_SCHEDULED
		info.LastFailure = &failurepb.Failure{Message: why}
	}
	return info
}

// temporal answers with these activities.
func temporal(all ...*workflowpb.PendingActivityInfo) Describe {
	return func(context.Context, string, string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
		return &workflowservice.DescribeWorkflowExecutionResponse{PendingActivities: all}, nil
	}
}

func tasks(ids ...string) (all []*call.Task) {
	for _, id := range ids {
		all = append(all, &call.Task{ID: id})
	}
	return all
}

func TestWatch_addsUpWhatTheActivitiesOfTheWorkflowHaveDone(t *testing.T) {
	t.Parallel()
	silent := pending(t, "1", "Describe", activities.Beat{}, "x")
	silent.LastFailure.FailureInfo = &failurepb.Failure_TimeoutFailureInfo{TimeoutFailureInfo: &failurepb.TimeoutFailureInfo{}}
	torn := pending(t, "1", "Describe", activities.Beat{}, "")
	torn.HeartbeatDetails = &commonpb.Payloads{Payloads: []*commonpb.Payload{{Data: []byte("?")}}}
	begun := pending(t, "2", "Describe", activities.Beat{Done: 7, Calls: 9, Final: true}, "why")
	begun.State = enumspb.PENDING_ACTIVITY_STATE_STARTED
	for _, row := range []struct {
		name    string
		tasks   []*call.Task
		pending []*workflowpb.PendingActivityInfo
		want    Counts
	}{
		{"nothing runs", nil, nil, Counts{}},
		{
			"running shards tell theirs", tasks("1", "2"),
			[]*workflowpb.PendingActivityInfo{
				pending(t, "1", "Describe", activities.Beat{Done: 30, Calls: 31}, ""), pending(t, "2", "Describe", activities.Beat{Done: 20, Calls: 20}, ""),
			},
			Counts{Described: 50, Calls: 51},
		},
		{
			"one that the workflow has counted counts no second time", tasks("2"),
			[]*workflowpb.PendingActivityInfo{
				pending(t, "1", "Describe", activities.Beat{Done: 250, Calls: 251}, ""), pending(t, "2", "Describe", activities.Beat{Done: 20, Calls: 20}, ""),
			},
			Counts{Described: 20, Calls: 20},
		},
		{
			"running lists tell theirs", tasks("1"),
			[]*workflowpb.PendingActivityInfo{pending(t, "1", "Enumerate", activities.Beat{Done: 2000, Calls: 1}, "")},
			Counts{Listed: 2000, Calls: 1},
		},
		{
			"calls that may have been made are not shown", tasks("1"),
			[]*workflowpb.PendingActivityInfo{pending(t, "1", "Describe", activities.Beat{Done: 5, Calls: 6, Bound: 90}, "")},
			Counts{Described: 5, Calls: 6},
		},
		{
			"all are in trouble", tasks("1", "2"),
			[]*workflowpb.PendingActivityInfo{pending(t, "1", "Describe", activities.Beat{Done: 5}, "Salesforce does not answer"), begun},
			Counts{Described: 12, Calls: 9, Trouble: "Salesforce does not answer"},
		},
		{
			"all wait for the bucket", tasks("1"),
			[]*workflowpb.PendingActivityInfo{pending(t, "1", "Describe", activities.Beat{Done: 5, Moved: true, Waiting: "the disk is full"}, "")},
			Counts{Described: 5, Trouble: "the disk is full"},
		},
		{
			"one gets on", tasks("1", "2"),
			[]*workflowpb.PendingActivityInfo{
				pending(t, "1", "Describe", activities.Beat{}, "why"), pending(t, "2", "Describe", activities.Beat{Done: 1, Moved: true}, ""),
			},
			Counts{Described: 1},
		},
		{
			"a worker that went away", tasks("1"),
			[]*workflowpb.PendingActivityInfo{silent},
			Counts{Trouble: "a worker went silent; its work is being given to another"},
		},
		{"a detail that cannot be read costs a count", tasks("1"), []*workflowpb.PendingActivityInfo{torn}, Counts{}},
	} {
		w := &Watch{Describe: temporal(row.pending...)}
		got := w.Counts(row.tasks, "sync-acme", "run")
		if diff := cmp.Diff(row.want, got, cmpopts.IgnoreFields(Counts{}, "At")); diff != "" || got.At.IsZero() {
			t.Errorf("%s (at %s):\n%s", row.name, got.At, diff)
		}
	}
}

// What Temporal says may be older than what it has said, or lack a shard that ends at this moment: counts do not fall by it.
func TestWatch_countsNeverFall(t *testing.T) {
	t.Parallel()
	running := tasks("1", "2")
	answers := [][]*workflowpb.PendingActivityInfo{
		{pending(t, "1", "Describe", activities.Beat{Done: 200, Calls: 205}, ""), pending(t, "2", "Describe", activities.Beat{Done: 40, Calls: 41}, "")},
		{pending(t, "2", "Describe", activities.Beat{Done: 60, Calls: 62}, "")},
		{pending(t, "2", "Describe", activities.Beat{}, "the next attempt has said nothing")},
	}
	var last Counts
	for n, answer := range answers {
		w := &Watch{Describe: temporal(answer...)} // asks anew
		got := w.Counts(running, "sync-acme", "run")
		if got.Described < last.Described || got.Calls < last.Calls || got.Described < 240 {
			t.Errorf("answer %d: %+v after %+v", n, got, last)
		}
		last = got
	}
}

// Many may watch one sync, and a Temporal that does not answer keeps no workflow from getting on for long.
func TestWatch_asksNowAndThen(t *testing.T) {
	t.Parallel()
	asked := 0
	w := &Watch{Describe: func(ctx context.Context, _, _ string) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
		asked++
		if until, bounded := ctx.Deadline(); !bounded || time.Until(until) > askTimeout {
			t.Error("the question has no bound")
		}
		if asked == 1 {
			return nil, errors.New("away")
		}
		return &workflowservice.DescribeWorkflowExecutionResponse{}, nil
	}}
	told := tasks("1")
	told[0].Type = "Describe"
	told[0].See(activities.Beat{Done: 7, Calls: 9}) // by a signal, which the page shows too
	for range 50 {
		if got := w.Counts(told, "sync-acme", "run"); got != (Counts{Described: 7, Calls: 9}) {
			t.Errorf("while Temporal says nothing it counts %+v", got)
		}
	}
	w.asked = w.asked.Add(-askEvery)
	if got := w.Counts(told, "sync-acme", "run"); got.At.IsZero() || asked != 2 {
		t.Errorf("after %d questions it knows: %+v", asked, got)
	}
}
