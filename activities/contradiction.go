package activities

import (
	"errors"

	"longhaul/internal/salesforce"
)

// contradictedAttempts is how many attempts of an activity may end by an answer that contradicts itself, each after a few tries of
// the client: about half a minute. An outage ends by itself; what changes answers on the way need not.
const contradictedAttempts = 6

// Contradicted counts the attempts of an activity that ended by an answer that contradicts itself. Attempts that ended by
// something else are not among them: an outage may last as long as it will, before and after.
type Contradicted struct {
	Times int   `json:"times,omitempty"` // since the activity last got on
	Done  int64 `json:"done,omitempty"`  // how far it had got by then
}

// contradictory marks an error after which the same answer need not be asked for once more.
type contradictory struct{ error }

// Unwrap gives the error itself.
func (c *contradictory) Unwrap() error { return c.error }

// again counts one more such attempt, after which the activity was so far.
func (c *Contradicted) again(done int64) {
	if done > c.Done {
		*c = Contradicted{Done: done}
	}
	c.Times++
}

// contradicted says whether an error is an answer of Salesforce that contradicts itself.
func contradicted(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.Contradicts()
}

// unlessContradicted counts an attempt that ended by an answer that contradicts itself, and marks the error of the last one.
func (p *pulse) unlessContradicted(err error) error {
	if !contradicted(err) {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.contradicted.again(p.done)
	if p.contradicted.Times < contradictedAttempts {
		return err
	}
	return &contradictory{err}
}
