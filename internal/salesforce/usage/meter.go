package usage

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"longhaul/internal/salesforce/origin"
)

// Meter counts the calls made under one context. Its zero value is ready; it is safe for concurrent use.
type Meter struct {
	calls, unsure, logins atomic.Int64

	mu    sync.Mutex
	date  time.Time
	limit reading
}

// Calls is the most requests that can count against the org's daily API requests.
func (m *Meter) Calls() int64 { return m.calls.Load() }

// Certain is how many of Calls Salesforce has counted as far as anybody can tell. Screens show these.
func (m *Meter) Certain() int64 { return max(m.calls.Load()-m.unsure.Load(), 0) }

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

// count counts a request that was sent, and its answer, nil where none came.
func (m *Meter) count(path string, isCall bool, answer *http.Response) {
	switch {
	case isCall:
		m.calls.Add(1)
		if !counted(answer) {
			m.unsure.Add(1)
		}
	case path == origin.TokenPath:
		m.logins.Add(1)
	}
}

// counted reports whether an answer shows that the request has reached the org, which counts it. Each answer of the REST API has the
// usage in its header, that of an analytics resource perhaps not. What stands before the org, as in an outage, answers without it and
// seldom in JSON. Whether the org counts a session that it refuses is not known; it is shown, as the org got it.
func counted(answer *http.Response) bool {
	if answer == nil {
		return false
	}
	if _, told := parseLimitInfo(answer.Header.Get(Header)); told {
		return true
	}
	// A report that cannot be described is 500 or 501.
	return answer.StatusCode <= http.StatusNotImplemented && strings.Contains(answer.Header.Get("Content-Type"), "json")
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
