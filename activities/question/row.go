package question

import (
	"cmp"
	"context"
	"fmt"
	"time"

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

// twoNewest are read of each source: the newest sync may still run.
const twoNewest = 2

// mostSilent bounds the workers that are named because they may have stopped.
const mostSilent = 5

// counted counts the workers that are there, and names those that may have stopped.
func counted(serving []doctor.Worker) (there *int, silent []string) {
	n, more := 0, 0
	for _, w := range serving {
		switch {
		case !w.Stale:
			n++
		case len(silent) < mostSilent:
			silent = append(silent, fault.Short(w.Identity, longestIdentity))
		default:
			more++
		}
	}
	if more > 0 {
		silent = append(silent, fmt.Sprintf("%d more", more))
	}
	return &n, silent
}

// longestIdentity bounds the identity of a worker where it is named, in bytes.
const longestIdentity = 80

// waitsForWorker says by the workers of a source whether its sync waits for one.
func waitsForWorker(row *overview.Row) {
	wait := row.Waits
	switch {
	case wait == nil || row.Workers == nil:
	case *row.Workers == 0 && (wait.For == overview.ForNobody || wait.For == overview.ForUnknown):
		wait.For, wait.Do = overview.ForWorker, "" // that of a wait which passes by itself is to do nothing
	case *row.Workers > 0 && wait.For == overview.ForWorker: // one has come since the sync looked
		wait.For, wait.Why, wait.Do = overview.ForNobody, "no worker served the source when it last looked", ""
	}
}

// leftBehind says what to do about the sync of a source that is gone. While workers serve the source the sync goes on. Whether it was disconnected,
// or whether all workers that have it in their settings are stopped, nobody knows here: who connects what stands in settings has it in both.
func leftBehind(row *overview.Row) {
	if row.Origin != overview.Gone || row.Workers != nil && *row.Workers > 0 {
		return
	}
	do := fmt.Sprintf("a worker that has the source in its settings lets the sync go on, or, if it was connected, `longhaul connect %s`; "+
		"`longhaul cancel %s` ends it", row.Source, row.Source)
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
		row.Workers, row.Silent = counted(serving)
		row.Disagree = unequal(serving)
		if *row.Workers == 0 {
			if row.LastPolled, err = a.Roll.LastPolled(ctx, known.Name); err != nil {
				row.Unread = append(row.Unread, "since when none serves it")
			}
		}
	} else {
		row.Unread = append(row.Unread, "its workers")
	}
	waitsForWorker(row)
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

// nextStep is what to do after a sync that failed, was terminated or timed out; empty after another.
func nextStep(row *overview.Row) string {
	again := fmt.Sprintf("`longhaul sync %s` starts it again; `longhaul show %s` tells more", row.Source, row.Source)
	switch last := row.Last; {
	case last.Class == string(fault.LoginRefused) && row.Origin == overview.FromSaved:
		return fmt.Sprintf("`longhaul connect %s` gives it other credentials, and once that is fixed %s", row.Source, again)
	case last.Class != "" || last.Outcome == "failed":
		return "once that is fixed, " + again
	case last.Outcome == history.OutcomeTerminated || last.Outcome == history.OutcomeTimedOut:
		return again
	}
	return ""
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
		Class: last.Class, System: last.System, Why: fault.Short(cmp.Or(last.Message, last.Reason), overview.MostWhy),
	}
	if row.Last.Why == "" && last.Class != "" && last.Phase == "" { // it has a record
		row.Last.Why = "a delivery was given up"
	}
	if !row.Running {
		row.Last.Do = nextStep(row)
	}
	if row.Before == nil && !row.Running {
		row.Before = last.Missed
	}
}
