package host

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/workflows"
)

// lookEvery is how often a source that was left out is tried again: its secret may be there by then.
const lookEvery = time.Minute

// Workers are the workers of one process: one for the workflows, and one for the activities of each source that the process can
// serve. A source that cannot be served is left out and tried again.
type Workers struct {
	host   *Host
	client client.Client
	tuner  worker.WorkerTuner
	main   worker.Worker

	life context.Context // ends with Stop
	end  context.CancelFunc
	busy sync.WaitGroup // the goroutines of Start

	mu      sync.Mutex
	serving map[string]worker.Worker // by source
	stopped bool
}

// NewWorker makes the workers of a process. They do not poll before Start. The client must come from Dial, which knows the search
// attributes of the namespace.
func (h *Host) NewWorker(c client.Client) *Workers {
	w := &Workers{host: h, client: c, tuner: newTuner(h.activitySlots()), serving: map[string]worker.Worker{}}
	w.life, w.end = context.WithCancel(context.Background())
	w.main = workflows.NewWorker(c, h.activities, w.options(worker.Options{Identity: h.me("").Label()}))
	return w
}

func (w *Workers) options(o worker.Options) worker.Options {
	o.Tuner = w.tuner
	o.MaxConcurrentActivityTaskPollers = pollers
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
	left := map[string]string{} // source -> why, as it was logged
	for _, name := range w.host.Sources() {
		w.attempt(name, left)
	}
	w.busy.Go(func() { w.keepLooking(left) })
	w.busy.Go(w.keepSchedules)
	return nil
}

// keepLooking tries the sources that were left out again.
func (w *Workers) keepLooking(left map[string]string) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for len(left) > 0 {
		select {
		case <-w.life.Done():
			return
		case <-ticker.C:
		}
		for _, name := range w.host.Sources() {
			if _, out := left[name]; out {
				w.attempt(name, left)
			}
		}
	}
}

// attempt serves a source, or logs why it is left out, once for each reason.
func (w *Workers) attempt(name string, left map[string]string) {
	err := fault.Caught(func() error { return w.Serve(name) })
	before, out := left[name]
	log := w.host.logger.With(zap.String("source", name))
	switch {
	case err == nil && out:
		log.Info("the source is served from now on")
		delete(left, name)
	case err != nil && w.life.Err() == nil && fault.Sentence(err) != before:
		level := zap.WarnLevel
		if errors.As(err, new(*fault.PanicError)) {
			level = zap.ErrorLevel // a bug, which no setting fixes
		}
		log.Log(level, "the source is left out and looked at again each minute", zap.String("why", fault.Sentence(err)))
		left[name] = fault.Sentence(err)
	}
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
	one := workflows.NewSourceWorker(w.client, name, w.host.activities, w.options(worker.Options{Identity: w.host.me(name).Label()}))
	if err := fault.Caught(one.Start); err != nil {
		one.Stop() // it may poll already
		return err
	}
	w.serving[name] = one
	return nil
}

// Stop ends all workers together: every activity has the same few seconds to store what it has.
func (w *Workers) Stop() {
	w.end()
	w.mu.Lock()
	w.stopped = true
	all := []worker.Worker{w.main}
	for _, one := range w.serving {
		all = append(all, one)
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
