package question

import (
	"cmp"
	"context"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/overview"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
)

// ListParams names the page.
type ListParams struct {
	After string `json:"after,omitempty"` // a name: the page begins with the next one
}

// Roll knows the sources of this worker, and what their Temporal says of them.
type Roll interface {
	// Known lists the sources, and says in sentences what could not be found out.
	Known(ctx context.Context) (all []overview.Known, unread []string)
	// Schedule gives the schedule of a source; settings is what those of this worker say.
	Schedule(ctx context.Context, name string, settings source.Schedule) (schedule.State, error)
	// Workers lists those that serve a source.
	Workers(ctx context.Context, name string) ([]doctor.Worker, error)
	// LastPolled is when a worker last asked for the work of a source that none serves; zero: nobody knows.
	LastPolled(ctx context.Context, name string) (time.Time, error)
	// Waits gives why the syncs that run stand still, by source; nil of one that gets on.
	Waits(ctx context.Context) (map[string]*overview.Wait, error)
	// Me is this worker.
	Me() doctor.Worker
}

const (
	// knowWithin bounds how long it is asked which sources there are, and listWithin what is asked about all of them: together half a minute.
	knowWithin = 10 * time.Second
	listWithin = 20 * time.Second
	// mostRows bounds the sources of a page, and rowsAtOnce how many are asked about at once.
	mostRows   = 150
	rowsAtOnce = 16
)

// ListSources lists the sources, from what the bucket and Temporal know. What does not answer in time is said in its row.
func (a *Activities) ListSources(ctx context.Context, params ListParams) (overview.List, error) {
	defer attended(ctx)()
	knowing, cancel := context.WithTimeout(ctx, knowWithin)
	known, unread := a.Roll.Known(knowing)
	cancel()
	bounded, cancel := context.WithTimeout(ctx, cmp.Or(a.ListWithin, listWithin))
	defer cancel()
	waits, err := a.Roll.Waits(bounded)
	known = withGone(known, waits, len(unread) > 0)
	if err != nil {
		unread = append(unread, "which syncs run could not be found out: "+fault.Sentence(err))
	}
	list := overview.List{AsOf: time.Now().UTC().Truncate(time.Second), Sources: []overview.Row{}, Total: len(known), Unread: unread}
	known = slices.DeleteFunc(known, func(k overview.Known) bool { return k.Name <= params.After })
	page := known[:min(len(known), mostRows)]

	rows := make([]overview.Row, len(page))
	var group errgroup.Group
	group.SetLimit(rowsAtOnce)
	for i, one := range page {
		group.Go(func() error {
			rows[i] = overview.Row{Source: one.Name, Origin: one.Origin, Org: one.Org, Problem: one.Problem}
			rows[i].Schedule.State = overview.Unknown
			rows[i].Waits, rows[i].Running = waits[one.Name]
			return fault.Caught(func() error { a.fill(bounded, &rows[i], one); return nil })
		})
	}
	if err := group.Wait(); err != nil {
		return overview.List{}, err
	}
	if ctx.Err() != nil {
		return overview.List{}, &fault.Error{
			Class: fault.Transient, System: fault.Longhaul, Message: "the worker was stopped while it listed the sources: try again",
		}
	}
	if list.Sources = append(list.Sources, rows...); len(known) > len(page) {
		list.After = page[len(page)-1].Name
	}
	list.Bound()
	return list, nil
}

// withGone adds the sources of syncs that are not over although nobody knows their source any more, as after a disconnect. Where not all
// sources could be read, theirs may be among those.
func withGone(known []overview.Known, waits map[string]*overview.Wait, unsure bool) []overview.Known {
	origin := overview.Gone
	if unsure {
		origin = overview.Unknown
	}
	there := map[string]bool{}
	for _, one := range known {
		there[one.Name] = true
	}
	for name := range waits {
		if !there[name] {
			known = append(known, overview.Known{Name: name, Origin: origin, Foreign: true})
		}
	}
	slices.SortFunc(known, func(a, b overview.Known) int { return cmp.Compare(a.Name, b.Name) })
	return known
}
