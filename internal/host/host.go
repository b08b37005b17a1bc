// Package host builds the worker, its bucket and its sources from the settings: the only wiring of the program.
package host

import (
	"context"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/worker"
	"go.uber.org/zap"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/shard"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

const (
	// heartbeatThrottle bounds how old the detail of a heartbeat may be. The SDK's default of 80 % of the timeout would
	// hide a shard's progress for 12 s.
	heartbeatThrottle = 2 * time.Second
	// stopTimeout is for how long a worker that is told to stop waits for shards to flush.
	stopTimeout = 4 * time.Second
	// spareSlots are for the activities that are not shards: listing, planning, files.
	spareSlots = 16
)

// Options says what a Host is besides its settings.
type Options struct {
	Version string // of Longhaul, for User-Agent and summary
	Logger  *zap.Logger
	Slice   time.Duration // for how long a shard describes at a time; the usual two minutes when zero

	// Lost, unless it is nil, is told why Temporal's SDK stopped the worker by itself: for minutes Temporal has refused its
	// polls in a way that trying again does not mend. The process works no more then.
	Lost func(error)
}

// Host is what a process needs to do the work of syncs.
type Host struct {
	store      *staging.Store
	registry   *source.Registry
	slots      int
	lost       func(error)
	sources    *sources
	activities *activities.Activities
}

// Open opens the bucket and readies the sources. It contacts nobody but the bucket.
func Open(ctx context.Context, settings config.Config, options Options) (*Host, error) {
	bucket, err := settings.StorageURL()
	if err != nil {
		return nil, err
	}
	store, err := staging.Open(ctx, bucket)
	if err != nil {
		return nil, err
	}
	logger := options.Logger
	if logger == nil {
		logger = zap.NewNop()
	}
	h := &Host{
		store: store, registry: settings.Sources, slots: settings.Worker.Slots, lost: options.Lost,
		sources: &sources{
			registry: settings.Sources, store: store, userAgent: "longhaul/" + options.Version, logger: logger, built: map[string]*activities.Source{},
		},
	}
	h.activities = &activities.Activities{
		Sources: h.sources, Store: store, Pool: shard.NewPool(), Attributes: customAttributes, Running: runningWorkflow,
		Version: options.Version, Slice: options.Slice,
	}
	return h, nil
}

// Close gives connections and the bucket back. Workers must be stopped before.
func (h *Host) Close() error {
	h.sources.close()
	return h.store.Close()
}

// Store is the bucket.
func (h *Host) Store() *staging.Store { return h.store }

// Sources lists the names of the sources this process knows.
func (h *Host) Sources() []string { return h.registry.Names() }

// NewWorker makes a worker that does everything Longhaul registers.
func (h *Host) NewWorker(c client.Client) worker.Worker {
	w := worker.New(c, workflows.TaskQueue, worker.Options{
		MaxConcurrentActivityExecutionSize: h.activitySlots(),
		MaxHeartbeatThrottleInterval:       heartbeatThrottle,
		WorkerStopTimeout:                  stopTimeout,
		OnFatalError:                       h.lost,
		Interceptors:                       workflows.Interceptors(),
	})
	workflows.Register(w, h.activities)
	return w
}

// activitySlots is how many activities a worker runs at one time. Unless the settings ask for more, they are enough for every
// source to run all of its shards at once, so that a large org does not keep a small one waiting.
func (h *Host) activitySlots() int {
	slots := spareSlots
	for _, name := range h.registry.Names() {
		if s, err := h.registry.Get(name); err == nil {
			slots += s.MaxShards
		}
	}
	return max(slots, h.slots)
}
