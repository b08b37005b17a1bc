package host

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/roster"
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

const (
	// reconcileWithin bounds one such look: at its start a worker may write hundreds.
	reconcileWithin = 5 * time.Minute
	// orderWithin bounds one order, below what the activity has for it.
	orderWithin = 2 * time.Minute
)

// schedules keeps the schedules of the sources of a process.
type schedules struct {
	registry *source.Registry // of the settings
	roster   *roster.Roster   // the sources that the process serves
	store    *staging.Store
	ledger   *ledger.Ledger
	identity string
}

// Schedule does what a person wants of the schedule of a source, for the activity that it runs in.
func (s *schedules) Schedule(ctx context.Context, name string, order schedule.Order) (schedule.State, error) {
	return s.apply(ctx, s.server(ctx), name, order)
}

// server is the Temporal for which an activity runs.
func (s *schedules) server(ctx context.Context) ledger.Server {
	return ledger.Server{
		Service: activity.GetClient(ctx).WorkflowService(), Namespace: activity.GetInfo(ctx).Namespace, Identity: s.identity,
	}
}

// apply ends before the activity does, whatever hangs.
func (s *schedules) apply(ctx context.Context, server ledger.Server, name string, order schedule.Order) (schedule.State, error) {
	state, err := hang.Ask(ctx, "the schedule of "+name+" in "+s.store.Name()+", for an order", func() (schedule.State, error) {
		bounded, cancel := context.WithTimeout(ctx, orderWithin) // so that Temporal is not taken for a bucket that hangs
		defer cancel()
		settings, err := s.settings(bounded, name, order)
		if err != nil {
			return schedule.State{}, err
		}
		return s.ledger.Apply(bounded, server, name, settings, order)
	})
	if silent, hangs := errors.AsType[*hang.Error](err); hangs {
		err = &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: err,
			Message: fmt.Sprintf("%s %s: look whether its disk or mount hangs, and ask again", s.store.Name(), silent),
		}
	}
	return state, err
}

// settings is what the settings say of the schedule of a source. Of a source that was connected they say nothing. One that is neither in
// these settings nor in the bucket may be in those of another worker: its schedule is shown and paused here, and not changed.
func (s *schedules) settings(ctx context.Context, name string, order schedule.Order) (source.Schedule, error) {
	from, unknown := s.registry.Get(name)
	if unknown == nil {
		return from.Schedule, nil
	}
	version, err := saved.New(s.store, nil, nil).Newest(ctx, name)
	if version != "" || err != nil {
		return source.Schedule{}, err
	}
	kept, err := ledger.Read(ctx, s.store, name)
	if wanted, _ := order.Wanted(); err == nil && (kept == nil || order.Off || !wanted.IsZero()) {
		err = s.unknown(name)
	}
	return source.Schedule{}, err
}

// next is when the schedule of a source starts the next sync, as the worker saw it within the last minute; zero: not known, or never.
func (s *schedules) next(source string) time.Time { return s.ledger.Next(source, time.Now()) }

// at is a Temporal, by its client.
func (s *schedules) at(c client.Client, namespace string) ledger.Server {
	return ledger.Server{
		Service: c.WorkflowService(), Identity: s.identity, Namespace: cmp.Or(namespace, client.DefaultNamespace),
	}
}

// unknown says that a source has no schedule here: it was disconnected, or is none of those that this process serves.
func (s *schedules) unknown(name string) error {
	member, err := s.roster.Get(name)
	if err == nil && member.Saved() || s.roster.Left(name) { // the roster sees it a moment later than the bucket has it
		others := slices.DeleteFunc(s.roster.Names(), func(other string) bool { return other == name })
		return fault.Invalidf("source %q was disconnected, and its schedule went with it: connect it again (longhaul connect %s), and give it a schedule then; "+
			"this worker serves: %s", name, name, cmp.Or(strings.Join(others, ", "), "none"))
	}
	return err
}

// keepSchedules looks at the schedules of the sources that are served, at once and again and again. Syncs run whatever becomes of it.
func (w *Workers) keepSchedules() {
	server := w.host.schedules.at(w.client, w.host.polls.Namespace())
	look := func(ctx context.Context) error { return w.host.schedules.reconcile(ctx, server, w.scheduled()) }
	again(w.life, reconcileEvery, look, func(why string) {
		w.host.logger.Error("the schedules could not be looked at", zap.String("why", why), zap.String("bucket", w.host.store.Name()))
	})
}

// reconcile looks once. A bucket that hangs does not keep the workers from stopping.
func (s *schedules) reconcile(ctx context.Context, server ledger.Server, served map[string]source.Schedule) error {
	ctx, cancel := context.WithTimeout(ctx, reconcileWithin)
	defer cancel()
	_, err := hang.Ask(ctx, "the schedules in "+s.store.Name(), func() (struct{}, error) {
		s.ledger.Reconcile(ctx, server, served)
		return struct{}{}, nil
	})
	return err
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
