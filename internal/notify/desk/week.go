package desk

import (
	"context"
	"strings"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/notify/words"
	"longhaul/internal/staging"
)

// mostOfWeek bounds the syncs of a week that are read, the newest of them: one each ten minutes.
const mostOfWeek = 1100

// digest is the message about the week from Since to Until; none of a source that was never synced.
func (d *Desk) digest(ctx context.Context, fact notify.Fact) []about {
	known, err := ask(ctx, d, columnsOf(fact.Source), lostWithin, func(ctx context.Context) (words.Facts, error) {
		return d.week(ctx, fact.Source, fact.Since, fact.Until)
	})
	d.unknown(fact.Source, "the week cannot be told, as the bucket does not tell what became of its syncs", err)
	if err != nil || known.Week == nil {
		return nil
	}
	fact.Since, fact.Until = time.Time{}, time.Time{}
	return []about{{fact: fact, known: known}}
}

// days reads the syncs of a week.
type days struct {
	*Desk
	source       string
	first, after string // ids that those of its syncs lie between
	known        words.Facts
	week         *words.Week
	any          bool   // the source was synced, then or before
	before, last string // the delivery before the week, or the first in it, and the last
}

// week reads the records and ends of a week.
func (d *Desk) week(ctx context.Context, source string, from, to time.Time) (words.Facts, error) {
	of := &days{
		Desk: d, source: source, first: staging.SyncID(from, ""), after: staging.SyncID(to, ""),
		week: &words.Week{From: from, To: to, Waits: map[string]float64{}},
	}
	before, err := history.DeliveredBefore(ctx, d.Store, staging.Sync{Source: source, ID: of.first})
	if err != nil {
		return words.Facts{}, err
	}
	of.before = before
	if err := of.each(ctx, staging.RecordPrefix(source), of.record); err != nil {
		return words.Facts{}, err
	}
	if err := of.each(ctx, staging.EndsPrefix(source), of.end); err != nil {
		return words.Facts{}, err
	}
	if !of.any {
		return words.Facts{}, nil
	}
	if of.before != "" && of.last > of.before {
		of.known.Lost, of.week.Changes, err = d.lostBetween(ctx, source, of.before, of.last)
		d.unknown(source, "what changed in the week could not be read", err)
	}
	of.known.Week = of.week
	return of.known, nil
}

// each reads what the syncs of the week left under a prefix, the oldest first.
func (w *days) each(ctx context.Context, prefix string, take func(ctx context.Context, id, key string) error) error {
	var ids []string
	for key, err := range w.Store.List(ctx, prefix) {
		if err != nil {
			return err
		}
		id := strings.TrimSuffix(strings.TrimPrefix(key, prefix), ".json")
		w.any = w.any || id < w.after
		if id < w.first || id >= w.after {
			continue
		}
		if ids = append(ids, id); len(ids) > mostOfWeek {
			ids = ids[1:]
		}
	}
	for _, id := range ids {
		if err := take(ctx, id, prefix+id+".json"); err != nil && !w.Store.Unreadable(err) {
			return err
		}
	}
	return nil
}

func (w *days) record(ctx context.Context, id, key string) error {
	var record history.Record
	if err := w.Store.ReadJSON(ctx, key, &record); err != nil {
		return err
	}
	record.Sync, w.known.Record = id, &record
	switch {
	case record.Uploaded:
		w.week.Delivered++
		if w.last = id; w.before == "" {
			w.before = id // a first delivery is no change
		}
	case record.Outcome == failed:
		w.week.Failed++
	}
	for _, audit := range record.Audits {
		w.week.Drifted += audit.Drifted
	}
	w.add(record.APICalls, record.Waits)
	return nil
}

func (w *days) end(ctx context.Context, _, key string) error {
	var end history.End
	if err := w.Store.ReadJSON(ctx, key, &end); err != nil {
		return err
	}
	switch end.Outcome {
	case failed, history.OutcomeTerminated, history.OutcomeTimedOut:
		w.week.Failed++
	}
	w.add(end.APICalls, end.Waits)
	return nil
}

func (w *days) add(calls int64, waits map[string]float64) {
	w.week.APICalls += calls
	for reason, seconds := range waits {
		w.week.Waits[reason] += seconds
	}
}

const failed = "failed" // the outcome
