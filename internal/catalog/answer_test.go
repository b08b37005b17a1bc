package catalog

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/fault"
)

// answers are answers of the catalog and what they mean.
var answers = []struct {
	name     string
	status   int
	header   string // of Retry-After
	body     string
	class    fault.Class // empty: delivered
	astray   bool        // the settings are wrong, and the catalog has refused nothing
	calls    int32
	wait     time.Duration
	sentence string
}{
	{name: "any success delivers", status: 204, calls: 1},
	{name: "a success that calls itself HTML delivers", status: 200, body: "OK", calls: 1},
	{name: "a web page is no success", status: 200, body: " <!DOCTYPE HTML><html>", class: fault.Transient, calls: 3, sentence: "login portal"},
	{name: "a redirect is refused", status: 302, class: fault.Invalid, astray: true, calls: 1, sentence: "set the zone or the url"},
	{name: "bad request", status: 400, class: fault.Invalid, calls: 1, sentence: "check that the file is of the type"},
	{name: "wrong token", status: 401, class: fault.LoginRefused, calls: 1, sentence: "check the token, and the zone"},
	{name: "token of another source", status: 403, class: fault.LoginRefused, calls: 1, sentence: "source id " + testID},
	{name: "wrong address", status: 404, class: fault.Invalid, astray: true, calls: 1, sentence: "check the zone or the url"},
	{name: "proxy login", status: 407, class: fault.Invalid, astray: true, calls: 1, sentence: "HTTPS_PROXY"},
	{name: "conflict", status: 409, class: fault.Invalid, calls: 1, sentence: "under a newer timestamp"},
	{name: "too large", status: 413, class: fault.Invalid, calls: 1, sentence: "larger than the catalog"},
	{name: "other refusals", status: 418, class: fault.Invalid, calls: 1, sentence: "(418)"},
	{name: "too fast", status: 429, class: fault.Throttled, calls: 3, sentence: "more slowly"},
	{name: "a short Retry-After is waited for", status: 429, header: "1", class: fault.Throttled, calls: 2, wait: time.Second},
	{name: "a long Retry-After is returned", status: 429, header: "3600", class: fault.Throttled, calls: 1, wait: time.Hour},
	{name: "a long Retry-After of an outage is returned", status: 503, header: "120", class: fault.Transient, calls: 1, wait: 2 * time.Minute},
	{name: "an outage", status: 500, body: "<html>", class: fault.Transient, calls: 3, sentence: "try again later"},
	{name: "a gateway in trouble", status: 502, class: fault.Transient, calls: 3, sentence: "(502)"},
}

func TestSend_classesEveryAnswer(t *testing.T) {
	t.Parallel()
	for _, tt := range answers {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			address := serve(t, func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				_, _ = io.Copy(io.Discard, r.Body)
				if tt.header != "" {
					w.Header().Set("Retry-After", tt.header)
				}
				w.Header().Set("Content-Type", "text/html")
				w.Header().Set("Location", "https://elsewhere.invalid/")
				w.WriteHeader(tt.status)
				_, _ = io.WriteString(w, tt.body)
			})
			b := newBench(t, address, func(c *Config) {
				if tt.wait == time.Second {
					c.Attempts = 2
				}
			})
			_, err := b.Send(t.Context(), testPath, fileOf("[]"))
			if got := calls.Load(); got != tt.calls {
				t.Errorf("%d requests, want %d", got, tt.calls)
			}
			if tt.class == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			f := fault.From(err)
			system := fault.Catalog
			if tt.astray {
				system = fault.Longhaul
			}
			if f == nil || f.Class != tt.class || f.System != system || f.RetryAfter != tt.wait || !strings.Contains(f.Message, tt.sentence) {
				t.Errorf("got %+v of %v, want class %s, wait %s, %q", f, err, tt.class, tt.wait, tt.sentence)
			}
			if errors.Is(err, ErrConflict) != (tt.status == 409) {
				t.Errorf("status %d: ErrConflict is %v", tt.status, errors.Is(err, ErrConflict))
			}
			var e *Error
			if !errors.As(err, &e) || e.Status != tt.status {
				t.Errorf("the error %v does not carry the status", err)
			}
			if strings.Contains(err.Error()+b.log.String(), testToken) {
				t.Errorf("the token shows in %v or in the log:\n%s", err, &b.log)
			}
		})
	}
}
