package catalog

import (
	"context"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/warning"
)

// publicAPI is a public API that answers every request with the same, and counts them.
type publicServer struct {
	url   string
	calls atomic.Int32
}

func servePublic(t *testing.T, status int, body string) *publicServer {
	t.Helper()
	p := new(publicServer)
	p.url = serve(t, func(w http.ResponseWriter, r *http.Request) {
		p.calls.Add(1)
		sent, err := io.ReadAll(r.Body)
		if err != nil || r.Method != http.MethodPost || string(sent) != `{"query":"{__typename}"}` || r.URL.Path != "/public/graphql" ||
			r.Header.Get("Authorization") != "Token "+testToken || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s with %q: %s", r.Method, r.URL, r.Header, sent)
		}
		w.Header().Set("Location", "https://portal.invalid/")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}) + "/public/graphql"
	return p
}

// quiet is a catalog that answers, and notes the requests.
func quiet(t *testing.T, seen *atomic.Int32) string {
	t.Helper()
	return serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen.Add(1)
		if r.Method != http.MethodHead || r.Header.Get("Authorization") != "" {
			t.Errorf("%s %s comes with %q before anything is delivered", r.Method, r.URL, r.Header)
		}
		w.WriteHeader(http.StatusNotFound)
	})
}

// said is the sentence of a doubt; empty where there is none.
func said(doubt warning.Warning) string {
	if doubt.Code == "" {
		return ""
	}
	return doubt.Sentence()
}

func TestCheck_tellsWhatAnAnswerSaysOfTheToken(t *testing.T) {
	t.Parallel()
	const unauthenticated = `{"errors":[{"message":"no","extensions":{"code":"UNAUTHENTICATED"}}],"data":null}`
	for _, row := range []struct {
		name    string
		status  int
		body    string
		refused bool
		warning string // a part; empty with a token that is known
		calls   int32
	}{
		{"a known token", 200, `{"data":{"__typename":"Query"}}`, false, "", 1},
		{"a known token that may not do this", 200, `{"errors":[{"extensions":{"code":"FORBIDDEN"}}]}`, false, "", 1},
		{"an unknown token", 200, unauthenticated, true, "", 1},
		{"an unknown token with half an answer", 200, `{"data":{"__typename":"Query"},"errors":[{"message":"Unauthorized"}]}`, true, "", 1},
		{"an unknown token and another status", 400, unauthenticated, true, "", 1},
		{"an unknown token and a failure", 500, unauthenticated, true, "", 1},
		{"401", 401, `{"message":"Unauthorized"}`, true, "", 1},
		{"403", 403, `{"message":"Forbidden"}`, true, "", 1},
		{"a firewall", 403, "", false, "answers with 403", 1},
		{"a firewall's words", 403, "Access denied", false, "answers with 403", 1},
		{"a firewall's page", 403, "<!-- x --><title>Blocked</title>", false, `answers with a web page called "Blocked"`, 1},
		{"a portal", 200, "\xef\xbb\xbf<script>x</script><title>Sign in</title>", false, `answers with a web page called "Sign in"`, 1},
		{"a redirect", 302, "", false, "answers with 302", 1},
		{"nothing there", 404, "<html>", false, "answers with a web page", 1},
		{"a wrong request", 400, `{"errors":[{"extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}`, false, "answers with 400", 1},
		{"another service", 200, `{"status":"ok"}`, false, "something other than was requested", 1},
		{"another service's data", 200, `{"data":{}}`, false, "something other than was requested", 1},
		{"no JSON", 200, "OK", false, "something other than was requested", 1},
		{"an outage", 503, "", false, "is in trouble (503)", 3},
		{"an outage with a page", 502, "<html>", false, "answers with a web page", 3},
		{"too fast", 429, "", false, "is in trouble (429)", 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			api, seen := servePublic(t, row.status, row.body), new(atomic.Int32)
			b := newBench(t, quiet(t, seen), func(c *Config) { c.PublicAPI = api.url })
			doubt, err := b.Check(t.Context())
			if api.calls.Load() != row.calls || seen.Load() != 1 {
				t.Errorf("%d questions, want %d, and %d looks at the catalog", api.calls.Load(), row.calls, seen.Load())
			}
			if f := fault.From(err); row.refused != (f != nil && f.Class == fault.LoginRefused && f.System == fault.Catalog) || !row.refused && err != nil {
				t.Errorf("got %v", err)
			}
			warning := said(doubt)
			if !strings.Contains(warning, row.warning) || (warning == "") != (row.warning == "") || len(warning) > 300 {
				t.Errorf("warned %q, want %q", warning, row.warning)
			}
			if text := warning + b.log.String(); strings.Contains(text, testToken) || err != nil && strings.Contains(err.Error(), testToken) {
				t.Errorf("the token is shown: %s %v", text, err)
			}
		})
	}
}

func TestCheck_namesWhatIsWrongWithTheToken_beforeAnybodyIsAsked(t *testing.T) {
	t.Parallel()
	for token, says := range map[string]string{
		"":                     "is empty",
		"abc\ndef":             "holds a line break",
		"abcdef\r":             "holds a line break",
		`"abcdef"`:             "begins or ends with a quote",
		"'abcdef'":             "begins or ends with a quote",
		"“abcdef”":             "begins or ends with a quote",
		`abcdef"`:              "begins or ends with a quote",
		"abc def":              "holds a space",
		" abcdef":              "holds a space",
		"Token abcdef":         "leave out Token or Bearer",
		"bearer abcdef":        "leave out Token or Bearer",
		"abc\u200bdef":         "outside ASCII",
		"abc\x00def":           "cannot be seen",
		"\ufeffabcdef":         "outside ASCII",
		strings.Repeat("é", 3): "outside ASCII",
	} {
		b := newBench(t, "http://127.0.0.1:1", func(c *Config) {
			c.PublicAPI = "http://127.0.0.1:1/public/graphql"
			c.Token = func(context.Context) (string, error) { return token, nil }
		})
		_, err := b.Check(t.Context())
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says) || token != "" && strings.Contains(err.Error(), token) {
			t.Errorf("%q: %v, want %q", token, err, says)
		}
	}
}

func TestCheck_goesOnWithoutACatalogThatIsAway(t *testing.T) {
	t.Parallel()
	api := servePublic(t, 200, `{"data":{"__typename":"Query"}}`)
	b := newBench(t, "http://127.0.0.1:1", func(c *Config) { c.PublicAPI = api.url })
	doubt, err := b.Check(t.Context())
	want := "the catalog at 127.0.0.1:1 cannot be reached now (dial tcp 127.0.0.1:1: connect: connection refused): whether"
	if err != nil || !strings.HasPrefix(said(doubt), want) || api.calls.Load() != 1 {
		t.Errorf("got %q, %v", said(doubt), err)
	}
	b = newBench(t, "http://127.0.0.1:1", func(c *Config) { c.PublicAPI = "http://127.0.0.1:1/public/graphql" })
	doubt, err = b.Check(t.Context())
	want = "could not be tried (127.0.0.1:1 cannot be reached: dial tcp 127.0.0.1:1: connect: connection refused)"
	if err != nil || !strings.Contains(said(doubt), want) || len(said(doubt)) > 300 {
		t.Errorf("got %q, %v", said(doubt), err)
	}
	b = newBench(t, quiet(t, new(atomic.Int32)), nil)
	if doubt, err = b.Check(t.Context()); err != nil || !strings.Contains(said(doubt), "with catalog.url there is no public API to ask") {
		t.Errorf("got %q, %v", said(doubt), err)
	}
}

// Hosts that accept a connection and never answer take some seconds, not a minute.
func TestCheck_isBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, "http://127.0.0.1:1", func(c *Config) { c.PublicAPI, c.Timeout = "http://127.0.0.1:1/public/graphql", time.Minute })
		silent := func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		transport, ok := b.http.Transport.(*http.Transport)
		if !ok {
			t.Fatal("the client has another transport")
		}
		transport.DialContext = silent
		begun := time.Now()
		doubt, err := b.Check(t.Context())
		if took := time.Since(begun); err != nil || doubt.Code == "" || took > 11*time.Second {
			t.Errorf("got %q, %v after %s", said(doubt), err, took)
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := b.Check(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a caller who stops gets %v", err)
		}
	})
}

func TestCheck_refusesAHostThatIsNotTheCatalogs(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	for name, row := range map[string]struct{ url, says string }{
		"a certificate of somebody else": {server.URL, "is not trusted"},
		"no TLS":                         {strings.Replace(plain, "http:", "https:", 1), "does not speak TLS"},
	} {
		_, err := newBench(t, row.url, nil).Check(t.Context())
		if f := fault.From(err); f == nil || f.Class != fault.Invalid || f.System != fault.Longhaul || !strings.Contains(f.Message, row.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
	b := newBench(t, "https://ingest.catalog.invalid", nil)
	transport, ok := b.http.Transport.(*http.Transport)
	if !ok {
		t.Fatal("the client has another transport")
	}
	failing := &net.DNSError{Err: "no such host", Name: "ingest.catalog.invalid", IsNotFound: true}
	transport.DialContext = func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: failing}
	}
	if _, err := b.Check(t.Context()); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "there is no host ingest.catalog.invalid") {
		t.Errorf("a host that is not there: %v", err)
	}
	failing.IsNotFound, failing.IsTemporary = false, true
	if doubt, err := b.Check(t.Context()); err != nil || !strings.Contains(said(doubt), "cannot be reached now") {
		t.Errorf("a name server in trouble: %q, %v", said(doubt), err)
	}
}

func TestCheck_namesTheProxyThatStandsInTheWay(t *testing.T) {
	t.Parallel()
	for status, says := range map[int]string{
		403: "refuses the catalog at ingest.catalog.invalid (403 Forbidden)",
		407: "requires a login (407 Proxy Authentication Required)",
		503: "",
	} {
		refusing := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Method != http.MethodConnect {
				t.Errorf("%s %s", r.Method, r.URL)
			}
			w.WriteHeader(status)
		})
		through, err := url.Parse(refusing)
		if err != nil {
			t.Fatal(err)
		}
		b := newBench(t, "https://ingest.catalog.invalid", nil)
		transport, ok := b.http.Transport.(*http.Transport)
		if !ok {
			t.Fatal("the client has another transport")
		}
		transport.Proxy = http.ProxyURL(through)
		doubt, err := b.Check(t.Context())
		switch {
		case says == "" && (err != nil || !strings.Contains(said(doubt), "cannot be reached now")):
			t.Errorf("%d: %q, %v", status, said(doubt), err)
		case says != "" && (!fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), says)):
			t.Errorf("%d: %v, want %q", status, err, says)
		}
	}
}

// The zones' own hosts are asked, by the roots of ca_file.
func TestCheck_asksTheHostsOfTheZone(t *testing.T) {
	t.Parallel()
	for zone, hosts := range map[string][]string{
		"":   {"HEAD ingest.castordoc.com/", "POST api.castordoc.com/public/graphql"},
		"EU": {"HEAD ingest.castordoc.com/", "POST api.castordoc.com/public/graphql"},
		"US": {"HEAD ingest.us.castordoc.com/", "POST api.us.castordoc.com/public/graphql"},
	} {
		var asked []string
		server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked = append(asked, r.Method+" "+r.Host+r.URL.Path)
			_, _ = io.WriteString(w, `{"data":{"__typename":"Query"}}`)
		}))
		t.Cleanup(server.Close)
		ca := filepath.Join(t.TempDir(), "ca.pem")
		block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
		if err := os.WriteFile(ca, block, 0o600); err != nil {
			t.Fatal(err)
		}
		b := newBench(t, "", func(c *Config) { c.Zone, c.CAFile = zone, ca })
		transport, ok := b.http.Transport.(*http.Transport)
		if !ok {
			t.Fatal("the client has another transport")
		}
		transport.TLSClientConfig.ServerName = "example.com" // whom the test's certificate is for
		transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, server.Listener.Addr().String())
		}
		doubt, err := b.Check(t.Context())
		if err != nil || doubt.Code != "" || strings.Join(asked, ", ") != strings.Join(hosts, ", ") {
			t.Errorf("zone %q: %q, %v after %q", zone, said(doubt), err, asked)
		}
	}
}
