package shard

import (
	"math"
	"slices"
	"time"
)

const (
	noSequence = math.MaxInt64
	minWindow  = 32 // requests, if four times the slots are fewer
)

// inFlight is the requests on their way, and the reorder window over them.
type inFlight struct {
	requests []*request // in the order in which they were sent
	next     int64      // the number of the next request
	window   int        // how far beyond the oldest request in order the next may be; 0 depends on the slots
	answers  chan answer
}

// add numbers a request and notes when it is sent.
func (f *inFlight) add(q *request) {
	q.seq, q.sent = f.number(), time.Now()
	f.requests = append(f.requests, q)
}

// number gives the number of the next request.
func (f *inFlight) number() int64 {
	n := f.next
	f.next++
	return n
}

// remove forgets a request that was answered.
func (f *inFlight) remove(q *request) {
	f.requests = slices.DeleteFunc(f.requests, func(other *request) bool { return other == q })
}

// count is how many requests are in flight.
func (f *inFlight) count() int { return len(f.requests) }

// firstInOrder is the number of the oldest request that holds up the order of parts.
func (f *inFlight) firstInOrder() int64 {
	for _, q := range f.requests {
		if q.kind == inTurn && !q.straggler {
			return q.seq
		}
	}
	return noSequence
}

// markStragglers marks all requests older than newest: they no longer hold up the order.
func (f *inFlight) markStragglers(newest int64) {
	for _, q := range f.requests {
		q.straggler = q.straggler || q.seq < newest
	}
}

// windowFull says whether the next request is too far from the oldest one that holds up the order of parts.
func (f *inFlight) windowFull(width int) bool {
	window := f.window
	if window <= 0 {
		window = max(4*width, minWindow)
	}
	first := f.firstInOrder()
	return first != noSequence && f.next-first >= int64(window)
}
