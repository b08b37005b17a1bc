// Package breaker tells the failures of single reports from those of the service: a circuit breaker whose trial is a canary.
package breaker

// State is what a breaker allows.
type State int

// The states of a breaker.
const (
	Closed   State = iota // requests are sent
	Open                  // no request is sent until a canary is answered
	HalfOpen              // a canary is in flight
)

// minFailures is how many failures in a row open a breaker, if twice the requests in flight are fewer.
const minFailures = 8

// Breaker opens when failures pile up without an answer in between. Any answer closes it, that to an older request too:
// only answers prove that the service works. A Breaker is not safe for concurrent use.
type Breaker struct {
	state    State
	failures int // since the last answer

	attempt      int  // of the run, so that each attempt asks other canaries
	maxSamples   int  // see New
	sampled      int  // untried reports chosen since the last answer
	chosen       int  // canaries, samples among them
	untriedFirst bool // the first canary is a report of the queue
}

// New makes a closed breaker for an attempt of a run, counted from 1. Until something is answered at most maxSamples
// untried reports stand in for a canary.
func New(attempt, maxSamples int) *Breaker {
	return &Breaker{attempt: attempt, maxSamples: maxSamples}
}

// StartOpen opens the breaker of a run that follows one which failed. Its first canary is a report of the queue where there
// is one, for that repeats no call.
func (b *Breaker) StartOpen() { b.state, b.untriedFirst = Open, true }

// State is what the breaker allows now.
func (b *Breaker) State() State { return b.state }

// Failing says whether a request failed since the last answer.
func (b *Breaker) Failing() bool { return b.failures > 0 }

// Success notes an answer.
func (b *Breaker) Success() { b.state, b.failures, b.sampled = Closed, 0, 0 }

// Failure notes a failed request of a run that may have inFlight of them at once.
func (b *Breaker) Failure(inFlight int) {
	b.failures++
	if b.state == HalfOpen || b.failures >= max(2*inFlight, minFailures) {
		b.state = Open
	}
}

// Trip opens the breaker whatever the number of failures.
func (b *Breaker) Trip() { b.state = Open }

// Undecided notes that the canary in flight could not be asked for, so another one is due.
func (b *Breaker) Undecided() {
	if b.state == HalfOpen {
		b.state = Open
	}
}
