package usage

import (
	"context"
	"errors"
	"sync"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
)

// ErrBudgetSpent lies below the error of a request that was not sent because its call budget is spent.
var ErrBudgetSpent = errors.New("the call budget is spent")

// CallBudget is a hard bound of the calls made under one context: a request that it does not cover is never sent. Each try of a request
// counts, as Salesforce counts it; logins do not. It is safe for concurrent use.
type CallBudget struct {
	mu    sync.Mutex
	left  int64
	bound int64 // of the use of the whole org; 0 is none

	usage      reading
	sent       int64 // calls that were sent
	inFlight   int64 // those of them without an answer yet
	unreported int64 // calls that usage may not include: those in flight when it was reported, and those sent since
}

// NewCallBudget makes a budget of calls. Once the org has used up to bound of its daily API requests it covers none; a bound of 0 is
// none.
func NewCallBudget(calls, bound int64) *CallBudget {
	return &CallBudget{left: max(calls, 0), bound: bound}
}

// Lower leaves no more than so many calls: more were made before than was known when the budget was made.
func (b *CallBudget) Lower(calls int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left = min(b.left, max(calls, 0))
}

// rest is the number of calls that may still be sent, as far as the use of the org is known. Call it with mu held.
func (b *CallBudget) rest() int64 {
	if b.bound > 0 && b.usage.known {
		return max(min(b.left, b.bound-b.usage.Used-b.unreported), 0)
	}
	return b.left
}

// spend spends one call before it is sent, or refuses it.
func (b *CallBudget) spend() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rest() == 0 {
		return &apierror.Error{Class: fault.QuotaExhausted, Whole: true, Err: ErrBudgetSpent, Sentence: b.why()}
	}
	b.left--
	b.sent++
	b.inFlight++
	b.unreported++
	return nil
}

// why is the sentence of a refusal. Call it with mu held.
func (b *CallBudget) why() string {
	if b.left == 0 {
		return "the API calls granted to this part of the sync are spent: it continues when more are granted; nothing needs to change"
	}
	return "the org's daily API requests are used up to the share that Longhaul leaves to others: they come back continuously over " +
		"24 hours, and the sync continues then; raise quota.ceiling to let it use more"
}

// refund returns one call that never left this machine.
func (b *CallBudget) refund() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.left++
	b.sent--
	b.inFlight--
	b.unreported = max(b.unreported-1, 0)
}

// answered notes that a call is over, with an answer or without. It returns the mark of this moment: the number of calls that the usage
// in the answer includes for certain.
func (b *CallBudget) answered() (mark int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight--
	return b.sent - b.inFlight
}

// learn takes the use of the org from an answer with the mark of its arrival. Calls that were in flight then may have reached Salesforce
// before that answer or after it, so they count on top of it, as do those sent since.
func (b *CallBudget) learn(usage LimitInfo, at time.Time, mark int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.usage.update(usage, at) {
		b.unreported = max(b.sent-mark, 0)
	}
}

type budgetKey struct{}

// WithCallBudget bounds the calls made under the context it returns by b, in place of any budget further up.
func WithCallBudget(ctx context.Context, b *CallBudget) context.Context {
	return context.WithValue(ctx, budgetKey{}, b)
}

func budgetOf(ctx context.Context) *CallBudget {
	b, _ := ctx.Value(budgetKey{}).(*CallBudget)
	return b
}
