package shard

import (
	"slices"
	"time"

	"longhaul/internal/description"
)

const (
	minBreak   = 8                      // failures in a row that raise doubt, if twice the slots are fewer
	maxSamples = 3                      // untried reports that may stand in for a witness
	allSamples = 12                     // the same once in patience attempts, so that a small shard can be tried whole
	maxRounds  = 3                      // of trying again what was put aside, in the last round of a sync
	fewRounds  = 1                      // before it, since what fails then is tried again at the end
	roundsFor  = 2 * time.Minute        // after this no further round begins
	firstPause = 500 * time.Millisecond // before the first round; each further pause is twice as long
)

// trust is what the run believes about Salesforce: whether failures are those of the reports or of the service.
type trust struct {
	streak  int  // failures since the last answer
	doubt   bool // nothing departs but a witness
	unasked bool // the run began in doubt and has asked nobody yet
	samples int  // that failed since doubt arose
	proofs  int  // witnesses asked for, samples among them

	round int       // rounds begun over what was put aside
	since time.Time // when the first was due
	next  time.Time // when the next begins; zero when none is due
}

// answered ends all doubt.
func (t *trust) answered() { t.streak, t.samples, t.doubt = 0, 0, false }

// failed counts one more failure in a row.
func (t *trust) failed(enough int) {
	t.streak++
	if t.streak >= enough {
		t.doubt = true
	}
}

// wait is the time until the next round begins; never when none is due.
func (t *trust) wait(now time.Time) time.Duration {
	if t.next.IsZero() {
		return never
	}
	return max(t.next.Sub(now), 0)
}

// advance begins the next round over what was put aside once the others are done, and after the last round gives up on
// what still fails, provided a witness answers.
func (r *runner) advance() {
	if r.stop != nil || r.trust.doubt || len(r.queue)+len(r.flight) > 0 || len(r.aside) == 0 {
		return
	}
	now, t := time.Now(), &r.trust
	if t.next.IsZero() {
		if t.round == 0 {
			t.since = now
		}
		last := t.round >= r.rounds() || now.Sub(t.since) > roundsFor
		if t.streak > 0 && (last || t.round == r.rounds()-1) {
			t.doubt = true // the last tries count only between two answers of a witness
			return
		}
		if last {
			r.giveUpOn(r.aside)
			return
		}
		t.next = now.Add(firstPause << t.round)
	}
	if now.Before(t.next) {
		return
	}
	t.next = time.Time{}
	t.round++
	r.brake.single = r.anyThrottled()
	slices.Sort(r.aside)
	r.queue, r.aside = r.aside, nil
}

// rounds is how often the run tries again what failed.
func (r *runner) rounds() int {
	if r.in.LastRound {
		return maxRounds
	}
	return fewRounds
}

// prove asks whoever is likeliest to be answered if Salesforce answers at all. Without anybody to ask the run stops.
func (r *runner) prove() {
	if t := r.whom(); t != nil {
		r.depart(t)
		return
	}
	r.withoutWitness()
}

// whom chooses the request whose answer would show that Salesforce answers; nil when there is none. A report that is
// chosen out of turn leaves the queue. A run that begins in doubt asks for one of those first, for that repeats nothing.
func (r *runner) whom() *trip {
	t := &r.trust
	turn := r.in.Attempt + t.proofs // another witness each time, should one have gone bad
	first := t.unasked && len(r.queue) > 0
	t.proofs++
	t.unasked = false
	switch {
	case len(r.led.witness) > 0 && !first:
		return &trip{kind: witness, index: r.led.witness[turn%len(r.led.witness)]}
	case len(r.queue) > 0 && t.samples < r.samples():
		return &trip{kind: sample, index: r.pick()}
	case len(r.led.answered) > 0:
		return &trip{kind: witness, index: r.led.answered[turn%len(r.led.answered)]}
	case r.in.Probe != nil:
		return &trip{kind: outside}
	default:
		return nil
	}
}

// samples is how many untried reports may stand in for a witness.
func (r *runner) samples() int {
	if r.in.Attempt%patience == 0 {
		return allSamples
	}
	return maxSamples
}

// pick takes a report out of the queue, another one at each attempt: what is broken often lies side by side.
func (r *runner) pick() int {
	t, most := &r.trust, r.samples()
	at := (len(r.queue)*(2*t.samples+1)/(2*most) + r.in.Attempt) % len(r.queue)
	index := r.queue[at]
	r.queue = slices.Delete(slices.Clone(r.queue), at, at+1)
	t.samples++
	return index
}

// giveUpOn ends the tries of reports that failed: they get a state, the reason and the sentence.
func (r *runner) giveUpOn(reports []int) {
	given := slices.Clone(reports)
	isGiven := func(index int) bool { return slices.Contains(given, index) }
	r.aside, r.queue = slices.DeleteFunc(r.aside, isGiven), slices.DeleteFunc(slices.Clone(r.queue), isGiven)
	state := undone(r.in.LastRound)
	for _, index := range given {
		last, rep := r.fails[index].err, r.led.reports[index]
		reason, message := failure(last)
		line, err := (&description.Description{
			ID: rep.id, State: state, Reason: reason, Message: message, Modified: rep.modified, At: answeredAt(last),
		}).Append(nil)
		if err != nil {
			r.halt(err, graceGiveUp)
			return
		}
		r.seq++
		r.settle(answer{trip: &trip{index: index, seq: r.seq}, state: state, reason: reason, line: line})
	}
}
