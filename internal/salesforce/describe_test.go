package salesforce

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
)

const testReport = "00Oxx0000004abcEAA"

func TestDescribeReport(t *testing.T) {
	t.Parallel()
	body := answertest.Description(testReport, 25, 40<<10)
	org := &fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/services/data/v59.0/analytics/reports/"+testReport+"/describe" || r.Header.Get("Accept-Encoding") != "gzip" {
			t.Errorf("asked for %s with %v", r.URL, r.Header)
		}
		w.Header().Set("Content-Encoding", "gzip")
		writeJSON(w, answertest.Gzip(t, body))
	}}
	client := connect(t, org)
	m := new(Meter)
	got, err := client.DescribeReport(WithMeter(t.Context(), m), testReport)
	if err != nil {
		t.Fatal(err)
	}
	var want struct{ ReportMetadata, ReportExtendedMetadata json.RawMessage }
	if err := json.Unmarshal([]byte(body), &want); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.ReportMetadata, want.ReportMetadata) || !bytes.Equal(got.ReportExtendedMetadata, want.ReportExtendedMetadata) {
		t.Error("the parts that are kept differ from the body's")
	}
	if at := time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC); !got.At.Equal(at) || !m.Date().Equal(at) {
		t.Errorf("described at %v, meter at %v", got.At, m.Date())
	}
	if limit, known := m.Limit(); !known || limit != (LimitInfo{Used: 1, Max: 15000}) || m.Calls() != 1 {
		t.Errorf("the meter has %v, %t and %d calls", limit, known, m.Calls())
	}
}

func TestDescribeReport_faults(t *testing.T) {
	t.Parallel()
	whole := answertest.Gzip(t, answertest.Description(testReport, 3, 10<<10))
	send := func(encoding, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", encoding)
			writeJSON(w, body)
		}
	}
	for _, row := range []struct {
		name   string
		handle http.HandlerFunc
		class  fault.Class
		asked  int64
	}{
		{"a packed body cut in the middle", send("gzip", whole[:len(whole)/2]), fault.Transient, 3},
		{"a packed body without its checksum", send("gzip", whole[:len(whole)-6]), fault.Transient, 3},
		{"a page in place of data", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, webPage) }, fault.Transient, 3},
		{"a description too large", send("", `{"reportMetadata":"`+strings.Repeat("x", 8<<20)+`"}`), fault.Poison, 1},
		{"a report that always fails", func(w http.ResponseWriter, _ *http.Request) {
			writeError(w, 500, "SERVER_ERROR", "We ran into an error when fetching this report’s metadata.")
		}, fault.Poison, 3},
		{"an obsolete report", func(w http.ResponseWriter, _ *http.Request) {
			writeError(w, 403, "FORBIDDEN", "The report definition is obsolete.")
		}, fault.Obsolete, 1},
		{"too many at once", func(w http.ResponseWriter, _ *http.Request) {
			writeError(w, 403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API Requests) Limit exceeded.")
		}, fault.Throttled, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			org := &fakeOrg{handle: row.handle}
			_, err := inside(t, inProcess(org)).DescribeReport(t.Context(), testReport)
			if e := mustError(t, err); e.Class != row.class || org.calls.Load() != row.asked || e.Op != "describe report" {
				t.Errorf("%s: %v after %d calls; want %s after %d", row.name, err, org.calls.Load(), row.class, row.asked)
			}
		})
	}
}

func TestDescribeReport_takesIdsOnly(t *testing.T) {
	t.Parallel()
	org := &fakeOrg{}
	client := connect(t, org)
	for _, id := range []string{"", "../../query?q=x", "00Oxx0000004ab/"} {
		if _, err := client.DescribeReport(t.Context(), id); !fault.Is(err, fault.Invalid) || org.logins.Load() != 0 {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func BenchmarkDescribeReport(b *testing.B) {
	for _, size := range []struct {
		name  string
		bytes int
	}{{"40kB", 40 << 10}, {"1MB", 1 << 20}} {
		body := answertest.Gzip(b, answertest.Description(testReport, 25, size.bytes))
		org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			writeJSON(w, body)
		}}
		b.Run(size.name, func(b *testing.B) {
			client := connect(b, org)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := client.DescribeReport(b.Context(), testReport); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// brokenBody is a body whose connection breaks at its end.
type brokenBody struct{ io.Reader }

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

func (brokenBody) Close() error { return nil }

// A refusal that is truncated after its code looks like one of the report, though its text may say that it is for a moment only.
func TestDescribeReport_aRefusalThatBreaksOffIsNone(t *testing.T) {
	t.Parallel()
	for status, body := range map[int]string{
		http.StatusForbidden:  `[{"errorCode":"FORBIDDEN","message":"You can't run more than 5 repo`,
		http.StatusBadRequest: `[{"errorCode":"BAD_REQUEST","message":"You can't run more than 5 repo`,
	} {
		synctest.Test(t, func(t *testing.T) {
			org := &fakeOrg{}
			client := inside(t, answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
				if r.URL.Path == origin.TokenPath {
					return inProcess(org).RoundTrip(r)
				}
				resp := answertest.Reply(status, "", "Content-Type: application/json")
				resp.Body = brokenBody{strings.NewReader(body)}
				return resp, nil
			}))
			_, err := client.DescribeReport(t.Context(), reportID(1))
			if e := mustError(t, err); e.Class != fault.Transient || !errors.Is(err, apierror.ErrTruncated) {
				t.Errorf("%d: got %s: %v", status, e.Class, err)
			}
		})
	}
}
