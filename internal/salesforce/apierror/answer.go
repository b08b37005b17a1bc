package apierror

import (
	"bytes"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/redact"
)

// LongestBody is how many bytes of a refusal's body are read.
const LongestBody = 64 << 10

const (
	longestMessage = 8 << 10          // bytes of its message that the rules look at
	longestCode    = 60               // characters of its code that are repeated
	loginPause     = 15 * time.Minute // between tries once a user has logged in too often in an hour
)

// Answer is a refusal as it came, with everything that its meaning depends on.
type Answer struct {
	Op         string
	Host       string
	Version    string // of the API
	Status     int
	Header     http.Header
	Body       []byte
	Hide       []string  // values that must not be repeated
	Date       time.Time // by Salesforce's clock; zero when the answer is not Salesforce's own
	ByPassword bool      // of a login
}

// FromSalesforce reports whether the answer has Salesforce's own form: an array of errors, or an object of OAuth. A gateway or proxy
// answers in another form, and its headers say nothing of Salesforce.
func (a Answer) FromSalesforce() bool {
	code, _, isJSON := errorBody(a.Body)
	first := byte('[')
	if a.Op == OpLogin {
		first = '{'
	}
	return isJSON && code != "" && bytes.HasPrefix(bytes.TrimLeft(a.Body, " \t\r\n"), []byte{first})
}

// Classify turns the answer into an error: the first rule of the operation that matches decides.
func (a Answer) Classify() *Error {
	code, message, isJSON := errorBody(a.Body)
	isJSON = isJSON && (a.Op == OpLogin || code != "" && bytes.Contains(a.Body, []byte(`"errorCode"`))) // else it is a gateway's
	message = redact.Plain(message[:min(len(message), longestMessage)])
	e := &Error{
		Op: a.Op, Status: a.Status, Code: redact.Clean(code, longestCode, a.Hide...), Message: redact.Clean(message, redact.LongestText, a.Hide...),
		Date: a.Date, RetryAfter: a.retryAfter(), Column: columnIn(message), byPassword: a.ByPassword,
	}
	r, page := a.rule(code, strings.ToLower(message), isJSON), pageIn(a.Body, a.Hide)
	if page != nil && !isJSON && r.class == fault.SessionExpired {
		r = statusRules[len(statusRules)-1] // a proxy asks for a login of its own, which says nothing of the session
	}
	e.Class, e.Whole, e.Retryable, e.astray, e.Err = r.class, r.whole, r.again, r.astray, r.below
	e.Unworded, e.unknown = r.unworded && a.Op == OpReport, r.unworded && a.Op == OpLogin
	if page != nil && !isJSON && e.Err == nil {
		e.Err = page
	}
	switch r.pause {
	case untilNextHour:
		e.RetryAfter = max(e.RetryAfter, toNextHour(e.Date))
	default:
		e.RetryAfter = max(e.RetryAfter, r.pause)
	}
	e.Sentence = a.fill(r.sentence, e, isJSON)
	return e
}

// rule finds the rule that applies.
func (a Answer) rule(code, message string, isJSON bool) rule {
	tables := [][]rule{apiRules, statusRules}
	switch a.Op {
	case OpLogin:
		tables = [][]rule{loginRules}
	case OpReport:
		tables = [][]rule{reportRules, apiRules, reportStatusRules, statusRules}
	}
	for _, table := range tables {
		for _, r := range table {
			if r.matches(a.Status, code, message, isJSON) {
				return r
			}
		}
	}
	return rule{class: fault.Transient, sentence: "{host} answered with status {status}, which Longhaul does not know: try again later"}
}

// fill replaces the placeholders of a sentence.
func (a Answer) fill(sentence string, e *Error, isJSON bool) string {
	said := e.Message
	if said == "" {
		said = e.Code
	}
	if said == "" {
		said = "status " + strconv.Itoa(a.Status)
	}
	page, stranger := "", "a web page or nothing"
	if shown, is := errors.AsType[*pageError](e.Err); is {
		page = shown.called()
		stranger = "a web page" + page
	} else if !isJSON && (e.Message != "" || e.Code != "") {
		stranger = "JSON that is not Salesforce's (" + strconv.Quote(said) + ")"
	}
	return strings.NewReplacer(
		"{page}", page, "{host}", a.Host, "{status}", strconv.Itoa(a.Status), "{version}", a.Version, "{said}", strings.TrimSuffix(said, "."),
		"{column}", e.Column.String(), "{stranger}", stranger,
	).Replace(sentence)
}

// retryAfter reads Retry-After, a date by the server's own clock.
func (a Answer) retryAfter() time.Duration {
	now := httpkit.Date(a.Header)
	if now.IsZero() {
		now = time.Now()
	}
	return httpkit.RetryAfter(a.Header, now)
}

// toNextHour is the time until Salesforce's hourly counters start again, and a second more.
func toNextHour(now time.Time) time.Duration {
	if now.IsZero() {
		now = time.Now()
	}
	return now.Truncate(time.Hour).Add(time.Hour + time.Second).Sub(now)
}
