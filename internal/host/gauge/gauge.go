// Package gauge finds out how the sources of a worker are, and gives that to Prometheus.
package gauge

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/client"
	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/host/underway"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/staging"
	"longhaul/internal/telemetry"
)

const (
	// lookWithin bounds one look.
	lookWithin = 50 * time.Second
	// atOnce bounds the sources about which somebody is asked at one time.
	atOnce = 8
)

// Gauges are how the sources of a worker are. Its fields must not change once it runs.
type Gauges struct {
	Client      client.Client
	Syncs       func(context.Context) (underway.Syncs, error)
	Server      ledger.Server // the same Temporal, for schedules
	Store       *staging.Store
	Ledger      *ledger.Ledger                 // knows the schedules
	Sources     func() (served, left []string) // of this worker
	Exports     []string                       // the names of all exports
	Instruments *telemetry.Instruments         // count the runs that are missed
	Probe       *Probe                         // of Temporal and the bucket
	Version     string                         // of this worker
	Commit      string                         // may be empty

	sights map[string]*sight // by source; of the one who looks
	shown  atomic.Pointer[[]view]
}

// sight is what is known of a source.
type sight struct {
	ready bool
	syncing
	past past
	plan plan
}

// Look looks once. What it cannot find out stays as it was found last; the error is one of those.
func (g *Gauges) Look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookWithin)
	defer cancel()
	now := time.Now()
	g.follow()
	if len(g.sights) == 0 {
		g.Probe.Look(ctx)
		g.show()
		return nil
	}
	state := g.Probe.Look(ctx)
	var errs [3]error
	if state.Temporal == nil {
		errs[0] = g.lookAtSyncs(ctx, now)
	}
	if state.Bucket == nil {
		errs[1] = g.each(ctx, func(ctx context.Context, name string, s *sight) error { return g.lookAtPast(ctx, name, s, now) })
	}
	if state.Temporal == nil && state.Bucket == nil {
		errs[2] = g.lookAtPlans(ctx, now)
	}
	g.show()
	return cmp.Or(errs[0], errs[1], errs[2])
}

// follow takes in the sources of the worker, and forgets those that are gone.
func (g *Gauges) follow() {
	if g.sights == nil {
		g.sights = map[string]*sight{}
	}
	served, left := g.Sources()
	for name := range g.sights {
		if !slices.Contains(served, name) && !slices.Contains(left, name) {
			delete(g.sights, name)
			g.Instruments.Forget(name)
		}
	}
	for i, name := range slices.Concat(served, left) {
		if g.sights[name] == nil {
			g.sights[name] = new(sight)
			g.Instruments.StartAtZero(name)
		}
		g.sights[name].ready = i < len(served)
	}
}

// each does something for every source, a few at a time. One that fails keeps no other from it.
func (g *Gauges) each(ctx context.Context, do func(ctx context.Context, name string, s *sight) error) error {
	var first atomic.Pointer[error]
	var group errgroup.Group
	group.SetLimit(atOnce)
	for name, s := range g.sights {
		group.Go(func() error {
			if err := fault.Caught(func() error { return do(ctx, name, s) }); err != nil {
				first.CompareAndSwap(nil, &err)
			}
			return nil
		})
	}
	_ = group.Wait() // none fails
	if err := first.Load(); err != nil {
		return *err
	}
	return nil
}

// show gives to Prometheus what is known.
func (g *Gauges) show() {
	views := make([]view, 0, len(g.sights))
	for _, name := range slices.Sorted(maps.Keys(g.sights)) {
		views = append(views, g.sights[name].view(name))
	}
	g.shown.Store(&views)
}
