// Package watch lets a worker tell what no sync can: a run of the schedule that did not come, a source that no worker serves, a failure that
// nobody has mended, and the week.
package watch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

const (
	// DefaultEvery is how often a worker looks.
	DefaultEvery = time.Minute
	// DefaultOverdue is how late a run of a schedule may be.
	DefaultOverdue = 10 * time.Minute
	// DefaultGone is for how long nobody may ask for the work of a source.
	DefaultGone = 5 * time.Minute
	// endedAfter is after how long without a sync nothing stands of one: a sync tells its end itself, unless it was terminated.
	endedAfter = 10 * time.Minute
	// mostLooked bounds the sources at which a worker looks at one time: each costs a list of the bucket, and a request to Temporal at most
	// unless something is overdue.
	mostLooked = 15
	// roundWithin bounds one look.
	roundWithin = 2 * time.Minute
)

// World is what a worker can find out. The first two are one request each.
type World interface {
	// Syncing are the sources of which a sync runs.
	Syncing(ctx context.Context) (map[string]bool, error)
	// Scheduled are the schedules by source.
	Scheduled(ctx context.Context) (map[string]Plan, error)
	// Polled is when a worker last asked for the work of a source; zero: Temporal does not remember any.
	Polled(ctx context.Context, source string) (time.Time, error)
	// Missed counts the runs of the schedule that did not come since the last sync; nil for none.
	Missed(ctx context.Context, source string, running bool) (*history.Missed, error)
	// Start starts the workflow that sends a message. It is no error if it was started before.
	Start(ctx context.Context, fact notify.Fact) error
}

// Plan is when the schedule of a source starts a sync.
type Plan struct {
	Next   time.Time // zero: it is not known
	Paused bool
}

// Pace says how often a worker looks, and when it tells. What is zero is as Default* say.
type Pace struct {
	Every   time.Duration
	Overdue time.Duration // how late a run of a schedule may be
	Gone    time.Duration // for how long nobody may ask for the work of a source
}

// Watch looks at the sources of a worker again and again. Its fields must not change once it runs.
type Watch struct {
	Store    *staging.Store
	Settings notify.Settings
	Own      func(source string) source.Notify // see desk.Desk
	Served   func() []string                   // the sources that this process serves now
	World    World
	Logger   *zap.Logger

	Pace
	Now func() time.Time // nil: time.Now

	sights map[string]*sight
	last   time.Time // of the look before
}

// sight is what is remembered of a source between two looks.
type sight struct {
	looked time.Time // zero: never
	first  time.Time // it was seen first, or seen again after this process had not looked for long
	polled time.Time // a worker asked for its work, as far as is known
	check  time.Time // when to look whether its schedule has missed a run; zero: nothing is to come that is known
	digest string    // the last one that was told
	idle   time.Time // since when no sync of it is known to run; zero: one does
}

// Run looks until ctx ends. Nothing that goes wrong in a look ends it.
func (w *Watch) Run(ctx context.Context) {
	if len(w.Settings.Receivers) == 0 {
		return
	}
	ticker := time.NewTicker(cmp.Or(w.Every, DefaultEvery))
	defer ticker.Stop()
	for before := ""; ; {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		why := ""
		if err := fault.Caught(func() error { return w.Look(ctx) }); err != nil && ctx.Err() == nil {
			why = fault.Sentence(err)
		}
		if why != "" && why != before {
			w.Logger.Warn("nobody can be told of what syncs do not tell", zap.String("event", "warning"), zap.String("why", why))
		}
		before = why
	}
}

func (w *Watch) now() time.Time {
	if w.Now != nil {
		return w.Now().UTC()
	}
	return time.Now().UTC()
}

// round is one look.
type round struct {
	*Watch
	now     time.Time
	served  map[string]bool
	running map[string]bool
	plans   map[string]Plan
}

// Look looks once, at the sources that were looked at longest ago.
func (w *Watch) Look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, roundWithin)
	defer cancel()
	r := round{Watch: w, now: w.now(), served: map[string]bool{}}
	for _, name := range w.Served() {
		r.served[name] = true
	}
	var err error
	if r.running, err = w.World.Syncing(ctx); err != nil {
		return err
	}
	if r.plans, err = w.World.Scheduled(ctx); err != nil {
		return err
	}
	names := r.names()
	for _, name := range names[:min(len(names), mostLooked)] {
		w.sights[name].looked = r.now
		if err := r.look(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// names are the sources that are served here, or that somebody wants to be served, in the order in which they are to be looked at.
func (r *round) names() []string {
	wanted := maps.Clone(r.served)
	for name, plan := range r.plans {
		wanted[name] = wanted[name] || !plan.Paused
	}
	for name := range r.running {
		wanted[name] = true
	}
	maps.DeleteFunc(wanted, func(_ string, wanted bool) bool { return !wanted })
	asleep := max(5*cmp.Or(r.Every, DefaultEvery), cmp.Or(r.Gone, DefaultGone))
	if r.sights == nil || r.now.Sub(r.last) > asleep { // the process slept, and knows nothing any more
		r.sights = map[string]*sight{}
	}
	r.last = r.now
	maps.DeleteFunc(r.sights, func(name string, _ *sight) bool { return !wanted[name] })
	for name := range wanted {
		if r.sights[name] == nil {
			r.sights[name] = &sight{first: r.now, check: r.now}
		}
	}
	return slices.SortedFunc(maps.Keys(wanted), func(a, b string) int {
		return cmp.Or(r.sights[a].looked.Compare(r.sights[b].looked), cmp.Compare(a, b))
	})
}

// look looks at one source.
func (r *round) look(ctx context.Context, name string) error {
	asking := r.Settings.Asking(r.Own(name))
	if len(asking) == 0 {
		return nil
	}
	standing, err := desk.Standings(ctx, r.Store, name)
	if err != nil {
		return err
	}
	of := subject{round: r, name: name, asking: asking, standing: standing, sight: r.sights[name]}
	steps := []func(context.Context) error{of.workerBack, of.ended, of.missed, of.failed, of.digest}
	if !r.served[name] {
		steps = []func(context.Context) error{of.workerGone}
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
