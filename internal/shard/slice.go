package shard

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"longhaul/internal/fault"
)

const (
	graceSlice = 2 * time.Second  // for requests in flight at the end of a slice
	stallAfter = 30 * time.Second // in flight without an answer: long enough to count as a failed try
	proofTime  = 10 * time.Second // for the one witness that is asked at the end of a slice
)

// errStalled is the setback of a report that was still without an answer when the slice ended.
var errStalled = &fault.Error{
	Class: fault.Transient, System: fault.Salesforce,
	Message: "Salesforce gave no answer for a report for as long as a part of the sync may take; it is tried again",
}

// setback is the last failure of a report, and how many answers the run had had when it became known or, for a request
// that hangs, when it departed. Answers after that show that the service worked all the while.
type setback struct {
	err     error
	answers int
}

// untilSliceEnds is the time for which the run may still begin requests.
func (r *runner) untilSliceEnds(now time.Time) time.Duration {
	if r.in.Slice <= 0 || r.stop != nil {
		return never
	}
	return max(r.in.Slice-now.Sub(r.began), 0)
}

// expire ends the run once its time is over.
func (r *runner) expire(now time.Time) {
	if r.untilSliceEnds(now) == 0 {
		r.halt(errSlice, graceSlice)
	}
}

// sliceEnded says whether the run stops for no other reason than its time.
func (r *runner) sliceEnded() bool { return errors.Is(r.stop, errSlice) }

// ranOut says whether the run stops for no other reason than its time or its calls.
func (r *runner) ranOut() bool { return r.sliceEnded() || fault.Is(r.stop, fault.QuotaExhausted) }

// stalled notes a request that the end of the slice cut off after it had hung for long.
func (r *runner) stalled(t *trip) {
	enough := min(stallAfter, r.in.Slice/2)
	if !r.sliceEnded() || t.kind != ordinary && t.kind != sample || time.Since(t.at) < enough {
		return
	}
	r.fails[t.index] = setback{err: errStalled, answers: t.answers}
}

// conclude sees to it that a slice has got somewhere when nothing is in flight any more: what failed or hung although the
// service worked must not fill the next slice too. It says whether it sent out a request to learn if the service works.
// A run that ends for want of calls is a slice in this, but that it has no call left to ask with.
//
// In the last round there is no later chance, so a report is left to the next slice as long as others make headway.
func (r *runner) conclude() (asked bool) {
	if !r.ranOut() || len(r.fails) == 0 || r.in.LastRound && r.gained > 0 {
		return false
	}
	r.giveUpOn(r.outlived())
	if !r.sliceEnded() {
		return false
	}
	if !r.asked && len(r.fails) > 0 {
		r.asked = true
		if t := r.whom(); t != nil && r.in.Slots.Take() {
			r.requests, r.cutRequests = context.WithCancel(r.lasting)
			r.timers = append(r.timers, time.AfterFunc(proofTime, r.cutRequests))
			r.depart(t)
			return true
		}
	}
	if r.answers == 0 {
		r.outage()
	}
	return false
}

// outlived lists the reports without a state whose failure was followed by answers to others.
func (r *runner) outlived() []int {
	return slices.DeleteFunc(r.failing(), func(index int) bool { return r.fails[index].answers >= r.answers })
}

// failing lists the reports without a state that failed at least once, in order.
func (r *runner) failing() []int { return slices.Sorted(maps.Keys(r.fails)) }

// outage ends a slice in which nothing at all was answered: with the error of an outage or, when that was tried often
// enough and there is nothing else left to ask for, with the reports given up.
func (r *runner) outage() {
	failing := r.failing()
	if len(failing) == 0 {
		return
	}
	if r.hopeless() {
		r.giveUpOn(failing)
		return
	}
	r.halt(&outage{r.fails[failing[len(failing)-1]].err}, 0)
}
