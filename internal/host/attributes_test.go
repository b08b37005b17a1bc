package host

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/worker"
	"google.golang.org/grpc"
)

// namespace is an operator service that answers about search attributes.
type namespace struct {
	operatorservice.OperatorServiceClient // nil: nothing else is asked

	mu    sync.Mutex
	has   map[string]enumspb.IndexedValueType
	err   error
	panic bool
	asked int
}

func (n *namespace) ListSearchAttributes(
	context.Context, *operatorservice.ListSearchAttributesRequest, ...grpc.CallOption,
) (*operatorservice.ListSearchAttributesResponse, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.asked++
	if n.panic {
		panic("broken")
	}
	return &operatorservice.ListSearchAttributesResponse{
		CustomAttributes: n.has, SystemAttributes: map[string]enumspb.IndexedValueType{"RunId": enumspb.INDEXED_VALUE_TYPE_KEYWORD},
	}, n.err
}

func (n *namespace) breaks(on bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.panic = on
}

func (n *namespace) set(err error, names ...string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.err, n.has = err, map[string]enumspb.IndexedValueType{}
	for _, name := range names {
		n.has[name] = enumspb.INDEXED_VALUE_TYPE_KEYWORD
	}
}

// running is a list whose worker runs; stop ends it.
func running(t *testing.T, n *namespace) (a *attributes, stop func()) {
	t.Helper()
	a = newAttributes("default", nil)
	a.service = n
	began := false
	err := a.StartWorker(t.Context(), worker.PluginStartWorkerOptions{WorkerInstanceKey: "w"},
		func(context.Context, worker.PluginStartWorkerOptions) error {
			began = true
			if n.asked == 0 {
				t.Error("the worker started before the list was read")
			}
			return nil
		})
	if err != nil || !began {
		t.Fatalf("started: %t, %v", began, err)
	}
	return a, func() {
		a.StopWorker(t.Context(), worker.PluginStopWorkerOptions{WorkerInstanceKey: "w"}, func(context.Context, worker.PluginStopWorkerOptions) {})
	}
}

// pass lets the bubble's clock go on.
func pass(d time.Duration) { <-time.After(d) }

func knows(a *attributes, name string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	_, ok := a.known.Types[name]
	return ok && a.known.Listed
}

func TestAttributes_areReadBeforeTheWorkerAndEachMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(namespace)
		n.set(nil, "LonghaulSource", "LonghaulPhase")
		a, stop := running(t, n)
		if !knows(a, "LonghaulPhase") || !knows(a, "RunId") {
			t.Error("the list was not read")
		}
		n.set(nil, "LonghaulSource")
		pass(renewAttributes + time.Second)
		synctest.Wait()
		if knows(a, "LonghaulPhase") || !knows(a, "LonghaulSource") {
			t.Error("after a minute the list is as before")
		}
		n.set(errors.New("away"))
		pass(renewAttributes)
		synctest.Wait()
		if !knows(a, "LonghaulSource") {
			t.Error("a list that could not be read made the worker forget the one before")
		}
		n.breaks(true)
		pass(renewAttributes)
		n.breaks(false)
		n.set(nil, "LonghaulOutcome")
		pass(renewAttributes)
		synctest.Wait()
		if !knows(a, "LonghaulOutcome") {
			t.Error("nothing was read any more after a panic")
		}
		stop() // or the bubble finds a goroutine that goes on
		asked := n.asked
		pass(10 * renewAttributes)
		if n.asked != asked {
			t.Error("the list is read after the worker has ended")
		}
	})
}

// TestAttributes_areReadAgainWhenAskedFor is a workflow task that failed for an attribute which is gone: the next try finds a new
// list, and no flood of tasks makes a flood of looks.
func TestAttributes_areReadAgainWhenAskedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(namespace)
		n.set(nil, "LonghaulPhase")
		a, stop := running(t, n)
		defer stop()
		n.set(nil)
		pass(freshAttributes + time.Millisecond)
		a.now()
		synctest.Wait()
		if knows(a, "LonghaulPhase") {
			t.Error("the next look knows nothing new")
		}
		for range 1000 {
			a.now()
		}
		synctest.Wait()
		if n.asked != 2 {
			t.Errorf("the namespace was asked %d times, want once before the worker and once after", n.asked)
		}
	})
}

// TestAttributes_areReadOnceForWorkersThatStartTogether has a namespace that does not answer in time hold up the start of one
// worker, and not of each.
func TestAttributes_areReadOnceForWorkersThatStartTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(namespace)
		n.set(context.DeadlineExceeded)
		a, stop := running(t, n)
		for _, key := range []string{"acme", "beta"} {
			err := a.StartWorker(t.Context(), worker.PluginStartWorkerOptions{WorkerInstanceKey: key},
				func(context.Context, worker.PluginStartWorkerOptions) error { return nil })
			if err != nil {
				t.Error(err)
			}
			defer a.leave(key)
		}
		defer stop()
		if n.asked != 1 {
			t.Errorf("the namespace was asked %d times", n.asked)
		}
	})
}

func TestAttributes_aNamespaceMayKeepThemToItself(t *testing.T) {
	t.Parallel()
	for _, err := range []error{serviceerror.NewPermissionDenied("no", ""), serviceerror.NewUnimplemented("no")} {
		a := newAttributes("default", nil)
		n := new(namespace)
		a.service = n
		n.set(err, "LonghaulSource")
		a.look(t.Context())
		if a.now().Listed {
			t.Errorf("after %v the list counts as read", err)
		}
	}
}

// TestAttributes_endWithTheLastWorker has two workers of one client, one of which cannot start.
func TestAttributes_endWithTheLastWorker(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		n := new(namespace)
		n.set(nil)
		a, stop := running(t, n)
		broken := errors.New("no pollers")
		err := a.StartWorker(t.Context(), worker.PluginStartWorkerOptions{WorkerInstanceKey: "other"},
			func(context.Context, worker.PluginStartWorkerOptions) error { return broken })
		if !errors.Is(err, broken) {
			t.Errorf("got %v", err)
		}
		n.set(nil, "LonghaulSource")
		pass(renewAttributes + time.Second)
		synctest.Wait()
		if !knows(a, "LonghaulSource") {
			t.Error("a worker that could not start ended the reading for the other one")
		}
		stop()
	})
}
