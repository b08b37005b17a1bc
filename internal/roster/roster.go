// Package roster holds the sources that a process may serve: those of its settings, and those that are saved in the bucket as it last saw them.
package roster

import (
	"context"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// Saved is where the saved sources lie.
type Saved interface {
	// Versions gives the newest version of each saved source, without opening one. It is not called by two at one time.
	Versions(ctx context.Context) (map[string]string, error)
	// Source opens a saved source and gives its version.
	Source(ctx context.Context, name string) (source.Source, string, error)
}

// Member is a source that is served.
type Member struct {
	source.Source

	Version string // of a saved source; empty of one that the settings hold
}

// Saved says that the source lies in the bucket, and not in the settings.
func (m Member) Saved() bool { return m.Version != "" }

// Roster is the live set of sources. It is safe for concurrent use.
type Roster struct {
	settings *source.Registry
	saved    Saved // nil: those of the settings are all

	looking sync.Mutex // one look at a time

	mu       sync.RWMutex
	started  bool // a look was tried, so the sources of the settings are served from then on
	members  map[string]Member
	out      map[string]error // why sources that are known are not served
	twice    map[string]error // those that stand in the bucket too, and are served from the settings all the same
	left     map[string]bool  // saved sources that were served and are gone
	registry *source.Registry // of the members
}

// New makes a Roster of the sources in the settings. Saved ones come by Look; saved is nil where there can be none.
func New(settings *source.Registry, saved Saved) *Roster {
	r := &Roster{
		settings: settings, saved: saved, members: map[string]Member{}, out: map[string]error{},
		twice: map[string]error{}, left: map[string]bool{}, registry: settings,
	}
	for _, name := range settings.Names() {
		if s, err := settings.Get(name); err == nil {
			r.members[name] = Member{Source: s}
		}
	}
	return r
}

// Grows says whether there may be saved sources, so that a look is worth its request.
func (r *Roster) Grows() bool { return r.saved != nil }

// Versions lists what is saved in the bucket at this moment.
func (r *Roster) Versions(ctx context.Context) (map[string]string, error) {
	r.looking.Lock()
	defer r.looking.Unlock()
	return r.saved.Versions(ctx)
}

// InSettings says whether the settings of this process hold a source of that name, served or not.
func (r *Roster) InSettings(name string) bool {
	_, err := r.settings.Get(name)
	return err == nil
}

// Names lists the sources that may be served, in order.
func (r *Roster) Names() []string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.registry.Names()
}

// Get gives a source that may be served. The error says why a known one may not, that one was disconnected, or which others there are.
func (r *Roster) Get(name string) (Member, error) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	if m, ok := r.members[name]; ok {
		return m, nil
	}
	if err := r.out[name]; err != nil {
		return Member{}, err
	}
	if r.left[name] {
		return Member{}, Disconnected(name)
	}
	_, err := r.registry.Get(name)
	return Member{}, err
}

// Left says whether a source was served, and was disconnected.
func (r *Roster) Left(name string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.left[name]
}

// Out gives, by source, why it is not served.
func (r *Roster) Out() map[string]error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.out)
}

// Twice gives the sources that stand in the settings and in the bucket, and are served from the settings because they were served before.
func (r *Roster) Twice() map[string]error {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return maps.Clone(r.twice)
}

// Look reads which sources are saved, by one listing, and opens those that are new or changed. Where the bucket does not answer, everything
// stays as it is. What cannot be opened, or not before ctx ends, is left out, or stays as it was opened before. With again, it also opens what
// could not be opened at an earlier look and has not changed since.
func (r *Roster) Look(ctx context.Context, again bool) error {
	if r.saved == nil {
		return nil
	}
	r.looking.Lock()
	defer r.looking.Unlock()
	versions, err := r.saved.Versions(ctx)
	if err != nil {
		r.mu.Lock()
		r.started = true
		r.mu.Unlock()
		return err
	}
	seen := r.open(ctx, versions, again)
	r.take(seen)
	return nil
}

// found is what a look has found.
type found struct {
	members map[string]Member
	out     map[string]error
	twice   map[string]error
}

// open opens the saved sources that are new or changed. The members of the roster change by looks alone, and there is one at a time, so it does
// not hold the lock while it waits for the bucket or a keeper.
func (r *Roster) open(ctx context.Context, versions map[string]string, again bool) found {
	r.mu.RLock()
	members, out := r.members, r.out // which are replaced and never changed
	r.mu.RUnlock()
	seen := r.ofSettings(versions)
	var fresh []string
	for _, name := range slices.Sorted(maps.Keys(versions)) {
		if _, set := seen.members[name]; set || seen.out[name] != nil {
			continue
		}
		before, served := members[name]
		if served {
			seen.members[name] = before // where its new version cannot be opened, too: its secrets are read at their use, and say there what is wrong
		}
		switch {
		case served && before.Version == versions[name]:
		case !again && unopened(out[name], versions[name]):
			seen.out[name] = out[name]
		default:
			fresh = append(fresh, name)
		}
	}
	opened, errs := r.all(ctx, fresh)
	for i, name := range fresh {
		switch {
		case errs[i] == nil:
			seen.members[name] = opened[i]
		case fault.Is(errs[i], fault.Transient):
			seen.out[name] = errs[i] // the next look asks again
		default:
			seen.out[name] = &unopenedError{errs[i], versions[name]}
		}
	}
	return seen
}

// ofSettings are the sources of the settings, but for those that are saved too and were not served before.
func (r *Roster) ofSettings(versions map[string]string) found {
	r.mu.RLock()
	defer r.mu.RUnlock()
	seen := found{members: map[string]Member{}, out: map[string]error{}, twice: map[string]error{}}
	for _, name := range r.settings.Names() {
		_, saved := versions[name]
		_, served := r.members[name]
		switch s, err := r.settings.Get(name); {
		case saved && (!served || !r.started):
			seen.out[name] = inBoth(name)
		case err == nil:
			seen.members[name] = Member{Source: s}
			if saved {
				seen.twice[name] = stillServed(name)
			}
		}
	}
	return seen
}

// opensAtOnce bounds how many sources are opened at one time.
const opensAtOnce = 8

// all opens saved sources. Once the bucket or the keeper has not answered for one, or ctx has ended, it asks for no more.
func (r *Roster) all(ctx context.Context, names []string) (opened []Member, errs []error) {
	opened, errs = make([]Member, len(names)), make([]error, len(names))
	var silent atomic.Pointer[error]
	var group errgroup.Group
	group.SetLimit(opensAtOnce)
	for i, name := range names {
		group.Go(func() error {
			if no := silent.Load(); no != nil {
				errs[i] = *no
				return nil
			}
			opened[i], errs[i] = r.one(ctx, name)
			if errs[i] != nil && ctx.Err() != nil {
				errs[i] = late(name)
			}
			if fault.Is(errs[i], fault.Transient) {
				silent.CompareAndSwap(nil, &errs[i])
			}
			return nil
		})
	}
	_ = group.Wait() // no function gives an error
	return opened, errs
}

func (r *Roster) one(ctx context.Context, name string) (m Member, err error) {
	err = fault.Caught(func() (err error) {
		if err := source.CheckName(name); err != nil {
			return err
		}
		m.Source, m.Version, err = r.saved.Source(ctx, name)
		return err
	})
	m.Source = m.WithDefaults()
	return m, err
}

// take makes what a look has found the roster.
func (r *Roster) take(seen found) {
	all := make([]source.Source, 0, len(seen.members))
	for _, m := range seen.members {
		all = append(all, m.Source)
	}
	registry, err := source.NewRegistry(all...)
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil { // a name that no source may have is left out by open
		r.registry = registry
	}
	for name, m := range r.members {
		if _, still := seen.members[name]; !still && m.Saved() && seen.out[name] == nil {
			r.left[name] = true
		}
	}
	for name := range seen.members {
		delete(r.left, name)
	}
	r.started, r.members, r.out, r.twice = true, seen.members, seen.out, seen.twice
}
