package desk

import (
	"context"
	"errors"
	"slices"

	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/notify"
	"longhaul/internal/notify/words"
	"longhaul/internal/staging"
)

// OfASync are the events that stand no longer than their sync runs.
var OfASync = []notify.Event{notify.Blocked, notify.Held, notify.Waiting, notify.Stalled}

// past is what the bucket knows of a sync that is over.
type past struct {
	known    words.Facts
	first    bool // no sync before it delivered
	standing map[notify.Event]Standing
}

// derive finds out what people are told of a fact: of the end of a sync it may be several messages.
func (d *Desk) derive(ctx context.Context, fact notify.Fact, asking []notify.Asking) []about {
	switch {
	case fact.Event == notify.Digest:
		return d.digest(ctx, fact)
	case fact.Outcome == "":
		return []about{{fact: fact}}
	}
	known, err := ask(ctx, d, fact.Source, readWithin, func(ctx context.Context) (past, error) { return d.readPast(ctx, fact) })
	d.unknown(fact.Source, "a message says less than it could, as the bucket does not tell how the sync went", err)
	if d.Next != nil {
		known.known.Next = d.Next(fact.Source)
	}
	if fact.Repeat > 0 {
		return []about{{fact: fact, known: known.known}}
	}
	record := known.known.Record
	done := record != nil && (fact.Event == notify.Complete || fact.Event == notify.Gaps)
	delivered := done && record.Uploaded // false: the source has no target, and a sync that is done succeeded all the same
	for event, one := range known.standing {
		over := slices.Contains(OfASync, event) || event == notify.Failed && done
		if (one.Open() || one.By == fact.ID) && over && !slices.Contains(fact.Closes, event) {
			fact.Closes = append(slices.Clone(fact.Closes), event)
		}
	}
	slices.Sort(fact.Closes)
	main := about{fact: fact, known: known.known, first: delivered && known.first}
	if main.first && fact.Event == notify.Complete {
		main.fact.Event = notify.FirstSyncComplete
	}
	all := []about{main}
	if delivered && lostSome(record) && (asked(asking, notify.ColumnsLost) || asked(asking, notify.Complete) || asked(asking, notify.Gaps)) {
		all = d.addLost(ctx, all, record)
	}
	return all
}

// readPast reads what a sync left that is over. Of what cannot be read it knows nothing.
func (d *Desk) readPast(ctx context.Context, fact notify.Fact) (p past, err error) {
	sync := staging.Sync{Source: fact.Source, ID: fact.Sync}
	var record history.Record
	var end history.End
	if err := d.Store.ReadJSON(ctx, staging.RecordKey(fact.Source, fact.Sync), &record); err == nil {
		record.Sync = fact.Sync
		p.known.Record = &record
	} else if !d.Store.Unreadable(err) {
		return p, err
	} else if err := d.Store.ReadJSON(ctx, sync.End(), &end); err == nil {
		p.known.End = &end
	} else if !d.Store.Unreadable(err) {
		return p, err
	}
	if p.standing, err = ReadStanding(ctx, d.Store, fact.Source); err != nil {
		return p, err
	}
	before, err := history.DeliveredBefore(ctx, d.Store, sync)
	p.first = err == nil && before == ""
	return p, err
}

// lostSome says whether reports lost columns.
func lostSome(record *history.Record) bool {
	return record.Compared != "" && record.Changes[item.Report].Lost > 0
}

// addLost counts the columns that are gone since the delivery before, and adds a message of its own where they are many.
func (d *Desk) addLost(ctx context.Context, all []about, record *history.Record) []about {
	source := all[0].fact.Source
	lost, err := ask(ctx, d, columnsOf(source), lostWithin, func(ctx context.Context) (words.Lost, error) {
		lost, _, err := d.lostBetween(ctx, source, record.Compared, record.Sync)
		return lost, err
	})
	if err != nil && !errors.Is(err, staging.ErrNotExist) {
		d.unknown(source, "how many columns are gone could not be counted", err)
		return all
	}
	all[0].known.Lost = lost
	if lost.Columns == 0 || lost.Percent() <= float64(d.Settings.ColumnsLost) {
		return all
	}
	main := all[0]
	fact := notify.Fact{
		ID: main.fact.ID + "-" + string(notify.ColumnsLost), Event: notify.ColumnsLost, Source: source, Sync: main.fact.Sync, At: main.fact.At,
		Outcome: main.fact.Outcome,
	}
	return append(all, about{fact: fact, known: main.known})
}
