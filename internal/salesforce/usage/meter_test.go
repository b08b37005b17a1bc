package usage

import (
	"errors"
	"io"
	"net/http"
	"testing"
	"time"

	"longhaul/internal/answertest"
)

func TestCounter_countsWhatSalesforceCounts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, path    string
		err           error
		calls, logins int64
	}{
		{"a query", "/services/data/v59.0/query?q=x", nil, 1, 0},
		{"a describe", "/services/data/v59.0/analytics/reports/1/describe", nil, 1, 0},
		{"the resources of a version", "/services/data/v67.0", nil, 1, 0},
		{"the list of versions", "/services/data/", nil, 0, 0},
		{"a login", "/services/oauth2/token", nil, 0, 1},
		{"another path", "/id/00D/005", nil, 0, 0},
		{"a path that only looks like a version", "/services/data/view", nil, 0, 0},
		{"an answer that is lost", "/services/data/v59.0/limits", io.ErrUnexpectedEOF, 1, 0},
		{"a host that cannot be reached", "/services/data/v59.0/limits", dialError(), 0, 0},
	} {
		m := new(Meter)
		bottom := answertest.RoundTrip(func(*http.Request) (*http.Response, error) { return answertest.Reply(403, ""), row.err })
		req := answertest.NewRequest(t, "GET", "https://h"+row.path)
		_, err := Counter{bottom}.RoundTrip(req.WithContext(WithMeter(req.Context(), m)))
		if !errors.Is(err, row.err) || m.Calls() != row.calls || m.Logins() != row.logins {
			t.Errorf("%s: %d calls, %d logins, %v; want %d and %d", row.name, m.Calls(), m.Logins(), err, row.calls, row.logins)
		}
		if _, err := (Counter{bottom}).RoundTrip(req); !errors.Is(err, row.err) {
			t.Errorf("%s: without a meter: %v", row.name, err)
		}
	}
}

// An outage answers before the org does. The quota counts such a request, as it may count; no screen shows it.
func TestMeter_isCertainOfWhatTheOrgAnswered(t *testing.T) {
	t.Parallel()
	const json, usage = "Content-Type: application/json;charset=UTF-8", Header + ": api-usage=9/100"
	for name, row := range map[string]struct {
		answer  *http.Response
		err     error
		certain int64
	}{
		"an answer":                {answertest.Reply(200, "", json, usage), nil, 1},
		"an answer without usage":  {answertest.Reply(200, "", json), nil, 1},
		"a refusal":                {answertest.Reply(403, "", json), nil, 1},
		"trouble, with the usage":  {answertest.Reply(500, "", json, usage), nil, 1},
		"an outage":                {answertest.Reply(503, "", "Content-Type: text/html"), nil, 0},
		"no such description":      {answertest.Reply(501, "", json), nil, 1},
		"an outage, in JSON":       {answertest.Reply(503, "", json), nil, 0},
		"a portal":                 {answertest.Reply(200, "", "Content-Type: text/html"), nil, 0},
		"a session that has ended": {answertest.Reply(401, "", json), nil, 1},
		"an answer that got lost":  {nil, io.ErrUnexpectedEOF, 0},
		"a host that is not there": {nil, dialError(), 0},
	} {
		m := new(Meter)
		bottom := answertest.RoundTrip(func(*http.Request) (*http.Response, error) { return row.answer, row.err })
		req := answertest.NewRequest(t, "GET", "https://h/services/data/v59.0/limits")
		_, _ = Counter{bottom}.RoundTrip(req.WithContext(WithMeter(req.Context(), m)))
		if m.Certain() != row.certain || m.Calls() < m.Certain() || errors.Is(row.err, io.ErrUnexpectedEOF) && m.Calls() != 1 {
			t.Errorf("%s: %d calls for certain, at most %d; want %d", name, m.Certain(), m.Calls(), row.certain)
		}
	}
}

func TestMeter_keepsTheNewest(t *testing.T) {
	t.Parallel()
	m := new(Meter)
	if _, known := m.Limit(); known || !m.Date().IsZero() {
		t.Error("an unused meter knows something")
	}
	at := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	observe := func(offset time.Duration, info string) {
		tell(WithMeter(t.Context(), m), knowing(at), http.Header{"Date": {at.Add(offset).Format(http.TimeFormat)}, "Sforce-Limit-Info": {info}})
	}
	observe(time.Minute, "api-usage=20/100")
	observe(0, "api-usage=19/100") // overtaken
	observe(2*time.Minute, "")     // reports the time alone
	if limit, known := m.Limit(); !known || limit != (LimitInfo{20, 100}) || !m.Date().Equal(at.Add(2*time.Minute)) {
		t.Errorf("got %v, %t, %v", limit, known, m.Date())
	}
}

func TestMeter_takesTheLargerUseOfASecond(t *testing.T) {
	t.Parallel()
	m := new(Meter)
	for _, info := range []string{"api-usage=21/100", "api-usage=20/100"} {
		tell(WithMeter(t.Context(), m), knowing(time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC)), http.Header{"Date": {fakeDate}, Header: {info}})
	}
	if got, _ := m.Limit(); got.Used != 21 {
		t.Errorf("%d are used, want 21", got.Used)
	}
}

func TestMeter_datesWhatItKnowsOfTheLimit(t *testing.T) {
	t.Parallel()
	m := new(Meter)
	at := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	for second, info := range []string{"api-usage=20/100", "", "api-usage=21/100", ""} {
		date := at.Add(time.Duration(second) * time.Second)
		tell(WithMeter(t.Context(), m), knowing(at), http.Header{"Date": {date.Format(http.TimeFormat)}, Header: {info}})
	}
	if got := m.LimitAt(); !got.Equal(at.Add(2 * time.Second)) {
		t.Errorf("the limit is of %v, want %v", got, at.Add(2*time.Second))
	}
}
