package salesforce

import (
	"context"
	"net/http"
	"sync/atomic"

	"longhaul/internal/fault"
)

// Pressure counts how often, under one context, Salesforce asked for fewer requests: by a refusal of too many at once (429,
// or 403 for concurrent requests or reports), by 503, or by any answer with Retry-After. Refusals that the client's own
// tries overcame count too. Its zero value is ready; it is safe for concurrent use.
type Pressure struct{ asked atomic.Int64 }

// Count is how often it asked so far.
func (p *Pressure) Count() int { return int(p.asked.Load()) }

type pressureKey struct{}

// WithPressure makes p count under the context it returns, in the place of any other further up.
func WithPressure(ctx context.Context, p *Pressure) context.Context {
	return context.WithValue(ctx, pressureKey{}, p)
}

// press notes that an answer asked for fewer requests.
func press(ctx context.Context) {
	if p, _ := ctx.Value(pressureKey{}).(*Pressure); p != nil {
		p.asked.Add(1)
	}
}

// Busy says whether Salesforce asks for fewer requests by this error, whatever else it says.
func (e *Error) Busy() bool {
	return e.Class == fault.Throttled || e.RetryAfter > 0 ||
		e.Status == http.StatusTooManyRequests || e.Status == http.StatusServiceUnavailable
}
