package shard

import (
	"sort"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

// report is one report of the plan and what the run knows about it.
type report struct {
	id       string
	modified string
	state    description.State // empty until the report has one
	reason   string
	stored   bool
}

// entry is the head of a stored line: which report it is about and what came out.
type entry struct {
	id     string
	state  description.State
	reason string
}

// ledger keeps the reports of the shard and what is stored of them.
type ledger struct {
	reports  []report
	settled  int
	stored   int
	repeated int64
	witness  []int // reports whose description is known to come
	answered []int // reports that have another answer of Salesforce
}

func newLedger(reports []report) *ledger { return &ledger{reports: reports} }

// find gives the place of an id in the plan.
func (l *ledger) find(id string) (int, bool) {
	i := sort.Search(len(l.reports), func(i int) bool { return l.reports[i].id >= id })
	return i, i < len(l.reports) && l.reports[i].id == id
}

// covers says whether the entries are the reports of the plan, each once, in order.
func (l *ledger) covers(entries []entry) bool {
	if len(entries) != len(l.reports) {
		return false
	}
	for i, e := range entries {
		if e.id != l.reports[i].id {
			return false
		}
	}
	return true
}

// fresh is the ledger of the same plan with nothing known.
func (l *ledger) fresh() *ledger {
	reports := make([]report, len(l.reports))
	for i, r := range l.reports {
		reports[i] = report{id: r.id, modified: r.modified}
	}
	return newLedger(reports)
}

// store notes entries that were found in the store. Reports of another plan are ignored.
func (l *ledger) store(entries []entry) {
	for _, e := range entries {
		i, ok := l.find(e.id)
		if !ok {
			continue
		}
		l.settle(i, e.state, e.reason)
		l.keep(i)
	}
}

// beats says whether a state is taken in the place of one from a lower attempt: any answer of Salesforce is better than
// none. It is the one rule for lines about the same report, wherever they are counted or joined.
func beats(state, lower description.State) bool { return !givenUp(state) && givenUp(lower) }

// givenUp says whether a state stands for want of an answer.
func givenUp(state description.State) bool {
	return state == description.StateDeferred || state == description.StateFailed
}

// settle notes the state of a report before it is stored. One that it has already gives way only to a better one.
func (l *ledger) settle(i int, state description.State, reason string) {
	r := &l.reports[i]
	switch {
	case r.state == "":
		l.settled++
	case !beats(state, r.state):
		return
	}
	r.state, r.reason = state, reason
	switch state {
	case description.StateDescribed:
		l.witness = append(l.witness, i)
	case description.StateFailed, description.StateDeferred: // says nothing of whether it is answered
	default:
		l.answered = append(l.answered, i)
	}
}

// keep notes that a report is stored; for the second time it counts as repeated.
func (l *ledger) keep(i int) {
	if l.reports[i].stored {
		l.repeated++
		return
	}
	l.reports[i].stored = true
	l.stored++
}

// missing lists the reports without a state: first, in order, those behind all that have one, then the others. What lies
// before a report that is done was passed over by the run before, so it may be broken, and a run with few calls would spend
// all on it.
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
		States: map[description.State]int64{}, Reasons: map[string]int64{},
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
