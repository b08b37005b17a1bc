package host

import (
	"context"
	"maps"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"longhaul/internal/build"
	"longhaul/internal/export/formats"
	"longhaul/internal/fault"
	"longhaul/internal/host/gauge"
	"longhaul/internal/host/underway"
	"longhaul/workflows"
)

// Workers are the workers of one process: one for the workflows, and one for the activities of each source that the process can
// serve. A source that cannot be served is left out and tried again. Sources that are connected, changed or disconnected meanwhile are found
// (see look.go).
type Workers struct {
	host   *Host
	client client.Client
	tuner  *tuner
	main   worker.Worker
	syncs  *underway.Lister

	life context.Context // ends with Stop
	end  context.CancelFunc
	busy sync.WaitGroup // the goroutines of Start

	mu      sync.Mutex
	serving map[string]worker.Worker // by source
	telling map[string]worker.Worker // those of sources that were disconnected; see tell
	stopped bool

	said    map[string]string // what was logged last, by subject; of the goroutine that looks, as started is
	started bool              // the first look is over
}

// NewWorker makes the workers of a process. They do not poll before Start. The client must come from Dial, which knows the search
// attributes of the namespace.
func (h *Host) NewWorker(c client.Client) *Workers {
	w := &Workers{
		host: h, client: c, tuner: newTuner(h.activitySlots()), syncs: &underway.Lister{Client: c, Every: h.pace.Period()},
		serving: map[string]worker.Worker{}, telling: map[string]worker.Worker{}, said: map[string]string{},
	}
	w.life, w.end = context.WithCancel(context.Background())
	w.main = workflows.NewWorker(c, h.activities, w.options(worker.Options{
		Identity: h.me("").Label(), MaxConcurrentActivityTaskPollers: pollers,
	}))
	h.work.workers.Store(w)
	return w
}

func (w *Workers) options(o worker.Options) worker.Options {
	o.Tuner = w.tuner
	o.MaxHeartbeatThrottleInterval = heartbeatThrottle
	o.WorkerStopTimeout = stopTimeout
	o.OnFatalError = w.host.polls.stopped
	return o
}

// Start begins to poll. A source that cannot be served is logged and left out. It is served as soon as that is possible.
func (w *Workers) Start() error {
	if err := w.main.Start(); err != nil {
		return err
	}
	w.look(true)
	w.started = true
	w.busy.Go(w.keepLooking)
	w.busy.Go(w.keepSchedules)
	h := w.host
	w.busy.Go(func() {
		again(w.life, h.pace.Period(), h.messages.watch(w).Look, warns(h.logger, "nobody can be told of what syncs do not tell"))
	})
	return measuring{w}.start()
}

// warns says in the log why something does not go well.
func warns(logger *zap.Logger, what string) func(why string) {
	return func(why string) { logger.Warn(what, zap.String("event", "warning"), zap.String("why", why)) }
}

// again does something at once and again and again, until life ends. Nothing that goes wrong ends it: why it does is said once.
func again(life context.Context, every time.Duration, do func(context.Context) error, say func(why string)) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for before := ""; ; {
		why := ""
		if err := fault.Caught(func() error { return do(life) }); err != nil && life.Err() == nil {
			why = said(err)
		}
		if why != "" && why != before {
			say(why)
		}
		before = why
		select {
		case <-life.Done():
			return
		case <-ticker.C:
		}
	}
}

// measuring gives metrics of the sources to Prometheus, and says whether the process is ready.
type measuring struct{ *Workers }

// start does so from now on, where somebody asks for metrics.
func (w measuring) start() error {
	h := w.host
	if h.metrics == nil {
		return nil
	}
	server := h.schedules.at(w.client, h.polls.Namespace())
	probe := &gauge.Probe{Name: h.store.Name(), Bucket: h.store.Look, Temporal: func(ctx context.Context) error {
		_, err := w.client.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: server.Namespace})
		if err != nil {
			return unanswered(err)
		}
		return nil
	}}
	gauges := &gauge.Gauges{
		Client: w.client, Syncs: w.syncs.List, Server: server,
		Store: h.store, Ledger: h.schedules.ledger, Sources: w.Served, Exports: formats.Names(), Instruments: h.metrics.Instruments(),
		Probe: probe, Version: h.version, Commit: build.Read(debug.ReadBuildInfo()).Commit(),
	}
	if err := h.metrics.Register(gauges); err != nil {
		return err
	}
	h.metrics.SetReady(probe.Ready)
	fails := warns(h.logger, "not all metrics of the sources are as they should be; they are read again each minute")
	w.busy.Go(func() { again(w.life, h.pace.Period(), gauges.Look, fails) })
	return nil
}

// Served lists the sources that are served now, and those that are left out until they can be.
func (w *Workers) Served() (served, left []string) {
	names := map[string]bool{}
	for _, name := range w.host.roster.Names() {
		names[name] = true
	}
	for name := range w.host.roster.Out() {
		names[name] = true
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, name := range slices.Sorted(maps.Keys(names)) {
		if _, there := w.serving[name]; there {
			served = append(served, name)
		} else {
			left = append(left, name)
		}
	}
	return served, left
}

// Serve starts the worker for the activities of a source, unless there is one.
func (w *Workers) Serve(name string) error {
	if err := w.host.ready(w.life, name); err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if _, there := w.serving[name]; there || w.stopped {
		return nil
	}
	one, err := w.poll(name)
	if err == nil {
		w.serving[name] = one
	}
	return err
}

// poll starts a worker for the activities of a source.
func (w *Workers) poll(name string) (worker.Worker, error) {
	one := workflows.NewSourceWorker(w.client, name, w.host.activities, w.options(worker.Options{
		Identity: w.host.me(name).Label(), MaxConcurrentActivityTaskPollers: sourcePollers,
	}))
	if err := fault.Caught(one.Start); err != nil {
		one.Stop() // it may poll already
		return nil, err
	}
	return one, nil
}

// Stop ends all workers together: every activity has the same few seconds to store what it has.
func (w *Workers) Stop() {
	w.end()
	w.mu.Lock()
	w.stopped = true
	all := []worker.Worker{w.main}
	for _, some := range []map[string]worker.Worker{w.serving, w.telling} {
		for _, one := range some {
			all = append(all, one)
		}
	}
	w.mu.Unlock()
	var stopping sync.WaitGroup
	for _, one := range all {
		stopping.Go(func() { w.stop(one) })
	}
	stopping.Wait()
	w.busy.Wait()
}

// stop ends one worker. Its panic does not keep the activities of the others from storing what they have.
func (w *Workers) stop(one worker.Worker) {
	if err := fault.Caught(func() error { one.Stop(); return nil }); err != nil {
		w.host.logger.Error("a worker did not stop as it should", zap.Error(err))
	}
}
