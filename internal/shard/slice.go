package shard

import (
	"time"

	"longhaul/internal/fault"
)

const (
	stallAfter = 30 * time.Second // in flight without an answer: long enough to count as a failed try
	proofTime  = 10 * time.Second // for the one canary that is asked for at the end of a slice
)

// errStalled is the failure of a report that was still without an answer when the slice ended.
var errStalled = &fault.Error{
	Class: fault.Transient, System: fault.Salesforce,
	Message: "Salesforce gave no answer for a report for as long as a part of the sync may take; it is tried again",
}

// stalled says whether the end of the slice ended a request that had hung for long.
func (l *lifetime) stalled(sent time.Time) bool {
	return l.sliceEnded() && time.Since(sent) >= min(stallAfter, l.slice/2)
}

// conclude sees to it that a slice has made progress when nothing is in flight any more: what failed or hung although the
// service worked must not fill the next slice too. It says whether it sent a canary to learn if the service works. A run
// that ends for want of calls is treated as a slice, but it has no call left for a canary.
//
// In the last round there is no later chance, so a report is left to the next slice as long as others make progress.
func (r *runner) conclude() (asked bool) {
	if !r.life.ranOut() || len(r.queue.Failing()) == 0 || r.in.LastRound && r.gained > 0 {
		return false
	}
	r.deferOrFail(r.queue.Outlived(r.answers))
	if !r.life.sliceEnded() {
		return false
	}
	if !r.proofAsked && len(r.queue.Failing()) > 0 {
		r.proofAsked = true
		if q := r.out.canary(r.answers); q != nil && r.in.Slots.TryAcquire() {
			r.life.extend(proofTime)
			r.out.send(q)
			return true
		}
	}
	if r.answers == 0 {
		r.endUnanswered()
	}
	return false
}

// endUnanswered ends a slice without any answer: with the error of an outage or, when that was tried
// often enough and there is nothing else left to ask for, with the reports given up.
func (r *runner) endUnanswered() {
	failing := r.queue.Failing()
	if len(failing) == 0 {
		return
	}
	if r.in.hopeless(r.queue) {
		r.deferOrFail(failing)
		return
	}
	r.declareOutage(r.queue.Why(failing[len(failing)-1]), 0)
}
