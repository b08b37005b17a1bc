// Package watch lets a worker tell what no sync can: a run of the schedule that did not come, a source that no worker serves, a failure that
// nobody has mended, and the week.
package watch

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"

	"longhaul/internal/hang"
	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
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

// World is what a worker can find out about one source.
type World interface {
	// Polled is when a worker last asked for the work of a source; zero: Temporal does not remember any.
	Polled(ctx context.Context, source string) (time.Time, error)
	// Missed counts the runs of the schedule that did not come since the last sync, of a source of which none runs; nil for none.
	Missed(ctx context.Context, source string) (*history.Missed, error)
	// Start starts the workflow that sends a message. It is no error if it was started before.
	Start(ctx context.Context, fact notify.Fact) error
}

// Pace says how often a worker looks, and when it tells. What is zero is as Default* say, and the hour that of the machine.
type Pace struct {
	Every   time.Duration
	Overdue time.Duration // how late a run of a schedule may be
	Gone    time.Duration // for how long nobody may ask for the work of a source
	Now     func() time.Time
}

// Period is how often a worker looks.
func (p Pace) Period() time.Duration { return cmp.Or(p.Every, DefaultEvery) }

func (p Pace) overdue() time.Duration { return cmp.Or(p.Overdue, DefaultOverdue) }

func (p Pace) gone() time.Duration { return cmp.Or(p.Gone, DefaultGone) }

// Watch looks at the sources of a worker again and again. Its fields must not change once it looks.
type Watch struct {
	Store    *staging.Store
	Settings notify.Settings
	Own      func(source string) source.Notify // see desk.Desk
	Served   func() []string                   // the sources that this process serves now
	Left     func(source string) bool          // it was served here, and was disconnected
	// Running are the sources of which a sync runs, with its start, and Scheduled the schedules by source; nil: nobody has listed them yet.
	Running   func(ctx context.Context) (map[string]time.Time, error)
	Scheduled func() map[string]*schedulepb.ScheduleListInfo
	World     World

	Pace

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
	running map[string]time.Time
	plans   map[string]*schedulepb.ScheduleListInfo // nil: nobody has listed them yet, so whoever is not in wanted may be
	wanted  map[string]bool                         // somebody wants them to be served
}

// Look looks once, at the sources that were looked at longest ago.
func (w *Watch) Look(ctx context.Context) error {
	if len(w.Settings.Receivers) == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, roundWithin)
	defer cancel()
	r := round{Watch: w, now: w.now(), served: map[string]bool{}, plans: w.Scheduled()}
	for _, name := range w.Served() {
		r.served[name] = true
	}
	var err error
	if r.running, err = w.Running(ctx); err != nil {
		return unanswered(err)
	}
	names, err := r.names(ctx)
	if err != nil {
		return err
	}
	for _, name := range names[:min(len(names), mostLooked)] {
		w.sights[name].looked = r.now
		if err := r.look(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// names are the sources that are served here, that somebody wants to be served, or of which something may stand that is over, in the order in
// which they are to be looked at. As long as nobody has listed the schedules, none of them is taken for one that nobody wants.
func (r *round) names(ctx context.Context) ([]string, error) {
	r.wanted = maps.Clone(r.served)
	for name, plan := range r.plans {
		if plan.GetWorkflowType().GetName() == workflows.SyncSourceType && !plan.GetPaused() {
			r.wanted[name] = true
		}
	}
	for name := range r.running {
		r.wanted[name] = true
	}
	asleep := max(5*r.Period(), r.gone())
	if r.sights == nil || r.now.Sub(r.last) > asleep { // the process slept, and knows nothing any more
		known, err := knownTo(ctx, r.Store)
		if err != nil {
			return nil, err
		}
		r.sights = known
	}
	r.last = r.now
	for name := range r.wanted {
		if r.sights[name] == nil {
			r.sights[name] = new(sight)
		}
	}
	for name, one := range r.sights {
		if !r.wanted[name] { // who serves it, and what it has missed, counts from when it is wanted again
			*one = sight{looked: one.looked, idle: one.idle}
		}
		if one.first.IsZero() {
			one.first, one.check = r.now, r.now.Add(r.overdue()) // a Temporal that was away catches up first
		}
	}
	names := slices.SortedFunc(maps.Keys(r.sights), func(a, b string) int {
		return cmp.Or(r.sights[a].looked.Compare(r.sights[b].looked), cmp.Compare(r.rank(a), r.rank(b)), cmp.Compare(a, b))
	})
	if r.plans == nil {
		names = slices.DeleteFunc(names, func(name string) bool { return !r.wanted[name] })
	}
	return names, nil
}

// rank orders sources that were looked at at the same time, as those at which nobody has looked yet.
func (r *round) rank(name string) int {
	switch {
	case r.served[name]:
		return 0
	case r.wanted[name]:
		return 1
	}
	return 2
}

// knownTo are the sources of which a bucket knows something.
func knownTo(ctx context.Context, store *staging.Store) (map[string]*sight, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	return hang.Ask(ctx, "the sources in "+store.Name()+", for messages", func() (map[string]*sight, error) {
		all := map[string]*sight{}
		for name, err := range store.Folders(ctx, staging.SourcesPrefix) {
			if err != nil {
				return nil, err
			}
			all[name] = new(sight)
		}
		return all, nil
	})
}

// look looks at one source.
func (r *round) look(ctx context.Context, name string) error {
	of := subject{round: r, name: name, asking: r.Settings.Asking(r.Own(name)), sight: r.sights[name]}
	var err error
	if len(of.asking) > 0 {
		if of.standing, err = desk.Standings(ctx, r.Store, name); err != nil {
			return err
		}
	}
	steps := []func(context.Context) error{of.workerBack, of.ended, of.missed, of.failed, of.digest}
	switch {
	case len(of.asking) > 0 && r.served[name]:
	case len(of.asking) > 0 && r.wanted[name]:
		steps = []func(context.Context) error{of.workerGone}
	case r.wanted[name]:
		return nil
	case slices.ContainsFunc(slices.Concat(desk.OfASync, of.ofWanted()), of.open):
		steps = []func(context.Context) error{of.ended, of.unwanted}
	default: // there is nothing left to say
		delete(r.sights, name)
		return nil
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}
