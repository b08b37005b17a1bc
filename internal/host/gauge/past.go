package gauge

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"longhaul/internal/hang"
	"longhaul/internal/history"
	"longhaul/internal/staging"
)

const (
	// readWithin bounds what is read of one source.
	readWithin = 15 * time.Second
	// readAnyway is how often the bucket is listed where Temporal lists no sync that has ended: another Temporal may sync into it.
	readAnyway = 10 * time.Minute
	// mostRead bounds the records, and the ends, that are read of one source in one look. At the start of a process the delivery that is
	// looked for may be so many syncs ago.
	mostRead = 20
)

// past is what the syncs of a source have left in the bucket.
type past struct {
	read        time.Time // zero: never
	record, end string    // the newest sync that left one
	last        *history.Record
	delivered   map[string]time.Time // by export
	ended       map[string]time.Time // by outcome
	missed      int64                // runs of the schedule before the syncs that were new
}

// read reads the bucket, and waits no longer than it should for one that hangs.
func read[T any](ctx context.Context, store *staging.Store, what string, f func(context.Context) (T, error)) (T, error) {
	bounded, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	value, err := hang.Ask(bounded, what+" in "+store.Name()+", for metrics", func() (T, error) { return f(bounded) })
	if err != nil {
		return value, fmt.Errorf("reading %s: %w", what, err)
	}
	return value, nil
}

// lookAtPast reads what the syncs of a source have left, where there may be something new.
func (g *Gauges) lookAtPast(ctx context.Context, name string, s *sight, now time.Time) error {
	if !s.ended && !s.past.read.IsZero() && now.Sub(s.past.read) < readAnyway {
		return nil
	}
	before := s.past
	next, err := read(ctx, g.Store, "what the syncs of source "+name+" have left", func(ctx context.Context) (past, error) {
		return readPast(ctx, g.Store, name, before)
	})
	if err != nil {
		return err
	}
	if next.missed > s.plan.missed && !before.read.IsZero() {
		g.Instruments.Missed(name, next.missed-s.plan.missed)
	}
	if next.record != before.record || next.end != before.end {
		s.plan.missed = 0 // counted from the last sync on
		if s.plan.overdue != (time.Time{}) {
			s.plan.check = now
		}
	}
	next.read = now
	s.past, s.ended = next, false
	return nil
}

// readPast adds what is new to what is known. It changes nothing of that.
func readPast(ctx context.Context, store *staging.Store, name string, known past) (past, error) {
	next := known
	next.missed, next.delivered, next.ended = 0, map[string]time.Time{}, map[string]time.Time{}
	records, err := newer(ctx, store, staging.RecordPrefix(name), known.record)
	if err != nil {
		return known, err
	}
	for i, id := range records {
		var record history.Record
		if err := store.ReadJSON(ctx, staging.RecordKey(name, id), &record); err != nil {
			if store.Unreadable(err) {
				continue
			}
			return known, err
		}
		next.takeRecord(&record, i == 0 || next.last == known.last)
		if known.record == "" && next.complete() { // an older one says nothing that these do not
			break
		}
	}
	ends, err := newer(ctx, store, staging.EndsPrefix(name), known.end)
	if err != nil {
		return known, err
	}
	for _, id := range ends {
		var end history.End
		sync := staging.Sync{Source: name, ID: id}
		if err := store.ReadJSON(ctx, sync.End(), &end); err != nil {
			if store.Unreadable(err) {
				continue
			}
			return known, err
		}
		later(next.ended, end.Outcome, end.At)
		next.missed += missedBy(end.Course)
	}
	if len(records) > 0 {
		next.record = records[0]
	}
	if len(ends) > 0 {
		next.end = ends[0]
	}
	for export, at := range known.delivered {
		later(next.delivered, export, at)
	}
	for outcome, at := range known.ended {
		later(next.ended, outcome, at)
	}
	return next, nil
}

// takeRecord adds what a record says.
func (p *past) takeRecord(record *history.Record, newest bool) {
	if newest {
		p.last = record
	}
	for export, delivery := range record.Exports {
		if !delivery.Delivered {
			continue
		}
		at := record.Finished
		for i, receipt := range delivery.Receipts {
			if i == 0 || receipt.At.After(at) {
				at = receipt.At
			}
		}
		later(p.delivered, export, at)
	}
	later(p.ended, record.Outcome, record.Finished)
	p.missed += missedBy(record.Course)
}

// complete says whether each export of the newest record was delivered once, or is delivered nowhere.
func (p *past) complete() bool {
	if p.last == nil {
		return false
	}
	for export, delivery := range p.last.Exports {
		if _, was := p.delivered[export]; !was && delivery.To != "" {
			return false
		}
	}
	return len(p.delivered) > 0
}

func missedBy(course history.Course) int64 {
	if course.Missed == nil {
		return 0
	}
	return course.Missed.Count
}

// newer lists the syncs under a prefix that are newer than one, the newest first, and no more than mostRead.
func newer(ctx context.Context, store *staging.Store, prefix, than string) (ids []string, err error) {
	for key, err := range store.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		id := strings.TrimSuffix(strings.TrimPrefix(key, prefix), ".json")
		if id > than && !strings.Contains(id, "/") {
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids)
	return ids[:min(len(ids), mostRead)], nil
}

// later keeps the later moment.
func later(all map[string]time.Time, key string, at time.Time) {
	if at.After(all[key]) {
		all[key] = at
	}
}
