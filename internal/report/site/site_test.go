package site_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/report"
	"longhaul/internal/report/page"
	"longhaul/internal/report/site"
	"longhaul/internal/staging"
)

const (
	older = "20261122T020000.000Z-ab12cd34"
	newer = "20261123T020000.000Z-ab12cd34"
)

// shown is a site with two pages of acme, and none of beta.
func shown(t *testing.T) (address string, store *staging.Store) {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	for _, id := range []string{older, newer} {
		d := &report.Data{Source: "acme", Sync: id, Version: "v1", Made: time.Now(), End: &history.End{Outcome: "cancelled"}}
		var html bytes.Buffer
		if err := page.Write(&html, d); err != nil {
			t.Fatal(err)
		}
		put(t, store, staging.PageKey("acme", id), html.String())
		put(t, store, staging.GapsKey("acme", id), "folder,name\n"+id+"\n")
	}
	put(t, store, staging.RecordKey("acme", newer), `{"outcome":"gaps"}`)
	put(t, store, "sources/acme/secret.html", "secret")
	s, err := site.Listen(t.Context(), "127.0.0.1:0", site.Options{
		Store: store, Sources: func() []string { return []string{"beta", "acme"} }, Logger: zap.NewNop(),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s.Address, store
}

func put(t *testing.T, store *staging.Store, key, content string) {
	t.Helper()
	w, err := store.CreateFile(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}

// ask sends a request without following where it leads.
func ask(t *testing.T, method, url, host string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func TestSite_showsPagesAndNothingElse(t *testing.T) {
	t.Parallel()
	address, _ := shown(t)
	base := "http://" + address
	for _, row := range []struct {
		method, path string
		status       int
		has          string
	}{
		{"GET", "/", 200, `<a href="/acme/">acme</a></th><td><span class="badge notable">gaps</span></td><td class="when">23 Nov 2026 02:00 UTC`},
		{"GET", "/", 200, "no page yet"},
		{"GET", "/acme/", 200, "Sync of 23 Nov 2026 02:00 UTC"},
		{"GET", "/acme/" + older, 200, "Sync of 22 Nov 2026 02:00 UTC"},
		{"GET", "/acme/" + older + ".html", 200, "Sync of 22 Nov 2026 02:00 UTC"},
		{"GET", "/acme/" + older + ".gaps.csv", 200, older},
		{"HEAD", "/acme/" + older, 200, ""},
		{"HEAD", "/acme/" + older + ".gaps.csv", 200, ""},
		{"GET", "/acme", 302, ""},
		{"GET", "/beta/", 404, "No sync of beta has a page yet"},
		{"GET", "/gamma/", 404, "no such page"},
		{"GET", "/acme/20261121T020000.000Z-ab12cd34", 404, "it was terminated, or its page is kept no longer"},
		{"GET", "/acme/20261121T020000.000Z-ab12cd34.gaps.csv", 404, "has no list of gaps"},
		{"GET", "/acme/../secret.html", 404, "no such page"},
		{"GET", "/acme/..%2fsecret", 404, "no such page"},
		{"GET", "/acme/20261121T020000.000Z-..%2f..%2fsecret", 404, "no such page"},
		{"GET", "/acme/20261121T020000.000Z-x/y", 404, "no such page"},
		{"GET", "/favicon.ico", 404, "no such page"},
		{"POST", "/acme/", 405, "can be read"},
		{"DELETE", "/acme/" + newer, 405, "can be read"},
	} {
		answer, body := ask(t, row.method, base+row.path, "")
		if answer.StatusCode != row.status || !strings.Contains(body, row.has) || row.method == "HEAD" && (body != "" || answer.ContentLength <= 0) {
			t.Errorf("%s %s: %s, %d bytes, without %q", row.method, row.path, answer.Status, answer.ContentLength, row.has)
		}
		if answer.Header.Get("X-Content-Type-Options") != "nosniff" || strings.Contains(body, "secret") && row.status == 200 {
			t.Errorf("%s: %v", row.path, answer.Header)
		}
		policy := answer.Header.Get("Content-Security-Policy")
		if row.status != 302 && (!strings.HasPrefix(policy, "default-src 'none'") || !strings.HasSuffix(policy, "frame-ancestors 'none'")) {
			t.Errorf("%s: the policy is %q", row.path, policy)
		}
	}
}

// TestSite_letsAPageOfAnotherVersionHaveItsOwnStyle and no more than that.
func TestSite_letsAPageOfAnotherVersionHaveItsOwnStyle(t *testing.T) {
	t.Parallel()
	address, store := shown(t)
	hash := strings.Repeat("a", 43) + "="
	own := "default-src 'none'; style-src 'sha256-" + hash + "'; script-src 'sha256-" + hash + "'; base-uri 'none'; form-action 'none'"
	strict := "default-src 'none'; base-uri 'none'; form-action 'none'"
	for policy, want := range map[string]string{
		own: own, strings.ReplaceAll(own, "'", "&#39;"): own, page.Policy(): page.Policy(),
		"": strict, "default-src *": strict, own + "; img-src *": strict,
	} {
		put(t, store, staging.PageKey("acme", newer), fmt.Sprintf(`<!DOCTYPE html><meta http-equiv="Content-Security-Policy" content="%s">`, policy))
		answer, _ := ask(t, "GET", "http://"+address+"/acme/", "")
		if got := answer.Header.Get("Content-Security-Policy"); got != want+"; frame-ancestors 'none'" {
			t.Errorf("a page with %q is shown under %q", policy, got)
		}
	}
}

// TestSite_answersThisMachineAlone where it listens on loopback: another name that leads here may be that of a page on the internet.
func TestSite_answersThisMachineAlone(t *testing.T) {
	t.Parallel()
	address, _ := shown(t)
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		t.Fatal(err)
	}
	for host, want := range map[string]int{
		address: 200, "localhost:" + port: 200, "localhost": 200, "[::1]:" + port: 200, "longhaul.localhost": 200,
		"evil.example": 421, "evil.example:" + port: 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421,
	} {
		if answer, _ := ask(t, "GET", "http://"+address+"/acme/", host); answer.StatusCode != want {
			t.Errorf("asked as %s: %s, want %d", host, answer.Status, want)
		}
	}
}

// TestListen_saysWhatToSet where the address is taken.
func TestListen_saysWhatToSet(t *testing.T) {
	t.Parallel()
	address, _ := shown(t)
	_, err := site.Listen(t.Context(), address, site.Options{Logger: zap.NewNop()})
	f := fault.From(err)
	if f == nil || f.Class != fault.Invalid || !strings.Contains(f.Message, address) || !strings.Contains(f.Message, "address already in use") ||
		!strings.Contains(f.Message, "set report.listen") {
		t.Errorf("got %v", err)
	}
}

// TestSite_saysWhereTheBucketIsAway without naming it.
func TestSite_saysWhereTheBucketIsAway(t *testing.T) {
	t.Parallel()
	address, store := shown(t)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	if answer, body := ask(t, "GET", "http://"+address+"/", ""); answer.StatusCode != 503 || !strings.Contains(body, "bucket cannot be read") {
		t.Errorf("%s: %s", answer.Status, body)
	}
}
