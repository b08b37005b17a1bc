package salesforce

import (
	"context"
	"errors"
	"sync"
	"time"

	"longhaul/internal/fault"
)

// ErrAllowance lies below the error of a request that was not sent because the allowance it came under is spent.
var ErrAllowance = errors.New("the allowance of calls is spent")

// Allowance is a hard bound of the calls made under one context: a request that it does not cover is never sent. Each try
// of a request counts by itself, as Salesforce counts it; logins do not. It is safe for concurrent use.
type Allowance struct {
	mu    sync.Mutex
	left  int64
	bound int64 // of the use of the whole org; 0 is none

	usage reading
	sent  int64 // calls that went out
	open  int64 // those of them that have no answer yet
	since int64 // calls that usage may not hold: those open when it was told, and those that went out after
}

// NewAllowance lets so many calls through, and none once the org has used as many of its daily API requests as bound; a
// bound of 0 is none.
func NewAllowance(calls, bound int64) *Allowance {
	return &Allowance{left: max(calls, 0), bound: bound}
}

// rest is the number of calls that may still go out, as far as is known of the use of the org. Call it with mu held.
func (a *Allowance) rest() int64 {
	if a.bound > 0 && a.usage.known {
		return max(min(a.left, a.bound-a.usage.Used-a.since), 0)
	}
	return a.left
}

// take takes one call before it is sent, or refuses it.
func (a *Allowance) take() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.rest() == 0 {
		return &Error{Class: fault.QuotaExhausted, Whole: true, Err: ErrAllowance, sentence: a.why()}
	}
	a.left--
	a.sent++
	a.open++
	a.since++
	return nil
}

// why is the sentence of a refusal. Call it with mu held.
func (a *Allowance) why() string {
	if a.left == 0 {
		return "the API calls granted to this part of the sync are spent: it goes on when more are granted; nothing to change here"
	}
	return "the org's daily API requests are used up to the share that Longhaul leaves to others: they come back continuously over " +
		"24 hours, and the sync goes on then; raise quota.ceiling to let it use more"
}

// giveBack takes back one call that never left this machine.
func (a *Allowance) giveBack() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.left++
	a.sent--
	a.open--
	a.since = max(a.since-1, 0)
}

// answered notes that a call that went out is over, with an answer or without. It gives the mark of this moment: so many calls
// are among the use that the answer tells.
func (a *Allowance) answered() (mark int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open--
	return a.sent - a.open
}

// learn learns the use of the org that an answer told, and the mark of its arrival. Calls that were in flight then may have
// come to Salesforce before it or after, so they count on top of it, as those do that went out since.
func (a *Allowance) learn(usage LimitInfo, at time.Time, mark int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.usage.take(usage, at) {
		a.since = max(a.sent-mark, 0)
	}
}

type allowanceKey struct{}

// WithAllowance bounds the calls made under the context it returns by a, in the place of any allowance further up.
func WithAllowance(ctx context.Context, a *Allowance) context.Context {
	return context.WithValue(ctx, allowanceKey{}, a)
}

func allowanceOf(ctx context.Context) *Allowance {
	a, _ := ctx.Value(allowanceKey{}).(*Allowance)
	return a
}
