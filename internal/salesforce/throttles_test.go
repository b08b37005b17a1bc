package salesforce

import (
	"net/http"
	"testing"
	"testing/synctest"

	"longhaul/internal/answertest"
	"longhaul/internal/salesforce/origin"
)

// said is a refusal in Salesforce's words.
func said(status int, code, message string, header ...string) *http.Response {
	body := `[{"errorCode":"` + code + `","message":"` + message + `"}]`
	return answertest.Reply(status, body, append(header, "Content-Type: application/json")...)
}

const found = `{"reportMetadata":{},"reportExtendedMetadata":{}}`

// throttlingAnswers are answers to a first try, and how often each asks for fewer requests.
var throttlingAnswers = []struct {
	name   string
	answer func() *http.Response // the first one; then a description
	want   int
	ok     bool // the client's own tries overcome it
}{
	{"a description", func() *http.Response { return answertest.Reply(200, found, "Content-Type: application/json") }, 0, true},
	{
		"a description with a wait",
		func() *http.Response {
			return answertest.Reply(200, found, "Content-Type: application/json", "Retry-After: 3")
		},
		1, true,
	},
	{"too many requests", func() *http.Response { return answertest.Reply(429, "") }, 1, true},
	{"an overload as a page", func() *http.Response { return answertest.Reply(503, webPage, "Content-Type: text/html") }, 1, true},
	{"an overload in words", func() *http.Response { return said(503, "SERVER_UNAVAILABLE", "maintenance") }, 1, true},
	{"trouble with a wait", func() *http.Response { return answertest.Reply(500, webPage, "Retry-After: 2") }, 1, true},
	{"trouble", func() *http.Response { return answertest.Reply(502, webPage) }, 0, true},
	{
		"too many long requests", func() *http.Response {
			return said(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
		}, 1, false,
	},
	{
		"too many long transactions",
		func() *http.Response {
			return said(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentPerOrgLongTxn Limit exceeded")
		},
		1, false,
	},
	{
		"too many reports at a time",
		func() *http.Response {
			return said(403, "FORBIDDEN", "The org can accept only as many as 20 requests at a time to run reports synchronously.")
		},
		1, false,
	},
	{"the daily quota", func() *http.Response { return said(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.") }, 0, false},
	{"a report without access", func() *http.Response { return said(403, "FORBIDDEN", "sufficient privileges") }, 0, false},
}

func TestThrottles_countsWhatAsksForFewerRequests(t *testing.T) {
	t.Parallel()
	for _, row := range throttlingAnswers {
		synctest.Test(t, func(t *testing.T) {
			org, asked := &fakeOrg{}, 0
			client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == origin.TokenPath {
					return inProcess(org).RoundTrip(r)
				}
				if asked++; asked == 1 {
					return row.answer(), nil
				}
				return answertest.Reply(200, found, "Content-Type: application/json"), nil
			}))
			p := new(Throttles)
			_, err := client.DescribeReport(WithThrottles(t.Context(), p), "00Oxx0000004abcEAA")
			if p.Count() != row.want || (err == nil) != row.ok {
				t.Errorf("%s: counted %d, %v; want %d", row.name, p.Count(), err, row.want)
			}
			if err != nil && mustError(t, err).Busy() != (row.want == 1) {
				t.Errorf("%s: the error is busy: %t", row.name, mustError(t, err).Busy())
			}
		})
	}
}

func TestThrottles_countsEachTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := &fakeOrg{}
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == origin.TokenPath {
				return inProcess(org).RoundTrip(r)
			}
			return answertest.Reply(503, webPage), nil
		}))
		p := new(Throttles)
		_, err := client.DescribeReport(WithThrottles(t.Context(), p), "00Oxx0000004abcEAA")
		if e := mustError(t, err); p.Count() != DefaultAttempts || e.Status != 503 {
			t.Errorf("counted %d, %v", p.Count(), err)
		}
	})
}
