package salesforce

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
)

// seven is the answer to a query that counts seven records.
const seven = `{"totalSize":7,"done":true,"records":[]}`

func page(status int, header ...string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		return answertest.Reply(status, webPage, append(header, "Content-Type: text/html")...), nil
	}
}

func body(text string) func() (*http.Response, error) {
	return func() (*http.Response, error) {
		return answertest.Reply(200, text, "Content-Type: application/json"), nil
	}
}

func TestClient_triesAgain(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		fault func() (*http.Response, error)
		class fault.Class // when the fault lasts
		asked int         // requests when the fault lasts
	}{
		{"a reset", func() (*http.Response, error) { return nil, io.ErrUnexpectedEOF }, fault.Transient, 3},
		{"an empty 406", func() (*http.Response, error) { return answertest.Reply(406, ""), nil }, fault.Transient, 3},
		{"no route", page(420), fault.Transient, 3},
		{"too many requests", page(429, "Retry-After: 1"), fault.Throttled, 3},
		{"too many requests for long", page(429, "Retry-After: 60"), fault.Throttled, 1},
		{"an unknown exception", page(500), fault.Transient, 3},
		{"a bad gateway", page(502), fault.Transient, 3},
		{"an overload", page(503), fault.Transient, 3},
		{"a slow gateway", page(504), fault.Transient, 3},
		{"a page in place of data", page(200), fault.Transient, 3},
		{"a body without a type", func() (*http.Response, error) { return answertest.Reply(200, seven), nil }, fault.Transient, 3},
		{"a cut body", body(seven[:20]), fault.Transient, 3},
		{"an empty body", body(""), fault.Transient, 3},
		{"more than one answer", body(seven + seven), fault.Transient, 3},
		{"a damaged body", body(`{"totalSize":7,"done":tru`), fault.Transient, 3},
		{"an answer to something else", body(`{"hello":"world"}`), fault.Transient, 3},
		{"a list in place of an object", body(`[]`), fault.Transient, 3},
	} {
		for _, lasts := range []bool{false, true} {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				org := &fakeOrg{}
				client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
					if r.URL.Path == origin.TokenPath {
						return inProcess(org).RoundTrip(r)
					}
					asked++
					if asked == 1 || lasts {
						return row.fault()
					}
					return body(seven)()
				}))
				m := new(Meter)
				n, err := Count(WithMeter(t.Context(), m), client)
				switch f := fault.From(err); {
				case lasts && (f == nil || f.Class != row.class || asked != row.asked):
					t.Errorf("%s that lasts: %v after %d requests; want %s after %d", row.name, err, asked, row.class, row.asked)
				case !lasts && row.asked > 1 && (err != nil || n != 7 || asked != 2):
					t.Errorf("%s that passes: %d, %v after %d requests", row.name, n, err, asked)
				}
				if m.Calls() != int64(asked) || m.Logins() != 1 {
					t.Errorf("%s: the meter has %d calls and %d logins, want %d and 1", row.name, m.Calls(), m.Logins(), asked)
				}
			})
		}
	}
}

func TestClient_timesOutOneTry(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org, asked := &fakeOrg{}, 0
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == origin.TokenPath {
				return inProcess(org).RoundTrip(r)
			}
			asked++
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		start := time.Now()
		_, err := Count(t.Context(), client)
		took := time.Since(start)
		if !fault.Is(err, fault.Transient) || errors.Is(err, context.DeadlineExceeded) || asked != 3 {
			t.Errorf("got %v after %d requests", err, asked)
		}
		if took < 3*DefaultTimeout || took > 3*DefaultTimeout+2*time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func TestClient_givesUpWithTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		org := &fakeOrg{}
		client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
			if r.URL.Path == origin.TokenPath {
				return inProcess(org).RoundTrip(r)
			}
			<-r.Context().Done()
			return nil, r.Context().Err()
		}))
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		_, err := client.DescribeReport(ctx, "00Oxx0000004abcEAA")
		if !errors.Is(err, context.Canceled) || fault.From(err) != nil {
			t.Errorf("got %v, want a plain cancellation without a class", err)
		}
	})
}
