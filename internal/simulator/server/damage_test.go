package server

import (
	"compress/gzip"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/simulator/org"
)

// raw sends a request whose answer may be broken.
func (c *caller) raw(ctx context.Context, method, address, body string, header ...string) (*http.Response, error) {
	c.t.Helper()
	r, err := http.NewRequestWithContext(ctx, method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+c.token)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return c.http.Do(r)
}

func (c *client) describeAddress() string {
	c.t.Helper()
	return c.s.Ready().Salesforce + "/services/data/v59.0/analytics/reports/" + c.reportThatAnswers(org.Describe{Status: 200}) + "/describe"
}

// short is a small answer, which is compressed only when it is to be cut.
func (c *caller) short() string { return c.s.Ready().Salesforce + "/services/data/v59.0" }

func TestTruncatedGzip_endsBeforeItsEnd(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Columns: 2})
	c.set(Fault{Name: "truncated_gzip"})
	for _, address := range []string{c.describeAddress(), c.short()} {
		response, err := c.raw(t.Context(), "GET", address, "", "Accept-Encoding", "gzip")
		if err != nil {
			t.Fatal(err)
		}
		unpacked, err := gzip.NewReader(response.Body)
		if err == nil {
			_, err = io.Copy(io.Discard, io.LimitReader(unpacked, 1<<20))
		}
		_ = response.Body.Close()
		if response.StatusCode != 200 || response.Header.Get("Content-Encoding") != "gzip" || !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%d, %s, read with %v", response.StatusCode, response.Header.Get("Content-Encoding"), err)
		}
	}
	if a := c.send("describe"); a.status != 200 || !strings.HasSuffix(string(a.body), "}") {
		t.Errorf("a caller without gzip gets %d with %d bytes", a.status, len(a.body))
	}
	if state := c.s.Faults(); state[0].Hits != 2 || state[0].Matched != 2 {
		t.Errorf("the state is %+v, want 2 hits", state)
	}
}

func TestReset_comesInTheMiddleOfTheBody(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]Options{"plain": {}, "TLS": {TLSDir: filepath.Join(t.TempDir(), "ca")}} {
		o.TypeMetadata = 1000
		c := startTrusting(t, o)
		c.set(Fault{Name: "reset", Route: "describe"})
		response, err := c.raw(t.Context(), "GET", c.describeAddress(), "")
		if err == nil {
			var read int64
			read, err = io.Copy(io.Discard, response.Body)
			_ = response.Body.Close()
			if response.StatusCode != 200 || response.ContentLength < 1000 || read > response.ContentLength/2 {
				t.Errorf("%s: %d, %d of %d bytes were read", name, response.StatusCode, read, response.ContentLength)
			}
		}
		if !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("%s: the caller sees %v", name, err)
		}
		c.set()
		if stats := c.s.Stats(); c.send("describe").status != 200 || stats.APICalls != 1 || stats.Routes["describe"]["200"] != 1 {
			t.Errorf("%s: the statistics are %+v, want one call", name, stats)
		}
	}
}

func TestReset_withoutABodyGivesNoAnswer(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "reset", Route: "limits"})
	response, err := c.raw(t.Context(), "GET", c.s.Ready().Salesforce+"/services/data/v59.0/limits", "", "Accept", "text/plain")
	if err == nil {
		_ = response.Body.Close()
		t.Errorf("the caller gets %d", response.StatusCode)
	}
}

func TestStall_outlastsACallerAndCounts(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "stall"})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	seen := make(chan error, 1)
	go func() {
		response, err := c.raw(ctx, "GET", c.short(), "")
		if err == nil {
			_ = response.Body.Close()
		}
		seen <- err
	}()
	within(t, func() bool { return c.s.Faults()[0].Hits == 1 })
	cancel()
	if err := <-seen; !errors.Is(err, context.Canceled) {
		t.Errorf("the caller sees %v", err)
	}
	within(t, func() bool { return c.s.Stats().Routes["resources"]["200"] == 1 }) // long before 25 s
	c.set(Fault{Name: "stall", Delay: time.Millisecond})
	if a := c.send("query"); a.status != 200 {
		t.Errorf("a short stall ends in %d", a.status)
	}
	if calls := c.s.Stats().APICalls; calls != 2 {
		t.Errorf("%d calls count, want 2", calls)
	}
}

func TestStall_endsWithTheServer(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "stall"}, Fault{Name: "upload_stall"})
	done := make(chan struct{})
	go func() {
		defer close(done)
		if response, err := c.raw(t.Context(), "GET", c.short(), ""); err == nil {
			_ = response.Body.Close()
		}
	}()
	within(t, func() bool { return c.s.Faults()[0].Hits == 1 })
	begun := time.Now()
	if err := c.s.Close(); err != nil {
		t.Error(err)
	}
	<-done
	if took := time.Since(begun); took > 20*time.Second { // a stall lasts 25 s
		t.Errorf("closing took %v", took)
	}
}

// within waits for something that happens soon.
func within(t *testing.T, happened func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !happened() {
		tick := time.NewTimer(time.Millisecond)
		select {
		case <-tick.C:
		case <-ctx.Done():
			tick.Stop()
			t.Fatal("it does not happen")
		}
	}
}

func TestEmptyExtended_leavesTheRest(t *testing.T) {
	t.Parallel()
	c := start(t, Options{TypeMetadata: 1000})
	c.set(Fault{Name: "empty_extended", Times: 1})
	var lacking, whole map[string]any
	a := c.send("describe")
	a.decode(t, &lacking)
	c.send("describe").decode(t, &whole)
	_, has := lacking["reportExtendedMetadata"]
	if has || a.status != 200 || len(lacking) != len(whole)-1 || lacking["reportTypeMetadata"] == nil {
		t.Errorf("%d, and the members are %d of %d", a.status, len(lacking), len(whole))
	}
}

func TestUploadFaults_keepWhatTheyShould(t *testing.T) {
	t.Parallel()
	content := strings.Repeat("0123456789", 200_000)
	for name, test := range map[string]struct {
		fault Fault
		again int // what the next try of the same file answers
	}{
		"a reset before the body keeps nothing":       {Fault{Name: "upload_reset", Times: 1}, 200},
		"a reset behind the body keeps the file":      {Fault{Name: "upload_reset_after_body", Times: 1}, 409},
		"a stall past the caller's time keeps it too": {Fault{Name: "upload_stall", Times: 1}, 409},
	} {
		c := start(t, Options{})
		ready := c.s.Ready()
		body, contentType := form(t, "file", "1-a.json", content)
		c.set(test.fault)
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
		response, err := c.raw(ctx, "POST", ready.Catalog+"/visualization-"+ready.SourceID+"/1-a.json", body,
			"Content-Type", contentType, "Authorization", "Token "+ready.CatalogToken)
		cancel()
		if err == nil {
			_ = response.Body.Close()
			t.Errorf("%s: the caller gets %d", name, response.StatusCode)
		}
		if a := c.deliver("1-a.json", content); a.status != test.again {
			t.Errorf("%s: the next try answers %d, want %d", name, a.status, test.again)
		}
		if files := c.s.Files(); len(files) != 1 || files[0].Bytes != int64(len(content)) {
			t.Errorf("%s: the catalog has %v", name, files)
		}
		if kept, err := os.ReadFile(filepath.Join(c.s.uploads, "0")); err != nil || string(kept) != content {
			t.Errorf("%s: what is kept has %d bytes, %v", name, len(kept), err)
		}
	}
}

func TestUploadFaults_aChangedStatusKeepsTheFile(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "upload_203", Times: 2})
	for k, want := range []int{203, 409} {
		if a := c.deliver("1-a.json", "[]"); a.status != want {
			t.Errorf("try %d answers %d, want %d", k+1, a.status, want)
		}
	}
	if files := c.s.Files(); len(files) != 1 {
		t.Errorf("the catalog has %v", files)
	}
}

func TestUploadFaults_refuseWithoutKeeping(t *testing.T) {
	t.Parallel()
	c := start(t, Options{})
	c.set(Fault{Name: "upload_500", Rate: 0.5})
	content := strings.Repeat("x", 3_000_000) // more than a connection holds, so that a refusal before its end may be lost
	for k, want := range []int{500, 200, 500, 409} {
		if a := c.deliver("1-a.json", content); a.status != want {
			t.Errorf("try %d answers %d, want %d", k+1, a.status, want)
		}
	}
}
