package apierror

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// classed is the class that a row of a table expects.
type classed struct {
	class fault.Class
	whole bool
	again bool
	says  string // part of the sentence
}

func (want classed) check(t *testing.T, name string, got *Error) {
	t.Helper()
	f := got.Fault()
	if got.Class != want.class || got.Whole != want.whole || got.Retryable != want.again {
		t.Errorf("%s: class %s, whole %t, again %t; want %s, %t, %t", name, got.Class, got.Whole, got.Retryable, want.class, want.whole, want.again)
	}
	if f.Class != want.class || f.System != fault.Salesforce || !strings.Contains(f.Message, want.says) {
		t.Errorf("%s: fault %s of %s says %q; want %q in it", name, f.Class, f.System, f.Message, want.says)
	}
	if strings.ContainsAny(f.Message, "{}\n") || len(f.Message) < 20 {
		t.Errorf("%s: %q is no plain sentence", name, f.Message)
	}
}

const fakeDate = "Mon, 23 Nov 2026 18:16:10 GMT"

const webPage = `<html><head><title>Error Page</title></head><body>An unexpected connection error occurred</body></html>`

// classifyBoth classes an answer as an array and as an object, which must have one class. A text without a code is the whole body.
func classifyBoth(t *testing.T, name, op string, status int, code, text string) *Error {
	t.Helper()
	object := `{"errorCode":` + quoteJSON(code) + `,"message":` + quoteJSON(text) + `}`
	bodies := []string{"[" + object + "]", object, " [\n" + object + `,{"errorCode":"OTHER","message":"second"}]`}
	if code == "" && (text == "" || text == webPage) {
		bodies = []string{text}
	}
	var first *Error
	for _, body := range bodies {
		header := http.Header{"Date": {fakeDate}}
		e := Answer{
			Op: op, Host: "acme.my.salesforce.com", Version: "59.0", Status: status, Header: header, Body: []byte(body),
			Date: httpkit.Date(header),
		}.Classify()
		if e.Status != status || e.Op != op || e.Code != code || e.Date.IsZero() {
			t.Errorf("%s: got status %d, op %q, code %q, date %v", name, e.Status, e.Op, e.Code, e.Date)
		}
		if first != nil && (first.Class != e.Class || first.Sentence != e.Sentence) {
			t.Errorf("%s: the form of the body changes the class from %s to %s", name, first.Class, e.Class)
		}
		first = e
	}
	return first
}

func quoteJSON(text string) string {
	return `"` + strings.NewReplacer(`"`, `\"`, "\n", `\n`).Replace(text) + `"`
}

func TestClassify_pauses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, op, text string
		header         http.Header
		want           time.Duration
	}{
		{
			"until the next hour on Salesforce's clock", OpReport, "You can't run more than 500 reports synchronously every 60 minutes.",
			http.Header{"Date": {fakeDate}},
			43*time.Minute + 51*time.Second,
		},
		{"the logins of an hour", OpLogin, "login rate exceeded", http.Header{}, loginPause},
		{"seconds", OpQuery, "", http.Header{"Retry-After": {"17"}}, 17 * time.Second},
		{"a date on the server's clock", OpQuery, "", http.Header{"Date": {fakeDate}, "Retry-After": {"Mon, 23 Nov 2026 18:17:10 GMT"}}, time.Minute},
		{"a date that has passed", OpQuery, "", http.Header{"Date": {fakeDate}, "Retry-After": {"Mon, 23 Nov 2026 18:15:10 GMT"}}, 0},
		{"more than a day", OpQuery, "", http.Header{"Retry-After": {"86401"}}, 24 * time.Hour},
		{"more than can be counted", OpQuery, "", http.Header{"Retry-After": {"99999999999999999999"}}, 24 * time.Hour},
		{"a date far away", OpQuery, "", http.Header{"Date": {fakeDate}, "Retry-After": {"Fri, 31 Dec 9999 23:59:59 GMT"}}, 24 * time.Hour},
		{"nonsense", OpQuery, "", http.Header{"Retry-After": {"soon"}}, 0},
		{"a negative number", OpQuery, "", http.Header{"Retry-After": {"-5"}}, 0},
		{"nothing", OpQuery, "", http.Header{}, 0},
	} {
		e := Answer{
			Op: row.op, Status: 403, Header: row.header, Body: []byte(`[{"message":"` + row.text + `"}]`),
			Date: httpkit.Date(row.header),
		}.Classify()
		if e.RetryAfter != row.want || e.Fault().RetryAfter != row.want {
			t.Errorf("%s: got %v, want %v", row.name, e.RetryAfter, row.want)
		}
	}
}

func TestError_showsSentenceThenAnswer(t *testing.T) {
	t.Parallel()
	e := Answer{
		Op: OpReport, Status: 403, Header: http.Header{},
		Body: []byte(`[{"errorCode":"FORBIDDEN","message":"The report definition is obsolete."}]`),
	}.Classify()
	want := "the report is obsolete: its object was disabled for reports, or its relationships have changed " +
		`(describe report: 403 FORBIDDEN "The report definition is obsolete.")`
	if e.Error() != want {
		t.Errorf("got %s", e)
	}
	if got := e.Fault().Error(); strings.Count(got, "is obsolete: its") != 1 || !strings.Contains(got, "403 FORBIDDEN") {
		t.Errorf("the fault says %q", got)
	}
	bare := &Error{Class: fault.Gone, Op: "describe report"}
	if got := bare.Error(); got != "Salesforce refused the request as gone (describe report: gone)" {
		t.Errorf("an error without a text says %q", got)
	}
}

func FuzzErrorBody(f *testing.F) {
	for _, seed := range []string{
		`[{"message":"a","errorCode":"B"}]`, `{"error":"a","error_description":"b"}`, `[]`, `[1]`, `{`, webPage, "", `[{"message":null,"errorCode":7}]`,
		"[{\"errorCode\":\"INVALID_FIELD\",\"message\":\"No such column 'X' on entity 'Y'\"}]", `{"message":"\ud800\u0000 00Dxx0000001gPL!AQcAQ"}`,
	} {
		f.Add([]byte(seed), 403)
	}
	for _, seed := range knownErrors {
		f.Add([]byte(seed.body), seed.status)
	}
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		for _, op := range []string{OpLogin, OpQuery, OpReport} {
			e := Answer{Op: op, Host: "h", Status: status, Header: http.Header{}, Body: body}.Classify()
			text := e.Error()
			if e.Class == "" || e.Sentence == "" {
				t.Fatalf("%q with status %d has no class or no sentence", body, status)
			}
			if len(text) > 4<<10 || strings.ContainsAny(text, "\n\r\x1b\x00") {
				t.Fatalf("%q with status %d makes an error that is not fit to be shown: %q", body, status, text)
			}
		}
	})
}

func TestClassify_tellsARefusalOfAReportInUnknownWords(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, op, code, message string
		want                    bool
	}{
		{"another language", OpReport, "FORBIDDEN", "Sie haben keine Berechtigung, Berichte auszuf\u00fchren.", true},
		{"a text that is known", OpReport, "FORBIDDEN", "You don't have sufficient privileges to perform this operation.", false},
		{"a code that is known", OpReport, "INSUFFICIENT_ACCESS", "Unzureichende Rechte.", false},
		{"something else than a report", OpLimits, "FORBIDDEN", "Nein.", false},
	} {
		e := Answer{Op: row.op, Host: "h", Status: 403, Body: fmt.Appendf(nil, `[{"errorCode":%q,"message":%q}]`, row.code, row.message)}.Classify()
		if e.Unworded != row.want || e.Class != fault.PermissionMissing || e.Whole {
			t.Errorf("%s: %+v", row.name, e)
		}
		if all := e.OfEveryReport(); !all.Whole || !strings.Contains(fault.Sentence(all), "Run Reports") || e.Whole {
			t.Errorf("%s, for every report: %v", row.name, all)
		}
	}
}
