package salesforce

import (
	"bytes"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/fault"
)

// The operations that errors name.
const (
	opLogin       = "log in"
	opQuery       = "query"
	opReport      = "describe report"
	opAccess      = "describe permissions"
	opLimits      = "read limits"
	opClock       = "read the clock"
	opProve       = "look for Salesforce"
	opCredentials = "read credentials"
)

const (
	longestErrorBody = 64 << 10         // how much of an error's body is read
	errorText        = 8 << 10          // how much of its message is looked at
	longestRetry     = 24 * time.Hour   // that is believed of a Retry-After: quotas are of a day
	loginPause       = 15 * time.Minute // between tries once a user has logged in too often in an hour
)

// answer is a refusal as it came, with all that its meaning hangs on.
type answer struct {
	op      string
	host    string
	version string
	status  int
	header  http.Header
	body    []byte
	hide    []string // values that must not be repeated
	told    facts    // none when the answer is not Salesforce's own
}

// isSaid says whether the answer is Salesforce's own: an array of errors, or an object of OAuth. What stands between answers in
// other forms, and its headers tell nothing of Salesforce.
func (a answer) isSaid() bool {
	code, _, isJSON := errorBody(a.body)
	first := byte('[')
	if a.op == opLogin {
		first = '{'
	}
	return isJSON && code != "" && bytes.HasPrefix(bytes.TrimLeft(a.body, " \t\r\n"), []byte{first})
}

// classify turns the answer into an error: the first rule of the operation that matches decides.
func (a answer) classify() *Error {
	code, message, isJSON := errorBody(a.body)
	isJSON = isJSON && (a.op == opLogin || code != "" && bytes.Contains(a.body, []byte(`"errorCode"`))) // else it is of a gateway
	message = normalize(message[:min(len(message), errorText)])
	e := &Error{
		Op: a.op, Status: a.status, Code: clean(code, 60, a.hide...), Message: clean(message, longestText, a.hide...),
		Date: a.told.date, RetryAfter: retryAfter(a.header), column: columnIn(message), told: a.told,
	}
	r, page := a.rule(code, strings.ToLower(message), isJSON), pageIn(a.body, a.hide)
	if page != nil && !isJSON && r.class == fault.SessionExpired {
		r = statusRules[len(statusRules)-1] // a proxy wants a login of its own: that says nothing of the session
	}
	e.Class, e.Whole, e.again, e.astray, e.Err = r.class, r.whole, r.again, r.astray, r.below
	e.Unworded, e.unknown = r.unworded && a.op == opReport, r.unworded && a.op == opLogin
	if page != nil && !isJSON && e.Err == nil {
		e.Err = page
	}
	switch r.pause {
	case untilNextHour:
		e.RetryAfter = max(e.RetryAfter, toNextHour(e.Date))
	default:
		e.RetryAfter = max(e.RetryAfter, r.pause)
	}
	e.sentence = a.fill(r.sentence, e, isJSON)
	return e
}

// rule finds the row that applies.
func (a answer) rule(code, message string, isJSON bool) rule {
	tables := [][]rule{apiRules, statusRules}
	switch a.op {
	case opLogin:
		tables = [][]rule{loginRules}
	case opReport:
		tables = [][]rule{reportRules, apiRules, reportStatusRules, statusRules}
	}
	for _, table := range tables {
		for _, r := range table {
			if r.matches(a.status, code, message, isJSON) {
				return r
			}
		}
	}
	return rule{class: fault.Transient, sentence: "{host} answered with status {status}, which Longhaul does not know: try again later"}
}

// fill puts what is known into a sentence.
func (a answer) fill(sentence string, e *Error, isJSON bool) string {
	said := e.Message
	if said == "" {
		said = e.Code
	}
	if said == "" {
		said = "status " + strconv.Itoa(a.status)
	}
	page, stranger := "", "a web page or nothing"
	if shown, is := errors.AsType[*pageError](e.Err); is {
		page = shown.called()
		stranger = "a web page" + page
	} else if !isJSON && (e.Message != "" || e.Code != "") {
		stranger = "JSON that is not Salesforce's (" + strconv.Quote(said) + ")"
	}
	return strings.NewReplacer(
		"{page}", page, "{host}", a.host, "{status}", strconv.Itoa(a.status), "{version}", a.version, "{said}", strings.TrimSuffix(said, "."),
		"{column}", e.column.String(), "{stranger}", stranger,
	).Replace(sentence)
}

// errorBody reads code and message of an error, from the array of the REST API or from the object of OAuth. It tells
// whether the body is JSON at all; an empty body and a web page are not.
func errorBody(body []byte) (code, message string, isJSON bool) {
	d := jsontext.NewDecoder(strings.NewReader(string(body)), tolerant)
	switch d.PeekKind() {
	case '[':
		if _, err := d.ReadToken(); err != nil {
			return "", "", false
		}
		if d.PeekKind() != '{' {
			return "", "", d.PeekKind() == ']'
		}
	case '{':
	default:
		return "", "", false
	}
	err := members(d, func(name string) error {
		switch name {
		case "errorCode", "error":
			return readText(d, &code)
		case "message", "error_description":
			return readText(d, &message)
		default:
			return d.SkipValue()
		}
	})
	return code, message, err == nil || code != ""
}

// column is the field that an INVALID_FIELD answer complains of.
type column struct {
	name, object string
	relationship bool // name is the first part of a path
}

func (c column) String() string {
	switch {
	case c.name == "":
		return "a field"
	case c.object == "":
		return c.name
	default:
		return c.object + "." + c.name
	}
}

var (
	noSuchColumn       = regexp.MustCompile(`(?i)No such column '([\w.]{1,255})' on (?:entity|sobject of type) '?(\w{1,255})'?`)
	noSuchRelationship = regexp.MustCompile(`(?i)Didn't understand relationship '(\w{1,255})' in field path`)
)

func columnIn(message string) column {
	if m := noSuchColumn.FindStringSubmatch(message); m != nil {
		return column{name: m[1], object: m[2]}
	}
	if m := noSuchRelationship.FindStringSubmatch(message); m != nil {
		return column{name: m[1], relationship: true}
	}
	return column{}
}

// retryAfter reads Retry-After, in seconds or as a date by the server's own clock; zero when there is none. A wait beyond
// a day is a mistake of somebody's, and would put a sync to sleep for good.
func retryAfter(header http.Header) time.Duration {
	text := header.Get("Retry-After")
	seconds, err := strconv.ParseUint(text, 10, 64)
	if err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, uint64(longestRetry/time.Second))) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	now := dateOf(header)
	if now.IsZero() {
		now = time.Now()
	}
	return min(max(0, at.Sub(now)), longestRetry)
}

// toNextHour is the time left until Salesforce's hourly counters begin anew, and a little more.
func toNextHour(now time.Time) time.Duration {
	if now.IsZero() {
		now = time.Now()
	}
	return now.Truncate(time.Hour).Add(time.Hour + time.Second).Sub(now)
}
