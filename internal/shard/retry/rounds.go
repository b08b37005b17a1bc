package retry

import (
	"slices"
	"time"
)

// Step is what comes next when nothing is left to ask for but what failed.
type Step int

// The steps of a queue.
const (
	Wait      Step = iota // for the next round, or for nothing
	Prove                 // a canary must be answered first
	Begin                 // the next round has begun
	Exhausted             // the last round is over: what still fails gets its state
)

// Advance begins the next round once its pause is over. It is to be called when no report is pending or in flight. The
// last tries count only between two answers of a canary, so the last round is not begun, and not ended, while the latest
// request failed.
func (q *Queue) Advance(now time.Time, failing bool) Step {
	if len(q.failed) == 0 {
		return Wait
	}
	if q.due.IsZero() {
		if q.round == 0 {
			q.since = now
		}
		last := q.round >= q.rounds || now.Sub(q.since) > roundsFor
		switch {
		case failing && (last || q.round == q.rounds-1):
			return Prove
		case last:
			return Exhausted
		}
		q.due = now.Add(firstPause << q.round)
	}
	if now.Before(q.due) {
		return Wait
	}
	q.due = time.Time{}
	q.round++
	slices.Sort(q.failed)
	q.pending, q.failed = q.failed, nil
	return Begin
}

// Due is when the next round begins. It is false when no round is due.
func (q *Queue) Due() (time.Time, bool) { return q.due, !q.due.IsZero() }
