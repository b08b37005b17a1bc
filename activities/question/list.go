package question

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/overview"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
	"longhaul/internal/sourcename"
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
	// twoNewest are read of each source: the newest sync may still run.
	twoNewest = 2
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

// leftBehind says what to do about the sync of a source that is gone. While workers serve the source the sync goes on.
func leftBehind(row *overview.Row) {
	if row.Origin != overview.Gone || row.Workers != nil && *row.Workers > 0 {
		return
	}
	do := fmt.Sprintf("`longhaul connect %s`, or the source in the settings again, lets the sync go on; `longhaul cancel %s` ends it", row.Source, row.Source)
	row.Problem = "a sync of it is not over"
	if row.Waits == nil {
		row.Problem += ": " + do
		return
	}
	row.Waits.Do, row.Waits.For = do, overview.ForOperator
}

// fill asks about one source.
func (a *Activities) fill(ctx context.Context, row *overview.Row, known overview.Known) {
	serving, err := a.Roll.Workers(ctx, known.Name)
	if err == nil {
		n := len(serving)
		row.Workers = &n
		row.Disagree = unequal(serving)
	} else {
		row.Unread = append(row.Unread, "its workers")
	}
	if row.Waits != nil && row.Waits.For == overview.ForNobody && row.Workers != nil && *row.Workers == 0 {
		row.Waits.For = overview.ForWorker
	}
	leftBehind(row)
	thing := fmt.Sprintf("the schedule of %s in %s", known.Name, a.Store.Name())
	state, err := hang.Ask(ctx, thing, func() (schedule.State, error) { return a.Roll.Schedule(ctx, known.Name, known.Schedule) })
	if err == nil {
		scheduled(row, state, known.Schedule)
		if said := a.otherSchedule(state, known); said != "" {
			row.Disagree = append(row.Disagree, said)
		}
	} else {
		row.Unread = append(row.Unread, "its schedule")
	}
	thing = fmt.Sprintf("the syncs of %s in %s", known.Name, a.Store.Name())
	past, err := hang.Ask(ctx, thing, func() (*answer.History, error) {
		return a.engine(known.Name).History(ctx, answer.Query{Question: answer.AskHistory, Limit: twoNewest})
	})
	if err == nil {
		ended(row, past)
	} else {
		row.Unread = append(row.Unread, "its last sync")
	}
}

// engine answers about the past of a source.
func (a *Activities) engine(source string) *answer.Engine {
	engine := &answer.Engine{Store: a.Store, Source: source, How: a.How, Due: a.Due}
	if a.Running != nil {
		engine.Running = func(ctx context.Context) (string, error) { return a.Running(ctx, sourcename.SyncPrefix+source) }
	}
	return engine
}

// unequal says which workers of a source have other settings than the others.
func unequal(serving []doctor.Worker) []string {
	by := map[string][]string{}
	var order []string
	for _, w := range serving {
		if w.Stale {
			continue
		}
		if by[w.Settings] == nil {
			order = append(order, w.Settings)
		}
		by[w.Settings] = append(by[w.Settings], w.Identity)
	}
	if len(order) < 2 {
		return nil
	}
	words := "its workers have different settings ("
	for i, settings := range order {
		if i > 0 {
			words += "; "
		}
		words += cmp.Or(settings, "unknown") + ": " + by[settings][0]
		if more := len(by[settings]) - 1; more > 0 {
			words += fmt.Sprintf(" and %d more", more)
		}
	}
	return []string{words + "): give them the same, and restart those that have the old ones; one that has stopped is named for up to a minute"}
}

// scheduled fills in the schedule.
func scheduled(row *overview.Row, state schedule.State, settings source.Schedule) {
	s := &row.Schedule
	s.By, s.Note = state.By, state.Note
	if state.Wanted != nil {
		s.Wanted = *state.Wanted
	} else {
		s.Wanted = settings
	}
	switch {
	case state.Exists:
		s.ByHand = state.ByHand
		if s.State, s.Words = overview.Active, schedule.Words(s.Wanted); s.ByHand || s.Wanted.IsZero() {
			s.Words = state.Spec
		}
		if state.Paused {
			s.State = overview.Paused
		} else if len(state.Next) > 0 {
			row.NextRun = state.Next[0].UTC()
		}
		if missed, skipped := state.Counts.Missed, state.Counts.Skipped+state.Counts.Dropped; missed+skipped > 0 {
			row.Counts = &overview.Counts{Since: state.Made.UTC(), Missed: missed, Skipped: skipped}
		}
	case state.Off:
		s.State, s.Words = overview.Off, ""
	case s.Wanted.IsZero():
		s.State = overview.None
	default:
		s.State, s.Words = overview.Missing, schedule.Words(s.Wanted)
	}
}

// otherSchedule says that another worker has written another schedule than the settings of this one say.
func (a *Activities) otherSchedule(state schedule.State, known overview.Known) string {
	if known.Origin != overview.FromSettings || known.Foreign || state.By != schedule.BySettings || state.Settings == nil || state.Wanted == nil {
		return ""
	}
	return fmt.Sprintf("workers disagree about its schedule: %s has %s in its settings, and the last one that started has %s: give them the same",
		a.Roll.Me().Identity, schedule.Words(*state.Settings), schedule.Words(*state.Wanted))
}

// ended fills in the last sync that is over, and what was missed.
func ended(row *overview.Row, past *answer.History) {
	syncs := past.Syncs
	row.Missed = past.Missed
	if len(syncs) > 0 && syncs[0].Outcome == history.OutcomeRunning {
		row.Running, row.Before = true, syncs[0].Missed
		syncs = syncs[1:]
	}
	if len(syncs) == 0 {
		return
	}
	last := syncs[0]
	row.Last = &overview.Last{
		Sync: last.Sync, Outcome: last.Outcome, At: last.Started.Add(time.Duration(last.Seconds * float64(time.Second))).UTC().Truncate(time.Second),
		Class: last.Class, System: last.System,
	}
	if row.Before == nil && !row.Running {
		row.Before = last.Missed
	}
}
