package host

import (
	"cmp"
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/saved"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// reconcileEvery is how often a worker looks at the schedules of its sources, by one request for all of them: what is gone is back within a
// minute.
const reconcileEvery = 50 * time.Second

// schedules keeps the schedules of the sources of a process.
type schedules struct {
	registry *source.Registry // of the settings
	store    *staging.Store
	ledger   *ledger.Ledger
	identity string
}

// Schedule does what a person wants of the schedule of a source, for the activity that it runs in.
func (s *schedules) Schedule(ctx context.Context, name string, order schedule.Order) (schedule.State, error) {
	settings, err := s.settings(ctx, name, order)
	if err != nil {
		return schedule.State{}, err
	}
	server := ledger.Server{
		Service: activity.GetClient(ctx).WorkflowService(), Namespace: activity.GetInfo(ctx).Namespace, Identity: s.identity,
	}
	return s.ledger.Apply(ctx, server, name, settings, order)
}

// settings is what the settings say of the schedule of a source. Of a source that was connected they say nothing. One that is neither in
// these settings nor in the bucket may be in those of another worker: its schedule is shown and paused here, and not changed.
func (s *schedules) settings(ctx context.Context, name string, order schedule.Order) (source.Schedule, error) {
	from, unknown := s.registry.Get(name)
	if unknown == nil {
		return from.Schedule, nil
	}
	versions, err := saved.New(s.store, nil, nil).Versions(ctx)
	if _, connected := versions[name]; connected || err != nil {
		return source.Schedule{}, err
	}
	kept, err := ledger.Read(ctx, s.store, name)
	if wanted, _ := order.Wanted(); err == nil && (kept == nil || order.Off || !wanted.IsZero()) {
		err = unknown
	}
	return source.Schedule{}, err
}

// keepSchedules looks at the schedules of the sources that are served, at once and again and again. Syncs run whatever becomes of it.
func (w *Workers) keepSchedules() {
	server := ledger.Server{
		Service: w.client.WorkflowService(), Identity: w.host.schedules.identity,
		Namespace: cmp.Or(w.host.polls.Namespace(), client.DefaultNamespace),
	}
	ticker := time.NewTicker(reconcileEvery)
	defer ticker.Stop()
	for {
		err := fault.Caught(func() error { w.host.schedules.ledger.Reconcile(w.life, server, w.scheduled()); return nil })
		if err != nil {
			w.host.logger.Error("the schedules could not be looked at", zap.Error(err))
		}
		select {
		case <-w.life.Done():
			return
		case <-ticker.C:
		}
	}
}

// scheduled are the sources that are served, with what the settings say of their schedules.
func (w *Workers) scheduled() map[string]source.Schedule {
	w.mu.Lock()
	defer w.mu.Unlock()
	all := make(map[string]source.Schedule, len(w.serving))
	for name := range w.serving {
		from, _ := w.host.schedules.registry.Get(name) // of a source that was connected the settings say nothing
		all[name] = from.Schedule
	}
	return all
}

// kindOfRuns is what schedules start.
func kindOfRuns() ledger.Kind {
	return ledger.Kind{Queue: workflows.TaskQueue, WorkflowType: workflows.SyncSourceType}
}
