package host

import (
	"context"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"google.golang.org/protobuf/types/known/timestamppb"

	"longhaul/internal/doctor"
)

// queued is a Temporal that lists pollers of each queue, by their labels, with how long ago each polled.
type queued struct {
	client.Client

	ago map[string]time.Duration
}

func (p queued) DescribeTaskQueue(context.Context, string, enumspb.TaskQueueType) (*workflowservice.DescribeTaskQueueResponse, error) {
	answer := &workflowservice.DescribeTaskQueueResponse{}
	for label, ago := range p.ago {
		answer.Pollers = append(answer.Pollers, &taskqueuepb.PollerInfo{Identity: label, LastAccessTime: timestamppb.New(time.Now().Add(-ago))})
	}
	return answer, nil
}

// TestWorkersOf_areThoseThatServe lists workers of which one polls for another reason, one may have stopped, and one is long gone.
func TestWorkersOf_areThoseThatServe(t *testing.T) {
	t.Parallel()
	label := func(identity, settings string) string {
		return doctor.Worker{Identity: identity, Version: "1.2.0", Settings: settings}.Label()
	}
	found, err := new(Host).workersOf(t.Context(), queued{ago: map[string]time.Duration{
		label("1@serves", "1a"): 30 * time.Second, label("2@silent", "1a"): 75 * time.Second, label("3@gone", "1a"): 10 * time.Minute,
		label("4@tells", ""): 0, label("4@tells", "1a"): 30 * time.Second, label("1@serves", ""): 40 * time.Second, "another program": 0,
	}}, "acme")
	got := map[string]bool{}
	for _, w := range found {
		got[w.Identity] = w.Stale
	}
	if stale, there := got["2@silent"]; err != nil || len(got) != 3 || !there || !stale || got["1@serves"] || got["another program"] {
		t.Errorf("%+v, %v", found, err)
	}
}
