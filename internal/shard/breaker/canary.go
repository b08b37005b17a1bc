package breaker

// Kind says where a canary comes from.
type Kind int

// The kinds of canaries.
const (
	Known  Kind = iota // a report that has been answered before
	Sample             // a report of the queue, out of turn
	Probe              // a report that the caller knows
)

// Candidates are the reports that a canary may be chosen from.
type Candidates struct {
	Described []int // reports whose description is known to come
	Answered  []int // reports that have another answer
	Queued    int   // reports in the queue
	Probe     bool  // the caller may know a report
}

// Canary is a request whose answer shows that the service works.
type Canary struct {
	Kind   Kind
	Report int // for Known: one of the candidates
	Place  int // for Sample: in the queue
}

// Choose picks the candidate that is likeliest to be answered, and half-opens an open breaker. It is false when there is
// no candidate. Each choice starts from another place, as the report that was chosen before may have broken since.
func (b *Breaker) Choose(c Candidates) (canary Canary, ok bool) {
	turn := b.attempt + b.chosen
	sampleFirst := b.untriedFirst && c.Queued > 0
	b.chosen++
	b.untriedFirst = false
	switch {
	case len(c.Described) > 0 && !sampleFirst:
		canary = Canary{Kind: Known, Report: c.Described[turn%len(c.Described)]}
	case c.Queued > 0 && b.sampled < b.maxSamples:
		canary = Canary{Kind: Sample, Place: b.place(c.Queued)}
		b.sampled++
	case len(c.Answered) > 0:
		canary = Canary{Kind: Known, Report: c.Answered[turn%len(c.Answered)]}
	case c.Probe:
		canary = Canary{Kind: Probe}
	default:
		return Canary{}, false
	}
	if b.state == Open {
		b.state = HalfOpen
	}
	return canary, true
}

// place spreads the samples over the queue, and over other places at each attempt: broken reports often lie side by side.
func (b *Breaker) place(queued int) int {
	return (queued*(2*b.sampled+1)/(2*b.maxSamples) + b.attempt) % queued
}
