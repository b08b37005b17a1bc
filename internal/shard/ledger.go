package shard

import (
	"sort"

	"longhaul/internal/description"
	"longhaul/internal/shard/parts"
	"longhaul/internal/staging"
)

// report is one report of the plan and what the run knows of it.
type report struct {
	id       string
	modified string
	folder   string            // OwnerId
	denials  int               // tries in a row that were refused before
	audit    bool              // its date stands still
	state    description.State // empty until the report has one
	reason   description.Reason
	stored   bool
}

// ledger keeps the reports of the shard and what is stored of them.
type ledger struct {
	reports   []report
	done      int   // reports that have a state
	stored    int   // reports that are stored
	repeated  int64 // answers that were stored already
	described []int // reports whose description is known to come
	answered  []int // reports that have another answer of Salesforce
}

func newLedger(reports []report) *ledger { return &ledger{reports: reports} }

// ids lists the Ids of the plan.
func (l *ledger) ids() []string {
	ids := make([]string, len(l.reports))
	for i, r := range l.reports {
		ids[i] = r.id
	}
	return ids
}

// find gives the place of an id in the plan.
func (l *ledger) find(id string) (int, bool) {
	i := sort.Search(len(l.reports), func(i int) bool { return l.reports[i].id >= id })
	return i, i < len(l.reports) && l.reports[i].id == id
}

// covers says whether the entries are the reports of the plan, each once, in order.
func (l *ledger) covers(entries []parts.Entry) bool {
	if len(entries) != len(l.reports) {
		return false
	}
	for i, e := range entries {
		if e.ID != l.reports[i].id {
			return false
		}
	}
	return true
}

// fresh is the ledger of the same plan with nothing known.
func (l *ledger) fresh() *ledger {
	reports := make([]report, len(l.reports))
	for i, r := range l.reports {
		reports[i] = report{id: r.id, modified: r.modified, folder: r.folder, denials: r.denials, audit: r.audit}
	}
	return newLedger(reports)
}

// add notes entries that were found in the store. Reports of another plan are ignored.
func (l *ledger) add(entries []parts.Entry) {
	for _, e := range entries {
		i, ok := l.find(e.ID)
		if !ok {
			continue
		}
		l.set(i, e.State, e.Reason)
		l.markStored(i)
	}
}

// set gives a report its state before it is stored. A state that it has already gives way only to a better one.
func (l *ledger) set(i int, state description.State, reason description.Reason) {
	r := &l.reports[i]
	switch {
	case r.state == "":
		l.done++
	case !parts.Beats(state, r.state):
		return
	}
	r.state, r.reason = state, reason
	switch state {
	case description.StateDescribed:
		l.described = append(l.described, i)
	case description.StateFailed, description.StateDeferred: // which does not say that it is answered
	default:
		l.answered = append(l.answered, i)
	}
}

// markStored notes that a report is stored; for the second time it counts as repeated.
func (l *ledger) markStored(i int) {
	if l.reports[i].stored {
		l.repeated++
		return
	}
	l.reports[i].stored = true
	l.stored++
}

// missing lists the reports without a state: first, in order, those behind all that have one, then the others. A report
// before one that is done was passed over by the run before, so it may be broken, and a run with few calls would spend all
// of them on it.
func (l *ledger) missing() []int {
	var behind, todo []int
	for i := range l.reports {
		if l.reports[i].state == "" {
			todo = append(todo, i)
			continue
		}
		behind, todo = append(behind, todo...), nil
	}
	return append(todo, behind...)
}

// result counts what is stored.
func (l *ledger) result(object staging.Object) Result {
	result := Result{
		Reports: int64(l.stored), Repeated: l.repeated, Object: object,
		States: map[description.State]int64{}, Reasons: map[description.Reason]int64{},
	}
	for i := range l.reports {
		if r := &l.reports[i]; r.stored {
			result.States[r.state]++
			if r.reason != "" {
				result.Reasons[r.reason]++
			}
		}
	}
	return result
}
