package usage

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"longhaul/internal/salesforce/origin"
)

// Meter counts the calls made under one context. Its zero value is ready; it is safe for concurrent use.
type Meter struct {
	calls, logins atomic.Int64

	mu    sync.Mutex
	date  time.Time
	limit reading
}

// Calls is the number of requests that count against the org's daily API requests.
func (m *Meter) Calls() int64 { return m.calls.Load() }

// Logins is the number of token requests.
func (m *Meter) Logins() int64 { return m.logins.Load() }

// Limit is the org's use of its daily API requests by the newest answer, and false when no answer reported one.
func (m *Meter) Limit() (LimitInfo, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.limit.LimitInfo, m.limit.known
}

// LimitAt is the time of the answer that reported Limit, by Salesforce's clock; zero when none has.
func (m *Meter) LimitAt() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.limit.at
}

// Date is the newest time by Salesforce's clock; zero when no answer has come.
func (m *Meter) Date() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.date
}

// count counts a request that was sent.
func (m *Meter) count(path string, isCall bool) {
	switch {
	case isCall:
		m.calls.Add(1)
	case path == origin.TokenPath:
		m.logins.Add(1)
	}
}

// observe notes Salesforce's time. Answers overtake each other: an older one changes nothing, unless it is so much older that the newer
// one must have been wrong.
func (m *Meter) observe(date time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if date.After(m.date) || !near(date, m.date) {
		m.date = date
	}
}

// learn notes the org's use of its daily API requests at a time.
func (m *Meter) learn(usage LimitInfo, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.limit.update(usage, at)
}

type meterKey struct{}

// WithMeter makes m count the calls made under the context it returns, in place of any meter further up.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

func meterOf(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}
