// Package gate lets one run find out for all runs of a source in a process whether Salesforce answers again.
package gate

import (
	"context"
	"sync"
	"time"
)

// longestTurn bounds how long others wait for one that asks: about as long as a request takes with all of its tries.
const longestTurn = 3 * time.Minute

// Gates holds the gate of each source. The zero value is ready. It is safe for concurrent use.
type Gates struct {
	mu sync.Mutex
	of map[string]*Gate
}

// Of is the gate of a source.
func (g *Gates) Of(source string) *Gate {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.of[source] == nil {
		if g.of == nil {
			g.of = map[string]*Gate{}
		}
		g.of[source] = new(Gate)
	}
	return g.of[source]
}

// Gate is what a process knows of a source that may be down. It only ever spares a question: where nothing is known, each asks by itself.
type Gate struct {
	mu     sync.Mutex
	asking *Turn // of who asks now; nil: nobody does
	err    error // what the last who asked met
	until  time.Time
}

// Turn is the task to find out whether Salesforce answers. It must be ended, by Open if by nothing else. The nil Turn has no task.
type Turn struct {
	gate *Gate
	last time.Time // when nobody waits for it any more
	over chan struct{}
	err  error // what ended it; guarded by over
}

// Enter is called before the first request of a run after one that failed. Where nobody asks at the moment, it gives the task to the caller.
// Else it waits for what the other one finds out: its failure is that of the caller, who sends nothing. After an answer, or where nothing
// was found out, it gives neither: the caller goes on by itself.
func (g *Gate) Enter(ctx context.Context) (*Turn, error) {
	if g == nil {
		return nil, nil
	}
	g.mu.Lock()
	if time.Now().Before(g.until) {
		defer g.mu.Unlock()
		return nil, g.err
	}
	other := g.asking
	if other == nil {
		defer g.mu.Unlock()
		g.asking = &Turn{gate: g, last: time.Now().Add(longestTurn), over: make(chan struct{})}
		return g.asking, nil
	}
	g.mu.Unlock()
	longest := time.NewTimer(time.Until(other.last))
	defer longest.Stop()
	select {
	case <-other.over:
		return nil, other.err
	case <-longest.C:
		return nil, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Answered notes an answer of Salesforce, to whichever run: nobody has to wait for who asks, and no failure counts any more.
func (g *Gate) Answered() {
	if g == nil {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.end(nil, 0)
}

// Open ends the turn: nothing was found out, unless an answer has ended it before.
func (t *Turn) Open() { t.end(nil, 0) }

// Fail ends the turn: Salesforce does not answer. Whoever enters within the time that is given fails by it too.
func (t *Turn) Fail(err error, within time.Duration) { t.end(err, within) }

func (t *Turn) end(err error, within time.Duration) {
	if t == nil {
		return
	}
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if t.gate.asking != t { // it has ended
		return
	}
	t.gate.end(err, within)
}

// end notes what was found out, and ends the turn under way. g.mu is held.
func (g *Gate) end(err error, within time.Duration) {
	g.err, g.until = err, time.Now().Add(within)
	if t := g.asking; t != nil {
		g.asking, t.err = nil, err
		close(t.over)
	}
}
