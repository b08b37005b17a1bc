package usage

import (
	"context"
	"sync/atomic"
)

// Throttles counts how often, under one context, Salesforce asked for fewer requests: by a refusal of too many at once (429, or 403 for
// concurrent requests or reports), by 503, or by any answer with Retry-After. Refusals that the client's own tries overcome count too.
// Its zero value is ready; it is safe for concurrent use.
type Throttles struct{ count atomic.Int64 }

// Count is how often it asked so far.
func (t *Throttles) Count() int { return int(t.count.Load()) }

type throttlesKey struct{}

// WithThrottles makes t count under the context it returns, in place of any other further up.
func WithThrottles(ctx context.Context, t *Throttles) context.Context {
	return context.WithValue(ctx, throttlesKey{}, t)
}

// Throttled notes that an answer asked for fewer requests.
func Throttled(ctx context.Context) {
	if t, _ := ctx.Value(throttlesKey{}).(*Throttles); t != nil {
		t.count.Add(1)
	}
}
