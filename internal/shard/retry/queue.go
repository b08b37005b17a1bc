// Package retry queues the reports of a run: those to ask for, and those that failed and are tried again in rounds after the others.
package retry

import (
	"maps"
	"slices"
	"time"
)

const (
	firstPause = 500 * time.Millisecond // before the first round; each further pause is twice as long
	roundsFor  = 2 * time.Minute        // from the end of the first tries; after it no further round begins
)

// Failure is the last failure of a report, and how many answers the run had had when it became known or, for a request
// that hangs, when it was sent. Answers since then show that the service worked all the while.
type Failure struct {
	Err     error
	Answers int
}

// Queue holds the reports of a run that have no state yet, by their places in the plan. A Queue is not safe for
// concurrent use.
type Queue struct {
	pending  []int           // to ask for, in this order
	failed   []int           // wait for the next round, in the order of their failures
	failures map[int]Failure // by report
	rounds   int             // how many there are at most
	round    int             // how many have begun
	since    time.Time       // when the first was due
	due      time.Time       // when the next begins; zero when none is due
}

// New makes a queue of reports that are tried again in at most rounds rounds.
func New(reports []int, rounds int) *Queue {
	return &Queue{pending: slices.Clone(reports), failures: map[int]Failure{}, rounds: rounds}
}

// Pending is how many reports there are to ask for now.
func (q *Queue) Pending() int { return len(q.pending) }

// Empty says whether every report that the queue was given is in flight or has its state.
func (q *Queue) Empty() bool { return len(q.pending)+len(q.failed) == 0 }

// Pop takes the next report.
func (q *Queue) Pop() int {
	report := q.pending[0]
	q.pending = q.pending[1:]
	return report
}

// PopAt takes a report out of turn.
func (q *Queue) PopAt(place int) int {
	report := q.pending[place]
	q.pending = slices.Delete(q.pending, place, place+1)
	return report
}

// Fail keeps a report for the next round.
func (q *Queue) Fail(report int, why Failure) {
	q.failed = append(q.failed, report)
	q.failures[report] = why
}

// Note keeps why a report failed that is not tried again here.
func (q *Queue) Note(report int, why Failure) { q.failures[report] = why }

// Done forgets a report that has its state.
func (q *Queue) Done(report int) { delete(q.failures, report) }

// Remove takes reports out of the queue for good, but for why they failed.
func (q *Queue) Remove(reports []int) {
	removed := func(report int) bool { return slices.Contains(reports, report) }
	q.pending, q.failed = slices.DeleteFunc(q.pending, removed), slices.DeleteFunc(q.failed, removed)
}

// Why is the last failure of a report; nil if it has none.
func (q *Queue) Why(report int) error { return q.failures[report].Err }

// Failed lists the reports that wait for the next round, in the order of their failures.
func (q *Queue) Failed() []int { return slices.Clone(q.failed) }

// Failing lists all reports without a state that failed at least once, in the order of the plan.
func (q *Queue) Failing() []int { return slices.Sorted(maps.Keys(q.failures)) }

// Outlived lists the reports without a state whose failure was followed by answers to others. answers is how many the run
// had in all.
func (q *Queue) Outlived(answers int) []int {
	return slices.DeleteFunc(q.Failing(), func(report int) bool { return q.failures[report].Answers >= answers })
}

// Untried says whether a report is still to be asked for the first time.
func (q *Queue) Untried() bool {
	return slices.ContainsFunc(q.pending, func(report int) bool { return q.failures[report].Err == nil })
}

// AnyFailed says whether the failure of any report without a state is of some kind.
func (q *Queue) AnyFailed(kind func(error) bool) bool {
	for _, failure := range q.failures {
		if kind(failure.Err) {
			return true
		}
	}
	return false
}
