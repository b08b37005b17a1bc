package host

import (
	"context"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/grpc"
	"google.golang.org/grpc/test/bufconn"
	"google.golang.org/protobuf/types/known/emptypb"

	"longhaul/internal/source"
	"longhaul/workflows"
)

// asked are the task queues that a process has polled for activities.
type asked struct {
	mu      sync.Mutex
	queues  []string
	now     map[string]int // polls that wait, by queue
	running bool           // it says of each workflow that it runs
}

func (a *asked) add(queue string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.queues = append(a.queues, queue)
	a.now[queue]++
}

func (a *asked) over(queue string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.now[queue]--
}

func (a *asked) polls(queue string) int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.now[queue]
}

func (a *asked) setRunning(running bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running = running
}

// described is a workflow that runs, or one that does not.
func (a *asked) described() *workflowservice.DescribeWorkflowExecutionResponse {
	a.mu.Lock()
	defer a.mu.Unlock()
	info := new(workflowpb.WorkflowExecutionInfo)
	if a.running {
		info.Status = enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING
	}
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: info}
}

func (a *asked) has(queue string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Contains(a.queues, queue)
}

// idle is a Temporal that has nothing to do for whoever asks.
func idle(t *testing.T) (client.Client, *asked) {
	t.Helper()
	const buffer = 1 << 16
	seen := &asked{now: map[string]int{}}
	listener := bufconn.Listen(buffer)
	server := grpc.NewServer(grpc.UnknownServiceHandler(func(_ any, stream grpc.ServerStream) error {
		method, _ := grpc.MethodFromServerStream(stream)
		if !strings.HasSuffix(method, "/PollActivityTaskQueue") {
			if err := stream.RecvMsg(new(emptypb.Empty)); err != nil {
				return err
			}
		} else {
			var poll workflowservice.PollActivityTaskQueueRequest
			if err := stream.RecvMsg(&poll); err != nil {
				return err
			}
			seen.add(poll.GetTaskQueue().GetName())
			defer seen.over(poll.GetTaskQueue().GetName())
		}
		if strings.HasSuffix(method, "/DescribeWorkflowExecution") {
			return stream.SendMsg(seen.described())
		}
		if strings.Contains(method, "/Poll") {
			select {
			case <-time.After(time.Minute):
			case <-stream.Context().Done():
			}
		}
		return stream.SendMsg(new(emptypb.Empty))
	}))
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(server.Stop)
	c, err := client.DialContext(t.Context(), client.Options{
		HostPort: "passthrough:///temporal",
		ConnectionOptions: client.ConnectionOptions{DialOptions: []grpc.DialOption{
			grpc.WithContextDialer(func(ctx context.Context, _ string) (net.Conn, error) { return listener.DialContext(ctx) }),
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c, seen
}

// One source that cannot be served keeps no other from it, and needs no restart once it can be.
func TestWorkers_leaveOutASourceUntilItCanBeServed(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "acme.json")
	late := source.Source{Name: "late", Salesforce: source.Salesforce{Credentials: reference(t, "file:"+file)}}
	h := open(t, 0, acme("acme", source.Held("a-client-secret")), late)
	synctest.Test(t, func(t *testing.T) {
		c, seen := idle(t)
		w := h.NewWorker(c)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		synctest.Wait()
		if !seen.has("longhaul") || !seen.has("longhaul-acme") || seen.has("longhaul-late") {
			t.Errorf("at first it polls %q", seen.queues)
		}
		document := `{"baseUrl":"late.my.salesforce.com","clientId":"3MVG9","clientSecret":"a-client-secret"}`
		if err := os.WriteFile(file, []byte(document), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(againEvery*lookEvery + time.Second) //nolint:forbidigo // of a synctest bubble
		synctest.Wait()
		if !seen.has("longhaul-late") {
			t.Errorf("a minute after the secret is there it polls %q", seen.queues)
		}
	})
}

// A panic in what reads one source's secret keeps no other from being served, and stands in the log as the bug that it is.
func TestWorkers_aPanicLeavesOutOneSourceAndIsAnError(t *testing.T) {
	t.Parallel()
	secret, err := source.References{Lookup: func(string) (string, bool) { panic("a bug") }}.Parse("env:LATE")
	if err != nil {
		t.Fatal(err)
	}
	broken := source.Source{Name: "broken", Salesforce: source.Salesforce{Credentials: secret}}
	h := open(t, 0, broken, acme("acme", source.Held("a-client-secret")))
	core, logs := observer.New(zap.WarnLevel)
	h.logger = zap.New(core)
	synctest.Test(t, func(t *testing.T) {
		c, seen := idle(t)
		w := h.NewWorker(c)
		if err := w.Start(); err != nil {
			t.Fatal(err)
		}
		defer w.Stop()
		synctest.Wait()
		if !seen.has("longhaul-acme") || seen.has("longhaul-broken") {
			t.Errorf("it polls %q", seen.queues)
		}
	})
	said := logs.FilterField(zap.String("source", "broken")).All()
	if len(said) != 1 || said[0].Level != zap.ErrorLevel || !strings.Contains(said[0].ContextMap()["why"].(string), "a bug") {
		t.Errorf("it logged %v", said)
	}
}

// slow is a worker that stores what its activities have for as long as it may.
type slow struct{ worker.Worker }

func (slow) Stop() { time.Sleep(stopTimeout) } //nolint:forbidigo // of a synctest bubble

// Supervisors kill after ten seconds, however many sources there are.
func TestWorkers_stopTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &Workers{main: slow{}, serving: map[string]worker.Worker{"acme": slow{}, "beta": slow{}, "gamma": slow{}}}
		w.life, w.end = context.WithCancel(t.Context())
		begin := time.Now()
		w.Stop()
		if took := time.Since(begin); took != stopTimeout {
			t.Errorf("it took %s", took)
		}
	})
}

// broken is a worker that cannot be stopped.
type broken struct{ worker.Worker }

func (broken) Stop() { panic("a bug") }

// A panic while one worker stops ends neither the process nor the time in which the others store what they have.
func TestWorkers_stopTogetherWhateverOneMeets(t *testing.T) {
	t.Parallel()
	core, logs := observer.New(zap.ErrorLevel)
	h := open(t, 0, acme("acme", source.Held("a-client-secret")))
	h.logger = zap.New(core)
	synctest.Test(t, func(t *testing.T) {
		w := &Workers{host: h, main: slow{}, serving: map[string]worker.Worker{"acme": broken{}, "beta": slow{}}}
		w.life, w.end = context.WithCancel(t.Context())
		begin := time.Now()
		w.Stop()
		if took := time.Since(begin); took != stopTimeout {
			t.Errorf("it took %s", took)
		}
	})
	if logs.Len() != 1 {
		t.Errorf("it logged %v", logs.All())
	}
}

// worker.slots bounds a process, not each of its workers.
func TestWorkers_shareOneStockOfSlots(t *testing.T) {
	t.Parallel()
	h := open(t, 0, acme("acme", source.Held("a-client-secret")), acme("beta", source.Held("a-client-secret")))
	w := &Workers{host: h, tuner: newTuner(h.activitySlots())}
	first := w.options(worker.Options{}).Tuner.GetActivityTaskSlotSupplier()
	second := w.options(worker.Options{DisableWorkflowWorker: true}).Tuner.GetActivityTaskSlotSupplier()
	if first != second || first.MaxSlots() != h.activitySlots() {
		t.Errorf("got %v of %d and %v", first, first.MaxSlots(), second)
	}
	if workflows.SourceQueue("acme") != "longhaul-acme" {
		t.Error("the queue of a source has another name")
	}
}
