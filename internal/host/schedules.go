package host

import (
	"cmp"
	"context"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// reconcileEvery is how often a worker looks at the schedules of its sources: by one request for all of them.
const reconcileEvery = time.Minute

// schedules keeps the schedules of the sources of a process.
type schedules struct {
	registry *source.Registry
	store    *staging.Store
	ledger   *ledger.Ledger
	identity string
}

// Schedule does what a person wants of the schedule of a source, for the activity that it runs in. A source that this process does not know
// may have a schedule in the bucket. Its settings may say otherwise, so it can be paused here and not changed.
func (s *schedules) Schedule(ctx context.Context, name string, order schedule.Order) (schedule.State, error) {
	from, unknown := s.registry.Get(name)
	if unknown != nil {
		kept, err := ledger.Read(ctx, s.store, name)
		switch wanted, _ := order.Wanted(); {
		case err != nil:
			return schedule.State{}, err
		case kept == nil, order.Off, !wanted.IsZero():
			return schedule.State{}, unknown
		}
	}
	server := ledger.Server{
		Service: activity.GetClient(ctx).WorkflowService(), Namespace: activity.GetInfo(ctx).Namespace, Identity: s.identity,
	}
	return s.ledger.Apply(ctx, server, name, from.Schedule, order)
}

// keepSchedules looks at the schedules of the sources that are served, at once and each minute. Syncs run whatever becomes of it.
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
		if from, err := w.host.registry.Get(name); err == nil {
			all[name] = from.Schedule
		}
	}
	return all
}

// kindOfRuns is what schedules start.
func kindOfRuns() ledger.Kind {
	return ledger.Kind{Queue: workflows.TaskQueue, WorkflowType: workflows.SyncSourceType}
}
