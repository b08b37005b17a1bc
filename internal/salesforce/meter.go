package salesforce

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Meter keeps the account of all calls made under one context. Its zero value is ready; it is safe for concurrent use.
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

// Limit is the org's use of its daily API requests as the newest answer told it; false when none has.
func (m *Meter) Limit() (LimitInfo, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.limit.LimitInfo, m.limit.known
}

// LimitAt is the time, on Salesforce's own clock, of the answer that told Limit; zero when none has.
func (m *Meter) LimitAt() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.limit.at
}

// Date is the newest time on Salesforce's own clock; zero when no answer has come.
func (m *Meter) Date() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.date
}

// count notes a request that went out.
func (m *Meter) count(path string, isCall bool) {
	switch {
	case isCall:
		m.calls.Add(1)
	case path == tokenPath:
		m.logins.Add(1)
	}
}

// observe notes Salesforce's time. Answers overtake each other: an older one changes nothing, unless it is so much older that
// the newer one must have been wrong.
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
	m.limit.take(usage, at)
}

type meterKey struct{}

// WithMeter makes m count the calls made under the context it returns, in the place of any meter further up.
func WithMeter(ctx context.Context, m *Meter) context.Context {
	return context.WithValue(ctx, meterKey{}, m)
}

func meterOf(ctx context.Context) *Meter {
	m, _ := ctx.Value(meterKey{}).(*Meter)
	return m
}

// metering counts every request that goes out, each try by itself, keeps the header of every answer until its body is read,
// and holds back what an allowance does not cover.
type metering struct{ next http.RoundTripper }

func (t metering) RoundTrip(req *http.Request) (*http.Response, error) {
	m, a := meterOf(req.Context()), allowanceOf(req.Context())
	isCall := countsAsCall(req.URL.Path)
	if a != nil && isCall {
		if err := a.take(); err != nil {
			return nil, err
		}
	}
	resp, err := t.next.RoundTrip(req)
	if err != nil && neverSent(err) {
		if a != nil && isCall {
			a.giveBack()
		}
		return nil, err
	}
	if m != nil {
		m.count(req.URL.Path, isCall)
	}
	var mark int64
	if a != nil && isCall {
		mark = a.answered()
	}
	if resp != nil {
		note(req.Context(), resp.Header, mark)
	}
	return resp, err
}

const dataPath = "/services/data/"

// countsAsCall says whether Salesforce counts a request: all below a version do, the list of versions does not.
func countsAsCall(path string) bool {
	rest, ok := strings.CutPrefix(path, dataPath)
	return ok && len(rest) > 1 && rest[0] == 'v' && isDigit(rest[1])
}

// dateOf reads the Date header; zero when there is none to read.
func dateOf(header http.Header) time.Time {
	date, err := http.ParseTime(header.Get("Date"))
	if err != nil {
		return time.Time{}
	}
	return date.UTC()
}
