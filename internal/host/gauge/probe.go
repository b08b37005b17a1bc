package gauge

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
)

const (
	// probeEvery is how old an answer may be, however often somebody asks, and probeWithin bounds a question.
	probeEvery, probeWithin = 10 * time.Second, 3 * time.Second
)

// Probe asks Temporal and the bucket whether they answer.
type Probe struct {
	Temporal func(context.Context) error
	Bucket   func(context.Context) error
	Name     string // of the bucket

	asking sync.Mutex // held while they are asked
	mu     sync.Mutex
	state  State
}

// State is how Temporal and the bucket answered last.
type State struct {
	At               time.Time // zero: they were not asked yet
	Temporal, Bucket error     // nil: it answers
}

// hasBucket says whether the bucket answered.
func (s State) hasBucket() bool { return s.Bucket == nil }

// Last is the last answer.
func (p *Probe) Last() State {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state
}

// Look asks, unless the last answer is young enough. Many who ask at once get one answer.
func (p *Probe) Look(ctx context.Context) State {
	p.asking.Lock()
	defer p.asking.Unlock()
	if last := p.Last(); !last.At.IsZero() && time.Since(last.At) < probeEvery {
		return last
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), probeWithin) // the answer is for others too
	defer cancel()
	var now State
	var both sync.WaitGroup
	both.Go(func() {
		now.Temporal = fault.Caught(func() error { return p.Temporal(ctx) })
	})
	both.Go(func() {
		_, now.Bucket = hang.Ask(ctx, "the bucket "+p.Name+", for metrics", func() (struct{}, error) {
			return struct{}{}, fault.Caught(func() error { return p.Bucket(ctx) })
		})
	})
	both.Wait()
	now.At = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = now
	return now
}

// Ready says in one line what does not answer; nil where both do.
func (p *Probe) Ready(ctx context.Context) error {
	var wrong []string
	state := p.Look(ctx)
	if state.Temporal != nil {
		wrong = append(wrong, "Temporal does not answer as it should: "+short(state.Temporal))
	}
	if state.Bucket != nil {
		wrong = append(wrong, "the bucket cannot be used: "+short(state.Bucket))
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("%s", strings.Join(wrong, "; "))
}

// longestWhy bounds what is shown of an error, in bytes.
const longestWhy = 200

// short is the sentence of an error.
func short(err error) string { return fault.Clip(fault.Sentence(err), longestWhy) }
