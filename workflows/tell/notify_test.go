package tell_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	told "longhaul/activities/tell"
	"longhaul/internal/notify"
	"longhaul/workflows/call"
	"longhaul/workflows/tell"
)

// asked takes the options of the first activity that a workflow asks for, as production sends them: no listener of the environment sees all.
type asked struct {
	interceptor.WorkerInterceptorBase
	first *workflow.ActivityOptions
}

func (a *asked) InterceptWorkflow(_ workflow.Context, next interceptor.WorkflowInboundInterceptor) interceptor.WorkflowInboundInterceptor {
	in := &askedInbound{asked: a}
	in.Next = next
	return in
}

type askedInbound struct {
	interceptor.WorkflowInboundInterceptorBase
	asked *asked
}

func (i *askedInbound) Init(next interceptor.WorkflowOutboundInterceptor) error {
	out := &askedOutbound{asked: i.asked}
	out.Next = next
	return i.Next.Init(out)
}

type askedOutbound struct {
	interceptor.WorkflowOutboundInterceptorBase
	asked *asked
}

func (o *askedOutbound) ExecuteActivity(ctx workflow.Context, name string, args ...any) workflow.Future {
	if o.asked.first == nil {
		options := workflow.GetActivityOptions(ctx)
		o.asked.first = &options
	}
	return o.Next.ExecuteActivity(ctx, name, args...)
}

// messages is an environment for NotifySource.
func messages(watch *asked) *testsuite.TestWorkflowEnvironment {
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: "notify", TaskQueue: call.TaskQueue})
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{watch}})
	env.RegisterWorkflow(tell.NotifySource)
	return env
}

// Who sends a message: a worker of the source, and another one where none does so in time. Of what may be the matter with the workers of the
// source themselves it shows at once whether one is there.
func TestNotifySource_whoSends(t *testing.T) {
	t.Parallel()
	const whenever = 0 // the message is there until somebody takes it
	source, another := call.SourceQueue("acme"), call.TaskQueue
	for name, row := range map[string]struct {
		event  notify.Event
		hangs  bool // no worker of the source sends it
		want   []string
		begins time.Duration // within it the first worker must
		silent time.Duration // which it may be before it counts as hung
	}{
		"a worker of the source":          {notify.Complete, false, []string{source}, time.Minute, 15 * time.Second},
		"another one after a while":       {notify.Complete, true, []string{source, another}, time.Minute, 15 * time.Second},
		"a worker of the source, a stall": {notify.Stalled, false, []string{source}, 5 * time.Second, 8 * time.Second},
		"another one at once, of a stall": {notify.Stalled, true, []string{source, another}, 5 * time.Second, 8 * time.Second},
		"another one where it has none":   {notify.WorkerGone, true, []string{another}, whenever, 15 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			watch := new(asked)
			env := messages(watch)
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
			env.ExecuteWorkflow(tell.NotifySource, notify.Fact{ID: "notify-1", Event: row.event, Source: "acme"})
			var result tell.Result
			if err := env.GetWorkflowResult(&result); err != nil || len(result.Told) != 1 {
				t.Fatalf("got %+v, %v", result, err)
			}
			if diff := cmp.Diff(row.want, queues); diff != "" {
				t.Errorf("it was sent otherwise (-want +got):\n%s", diff)
			}
			if first := watch.first; first.ScheduleToStartTimeout != row.begins || first.HeartbeatTimeout != row.silent {
				t.Errorf("a worker must begin within %s, and may be silent for %s", first.ScheduleToStartTimeout, first.HeartbeatTimeout)
			}
		})
	}
}

// The page says who was told. Where the end of the sync did not wait for it, it is written whoever is told, and though nobody can be.
func TestNotifySource_writesThePage(t *testing.T) {
	t.Parallel()
	ended := notify.Fact{ID: "notify-1", Event: notify.Complete, Source: "acme", Sync: "s", Outcome: "complete"}
	unwritten, only := ended, ended
	unwritten.Unwritten = true
	only.Unwritten, only.Event = true, ""
	for name, row := range map[string]struct {
		fact   notify.Fact
		told   []notify.Told
		broken error
		pages  int
		sends  bool
	}{
		"somebody was told":                     {ended, []notify.Told{{Receiver: "team"}}, nil, 1, true},
		"nobody was told":                       {ended, nil, nil, 0, true},
		"the page is missing":                   {unwritten, nil, nil, 1, true},
		"the page is missing, nothing is sent":  {unwritten, nil, temporal.NewNonRetryableApplicationError("no", "x", nil), 1, true},
		"nothing is to be told":                 {only, nil, nil, 1, false},
		"while it goes on there is no page yet": {notify.Fact{Event: notify.Stalled, Source: "acme"}, []notify.Told{{Receiver: "team"}}, nil, 0, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := messages(new(asked))
			var sends, pages int
			env.RegisterActivityWithOptions(func(context.Context, told.NotifyParams) (told.NotifyResult, error) {
				sends++
				return told.NotifyResult{Told: row.told}, row.broken
			}, activity.RegisterOptions{Name: "Notify"})
			env.RegisterActivityWithOptions(func(_ context.Context, p told.WritePageParams) error {
				if pages++; p != (told.WritePageParams{Source: "acme", Sync: "s"}) {
					t.Errorf("it wrote %+v", p)
				}
				return nil
			}, activity.RegisterOptions{Name: "WritePage"})
			env.ExecuteWorkflow(tell.NotifySource, row.fact)
			var failure *temporal.ApplicationError
			if err := env.GetWorkflowError(); errors.As(err, &failure) != (row.broken != nil) {
				t.Errorf("it ended with %v", err)
			}
			if pages != row.pages || (sends > 0) != row.sends {
				t.Errorf("%d pages were written, and %d times it sent", pages, sends)
			}
		})
	}
}
