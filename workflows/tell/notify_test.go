package tell_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	told "longhaul/activities/tell"
	"longhaul/internal/notify"
	"longhaul/workflows/call"
	"longhaul/workflows/tell"
)

// Who sends a message: a worker of the source, and another one where none does so in time. Of what may be the matter with the workers of the
// source themselves it shows at once whether one is there.
func TestNotifySource_whoSends(t *testing.T) {
	t.Parallel()
	source, any := call.SourceQueue("acme"), call.TaskQueue
	for name, row := range map[string]struct {
		event notify.Event
		hangs bool // no worker of the source sends it
		want  []string
	}{
		"a worker of the source":                        {event: notify.Complete, want: []string{source}},
		"another one after a while":                     {event: notify.Complete, hangs: true, want: []string{source, any}},
		"a worker of the source, of a stall":            {event: notify.Stalled, want: []string{source}},
		"another one at once, of a stall":               {event: notify.Stalled, hangs: true, want: []string{source, any}},
		"another one at once where the source has none": {event: notify.WorkerGone, hangs: true, want: []string{any}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var suite testsuite.WorkflowTestSuite
			env := suite.NewTestWorkflowEnvironment()
			env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "notify", TaskQueue: call.TaskQueue})
			env.RegisterWorkflow(tell.NotifySource)
			var mu sync.Mutex
			var queues []string
			env.RegisterActivityWithOptions(func(ctx context.Context, p told.NotifyParams) (told.NotifyResult, error) {
				queue := activity.GetInfo(ctx).TaskQueue
				mu.Lock()
				defer mu.Unlock()
				if !slices.Contains(queues, queue) {
					queues = append(queues, queue)
				}
				if row.hangs && queue == source {
					return told.NotifyResult{}, temporal.NewTimeoutError(enumspb.TIMEOUT_TYPE_HEARTBEAT, nil)
				}
				return told.NotifyResult{Told: []notify.Told{{ID: p.Fact.ID, Receiver: "team"}}}, nil
			}, activity.RegisterOptions{Name: "Notify"})
			var longest time.Duration
			env.SetOnActivityStartedListener(func(info *activity.Info, _ context.Context, _ converter.EncodedValues) {
				mu.Lock()
				defer mu.Unlock()
				longest = max(longest, info.HeartbeatTimeout)
			})
			env.ExecuteWorkflow(tell.NotifySource, notify.Fact{ID: "notify-1", Event: row.event, Source: "acme"})
			var result tell.Result
			if err := env.GetWorkflowResult(&result); err != nil || len(result.Told) != 1 {
				t.Fatalf("got %+v, %v", result, err)
			}
			if diff := cmp.Diff(row.want, queues); diff != "" {
				t.Errorf("it was sent otherwise (-want +got):\n%s", diff)
			}
			if longest == 0 || longest > 10*time.Second {
				t.Errorf("a worker that hangs is found after %s", longest)
			}
		})
	}
}
