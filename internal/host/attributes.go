package host

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

const (
	// renewAttributes is how often the list of search attributes is read again.
	renewAttributes = time.Minute
	// freshAttributes is how long a list is used without a new request. A workflow task that fails because an attribute is gone is
	// tried again within seconds, and meets a newer list then.
	freshAttributes = 2 * time.Second
	// listTimeout bounds one request for the list.
	listTimeout = 5 * time.Second
)

type (
	clientPlugin = client.PluginBase
	workerPlugin = worker.PluginBase
)

// attributes keeps the list of a namespace's search attributes. It is a plugin of the client, so it belongs to every worker of
// that client: it gives the worker the list, reads the list before the worker starts, and reads it again while a worker runs.
type attributes struct {
	clientPlugin
	workerPlugin

	namespace string
	logger    *zap.Logger
	service   operatorservice.OperatorServiceClient // set before any worker is made

	mu      sync.Mutex
	known   attribute.Namespace
	asked   time.Time
	workers map[string]bool // that run, by their instance keys
	end     context.CancelFunc
	over    chan struct{}
	wake    chan struct{} // asks for a new list now
}

func newAttributes(namespace string, logger *zap.Logger) *attributes {
	if logger == nil {
		logger = zap.NewNop()
	}
	return &attributes{namespace: namespace, logger: logger, workers: map[string]bool{}, wake: make(chan struct{}, 1)}
}

// Name names the plugin.
func (*attributes) Name() string { return "longhaul" }

// ConfigureWorker gives every worker the list. The SDK panics where it fails: a worker that workflows.NewWorker did not make.
func (a *attributes) ConfigureWorker(_ context.Context, options worker.PluginConfigureWorkerOptions) error {
	return workflows.UseAttributes(options.WorkerOptions, a.now)
}

// StartWorker reads the list before the worker takes its first task, and reads it again from then on.
func (a *attributes) StartWorker(
	ctx context.Context, options worker.PluginStartWorkerOptions, next func(context.Context, worker.PluginStartWorkerOptions) error,
) error {
	a.begin(ctx, options.WorkerInstanceKey)
	if err := next(ctx, options); err != nil {
		a.leave(options.WorkerInstanceKey)
		return err
	}
	return nil
}

// StopWorker ends the reading with the last worker.
func (a *attributes) StopWorker(
	ctx context.Context, options worker.PluginStopWorkerOptions, next func(context.Context, worker.PluginStopWorkerOptions),
) {
	next(ctx, options)
	a.leave(options.WorkerInstanceKey)
}

func (a *attributes) begin(ctx context.Context, key string) {
	a.mu.Lock()
	fresh := a.fresh()
	a.mu.Unlock()
	if !fresh { // the workers of all sources start one after the other, and a namespace may answer slowly
		a.look(ctx)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.workers[key] = true
	if a.end != nil {
		return
	}
	ctx, a.end = context.WithCancel(context.WithoutCancel(ctx))
	a.over = make(chan struct{})
	go a.renew(ctx, a.over)
}

func (a *attributes) leave(key string) {
	a.mu.Lock()
	delete(a.workers, key)
	end, over := a.end, a.over
	if len(a.workers) > 0 || end == nil {
		a.mu.Unlock()
		return
	}
	a.end = nil
	a.mu.Unlock()
	end()
	<-over
}

// renew reads the list each minute, and earlier when a workflow needs it and the list is not fresh.
func (a *attributes) renew(ctx context.Context, over chan struct{}) {
	defer close(over)
	ticker := time.NewTicker(renewAttributes)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-a.wake:
		}
		a.look(ctx)
	}
}

// now is the newest list that was read. It never waits.
func (a *attributes) now() attribute.Namespace {
	a.mu.Lock()
	defer a.mu.Unlock()
	if !a.fresh() {
		select {
		case a.wake <- struct{}{}:
		default:
		}
	}
	return a.known
}

// fresh says whether the list was read within freshAttributes. The caller holds the lock.
func (a *attributes) fresh() bool { return !a.asked.IsZero() && time.Since(a.asked) <= freshAttributes }

// look reads the list. Where that fails, the old list stays.
func (a *attributes) look(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, listTimeout)
	defer cancel()
	var known attribute.Namespace
	err := fault.Caught(func() (err error) {
		known, err = a.list(ctx)
		return err
	})
	a.mu.Lock()
	defer a.mu.Unlock()
	a.asked = time.Now()
	if err != nil {
		a.logger.Warn("the search attributes of the namespace cannot be read; the last list is used", zap.Error(err))
		return
	}
	a.known = known
}

// list asks the namespace. A hosted Temporal may refuse to list its attributes. Then a sync sets none.
func (a *attributes) list(ctx context.Context) (attribute.Namespace, error) {
	answer, err := a.service.ListSearchAttributes(ctx, &operatorservice.ListSearchAttributesRequest{Namespace: a.namespace})
	var denied *serviceerror.PermissionDenied
	var unknown *serviceerror.Unimplemented
	switch {
	case errors.As(err, &denied), errors.As(err, &unknown):
		return attribute.Namespace{}, nil
	case err != nil:
		return attribute.Namespace{}, err
	}
	types := map[string]enumspb.IndexedValueType{}
	maps.Copy(types, answer.GetSystemAttributes())
	maps.Copy(types, answer.GetCustomAttributes())
	return attribute.Namespace{Listed: true, Types: types}, nil
}
