package quota

import "time"

// The percentages that are offered one after another. Others need some calls too, so no ceiling is offered above the last.
var (
	ceilings = []int{80, 90, 95}
	shares   = []int{25, 50, 75, 100}
)

// Wider is the smallest change of the policy of a budget that ends the wait now: zero for what stays as it is, and in both where no change
// helps.
func (w Wait) Wider(b *Budget, now time.Time) (change Policy) {
	if b.Max <= 0 || b.Policy == (Policy{}) {
		return Policy{}
	}
	tried := *b
	for {
		if tried.Room(now) > 0 {
			return change
		}
		more := 0
		switch w.Reason {
		case ByShare:
			more = above(tried.Policy.Share, shares)
			change.Share = more
		case ByCeiling:
			more = above(tried.Policy.Ceiling, ceilings)
			change.Ceiling = more
		case ByExhausted: // it is Salesforce that refuses
		}
		if more == 0 {
			return Policy{}
		}
		tried.Policy = change.Over(tried.Policy)
		w = tried.Wait(now)
	}
}

// above is the first of some steps that is more than a number; zero where none is.
func above(n int, steps []int) int {
	for _, step := range steps {
		if step > n {
			return step
		}
	}
	return 0
}
