package churn

import (
	"sync/atomic"
	"time"

	"longhaul/internal/simulator/org"
)

// binned is how long a row stays in the recycle bin; see C.8 of the facts about Salesforce: about 15 days.
const binned = 15 * 24 * time.Hour

// row is a row of an object.
type row struct{ object, id string }

// bin knows since when rows lie in the recycle bin. Those that lay there at the start lie there since then.
type bin struct {
	start time.Time
	first bool // the rows of the start are gone
	since map[row]time.Time
	next  *atomic.Int64 // when a row goes, in nanoseconds of Unix time
}

func newBin(start time.Time) bin {
	b := bin{start: start, since: map[row]time.Time{}, next: &atomic.Int64{}}
	b.next.Store(start.Add(binned).UnixNano())
	return b
}

// due says whether a row goes by now.
func (b *bin) due(now time.Time) bool { return now.UnixNano() >= b.next.Load() }

func (b *bin) take(object string, ids []string, now time.Time) {
	for _, id := range ids {
		b.since[row{object, id}] = now
	}
	b.plan()
}

func (b *bin) give(object string, ids []string) {
	for _, id := range ids {
		delete(b.since, row{object, id})
	}
}

// plan finds out when the next row goes.
func (b *bin) plan() {
	next := b.start.Add(100 * 365 * 24 * time.Hour)
	if !b.first {
		next = b.start.Add(binned)
	}
	for _, since := range b.since {
		if goes := since.Add(binned); goes.Before(next) {
			next = goes
		}
	}
	b.next.Store(next.UnixNano())
}

// empty lets the rows go whose time in the recycle bin is over. It is called with the lock of changes.
func (l *Live) empty() {
	at := l.clock.Now()
	if !l.bin.due(at) {
		return
	}
	now := l.current.Load()
	var edits []org.Edit
	if !l.bin.first && !at.Before(l.bin.start.Add(binned)) {
		l.bin.first = true
		for _, object := range []string{"Report", "Dashboard"} {
			for i := range now.Count(object) {
				id := now.ID(object, i)
				if _, later := l.bin.since[row{object, id}]; !later && org.IsDeleted(now.Org(), object, i) {
					edits = append(edits, org.Edit{Object: object, ID: id, Purged: true})
				}
			}
		}
	}
	for one, since := range l.bin.since {
		if !at.Before(since.Add(binned)) {
			edits = append(edits, org.Edit{Object: one.object, ID: one.id, Purged: true})
			delete(l.bin.since, one)
		}
	}
	l.bin.plan()
	edited, err := org.WithEdits(now.Org(), edits)
	if err != nil {
		return // the rows were found in this org
	}
	concealed := map[string][]string{}
	for object, rows := range now.ConcealedIDs() {
		for _, id := range rows {
			concealed[object] = append(concealed[object], id)
		}
	}
	l.current.Store(now.With(edited, concealed))
}
