// Package host builds the worker, its bucket and its sources from the settings: the only wiring of the program.
package host

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.uber.org/zap"

	"longhaul/activities"
	"longhaul/activities/question"
	told "longhaul/activities/tell"
	"longhaul/internal/config"
	"longhaul/internal/notify/watch"
	"longhaul/internal/report/shelf"
	"longhaul/internal/roster"
	"longhaul/internal/saved"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/seal"
	"longhaul/internal/shard/slots"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/telemetry"
	"longhaul/workflows"
)

const (
	// heartbeatThrottle bounds how old the detail of a heartbeat may be. The SDK's default of 80 % of the timeout would
	// hide a shard's progress for 12 s.
	heartbeatThrottle = 2 * time.Second
	// stopTimeout is how long a worker that stops waits for shards to flush.
	stopTimeout = 4 * time.Second
)

// Options are what a Host needs besides the settings.
type Options struct {
	Version string // of Longhaul, for User-Agent and summary
	Logger  *zap.Logger
	Slice   time.Duration // how long a shard describes at a time; zero: as the workflow says

	// Lost, unless it is nil, is called once with the reason why the workers do nothing any more: Temporal has refused their polls
	// for RefusedFor in a way that waiting does not fix. The process must end then.
	Lost       func(error)
	RefusedFor time.Duration // zero: two minutes

	Pace watch.Pace // how often the sources are looked at, for metrics too, and when it is told what no sync can tell

	Metrics *telemetry.Metrics // nil: nothing is measured
}

// lost tells that the workers do nothing any more.
func (o Options) lost(err error) {
	o.Metrics.Stopped(err)
	if o.Lost != nil {
		o.Lost(err)
	}
}

// known says whether a source is in the settings or connected, as far as this process has seen.
func known(r *roster.Roster) func(name string) bool {
	return func(name string) bool {
		_, out := r.Out()[name]
		return out || slices.Contains(r.Names(), name)
	}
}

// Host is what a process needs to run syncs.
type Host struct {
	store      *staging.Store
	settings   *source.Registry // the sources of the settings alone
	roster     *roster.Roster   // those and the saved ones
	keeper     *seal.Keeper     // nil: the settings name none
	saved      *saved.Store
	slots      int
	logger     *zap.Logger
	polls      *Polls
	sources    *sources
	schedules  *schedules
	activities workflows.Activities
	version    string
	messages   *messages
	metrics    *telemetry.Metrics
	pace       watch.Pace

	work atWork
}

// Open opens the bucket and readies the sources. It contacts nobody but the bucket.
func Open(ctx context.Context, settings config.Config, options Options) (*Host, error) {
	bucket, err := settings.StorageURL()
	if err != nil {
		return nil, err
	}
	var keeper *seal.Keeper
	if !settings.Secrets.IsZero() {
		if keeper, err = seal.New(settings.Secrets); err != nil {
			return nil, err
		}
	}
	store, err := staging.Open(ctx, bucket)
	if err != nil {
		return nil, err
	}
	logger := options.Logger
	if logger == nil {
		logger = zap.NewNop()
	}
	if options.Metrics != nil {
		store.Observe(options.Metrics.Instruments().Bucket())
	}
	h := &Host{
		store: store, settings: settings.Sources, keeper: keeper,
		saved: saved.New(store, keeper, settings.Learn), slots: settings.Worker.Slots, logger: logger,
		version: options.Version, metrics: options.Metrics, pace: options.Pace,
		polls: newPolls(options.lost, options.RefusedFor, logger),
	}
	var live roster.Saved // nil: none can be connected
	if keeper != nil {
		live = &connected{Store: h.saved, bucket: store}
	}
	h.roster = roster.New(settings.Sources, live)
	options.Metrics.Instruments().KnowSources(known(h.roster))
	h.sources = &sources{
		roster: h.roster, store: store, notify: settings.Notify, instruments: options.Metrics.Instruments(),
		userAgent: "longhaul/" + options.Version, logger: logger, rooms: map[string]*room{},
	}
	h.schedules = &schedules{
		registry: settings.Sources, roster: h.roster, store: store, ledger: ledger.New(store, kindOfRuns(), logger), identity: h.me("").Label(),
	}
	h.messages = newMessages(settings, h.roster, options)
	readyActivities(options, h)
	return h, nil
}

// readyActivities gives a host what its workers do.
func readyActivities(options Options, h *Host) {
	store := h.store
	h.activities.Sync = &activities.Activities{
		Sources: h.sources, Store: store, Pool: slots.NewPool(), Temporal: temporalOf, Running: runningWorkflow, How: howEnded,
		Due:    h.due,
		Polled: polled, Update: updateWorkflow,
		Show: showWorkflow, Wake: wakeWorkflow, Beats: beatsOf,
		Sent:    h.sources.sent,
		Version: options.Version, Slice: options.Slice,
	}
	h.activities.Told = &told.Activities{
		Desk: h.messages.desk(store, h.schedules.next), Pages: &shelf.Shelf{Store: store, Version: options.Version, Next: h.schedules.next},
	}
	h.activities.Asked = &question.Activities{
		Sources: h.sources, Store: store, Version: options.Version, Doctor: h, How: howEnded, Scheduler: h.schedules,
		Due: h.due, Running: runningWorkflow, Roll: roll{h},
	}
}

// Close closes connections and the bucket. The workers must be stopped before.
func (h *Host) Close() error {
	h.polls.close()
	h.sources.close()
	h.messages.sender.Close()
	if h.keeper == nil {
		return h.store.Close()
	}
	return errors.Join(h.keeper.Close(), h.store.Close())
}

// Polls watches how Temporal answers the workers' polls. The client that they use must be dialed with it.
func (h *Host) Polls() *Polls { return h.polls }

// Store is the bucket.
func (h *Host) Store() *staging.Store { return h.store }

// Saved are the sources that were connected. Without secrets.keeper they can be listed, and none can be opened.
func (h *Host) Saved() *saved.Store { return h.saved }

// Sources are those that this process may serve, now: of its settings, and saved ones as it last saw them.
func (h *Host) Sources() *roster.Roster { return h.roster }

// Activities are what the workers run, for a worker that the caller makes.
func (h *Host) Activities() workflows.Activities { return h.activities }
