package network_test

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/network"
	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// failing is a way to Salesforce of which one part fails.
type failing struct {
	way    func(t *testing.T) way
	fails  string // empty: all is well
	says   string
	class  fault.Class
	others map[string]doctor.Status // of rows that are neither passed before it nor skipped after it
}

func TestCheck_saysWhichPartOfTheWayFails(t *testing.T) {
	t.Parallel()
	now := time.Now()
	noProxy := map[string]doctor.Status{"network.proxy": doctor.Pass} // and that may be why
	never := func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	page := func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "<html><title>Sign in</title></html>")
	}
	requireFailures(t, map[string]failing{
		"all is well": {way: func(t *testing.T) way { return answering(t, lists, good(t)) }},
		"the name is unknown": {
			way: func(t *testing.T) way {
				return unknown(wayTo(t, closed(t), good(t)), &net.DNSError{IsNotFound: true, Name: "x"})
			},
			fails: "network.dns", says: "knows no host acme.my.salesforce.com", class: fault.Transient, others: noProxy,
		},
		"the name server is silent": {
			way: func(t *testing.T) way {
				return unknown(wayTo(t, closed(t), good(t)), &net.DNSError{IsTimeout: true, Name: "x"})
			},
			fails: "network.dns", says: "did not answer", class: fault.Transient, others: noProxy,
		},
		"nothing listens": {
			way:   func(t *testing.T) way { return wayTo(t, closed(t), good(t)) },
			fails: "network.connect", says: "acme.my.salesforce.com:443 takes no connection", class: fault.Transient,
		},
		"the handshake hangs": {
			way:   silentWay,
			fails: "network.tls", says: "did not finish the handshake", class: fault.Transient,
		},
		"an unknown issuer": {
			way: func(t *testing.T) way {
				w := answering(t, lists, good(t))
				w.params.Transport.TLSClientConfig.RootCAs = x509.NewCertPool()
				return w
			},
			fails: "network.tls", says: `signed by "O=Corp Security CA", which is not trusted here`, class: fault.Invalid,
		},
		"another host's certificate": {
			way: func(t *testing.T) way {
				return answering(t, lists, certificateOf(t, "else.example", now, now.Add(time.Hour)))
			},
			fails: "network.tls", says: `is for "else.example"`, class: fault.Invalid,
		},
		"a certificate that ended": {
			way: func(t *testing.T) way {
				return answering(t, lists, certificateOf(t, "acme.my.salesforce.com", now.Add(-48*time.Hour), now.Add(-24*time.Hour)))
			},
			fails: "network.tls", says: "expired at", class: fault.Invalid,
		},
		"a certificate of tomorrow": {
			way: func(t *testing.T) way {
				return answering(t, lists, certificateOf(t, "acme.my.salesforce.com", now.Add(24*time.Hour), now.Add(48*time.Hour)))
			},
			fails: "network.tls", says: "is not valid before", class: fault.Invalid,
		},
		"an answer that never comes": {
			way:   func(t *testing.T) way { return answering(t, never, good(t)) },
			fails: "network.answer", says: "took the request and did not answer", class: fault.Transient,
		},
		"a portal": {
			way:   func(t *testing.T) way { return answering(t, page, good(t)) },
			fails: "network.answer", says: `a page called "Sign in" answers in place of Salesforce`, class: fault.Invalid,
		},
		"a redirect": {
			way: func(t *testing.T) way {
				return answering(t, func(w http.ResponseWriter, r *http.Request) {
					http.Redirect(w, r, "https://portal.example/?token=s3cretword", http.StatusFound)
				}, good(t))
			},
			fails: "network.answer", says: "redirects (302) to portal.example", class: fault.Invalid,
		},
		"an outage": {
			way: func(t *testing.T) way {
				return answering(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, good(t))
			},
			fails: "network.answer", says: "is in trouble (503)", class: fault.Transient,
		},
		"a version that is not offered": {
			way: func(t *testing.T) way {
				w := answering(t, lists, good(t))
				w.params.Version = "31.0"
				return w
			},
			fails: "network.answer", says: "does not offer version 31.0", class: fault.Invalid,
		},
		"a host without TLS": {
			way: func(t *testing.T) way {
				plain := httptest.NewServer(http.NotFoundHandler())
				t.Cleanup(plain.Close)
				return wayTo(t, plain.Listener.Addr().String(), good(t))
			},
			fails: "network.tls", says: "does not speak TLS", class: fault.Invalid,
		},
	})
}

func TestCheck_saysWhatAProxyDoes(t *testing.T) {
	t.Parallel()
	requireFailures(t, map[string]failing{
		"a proxy that wants a login": {
			way: func(t *testing.T) way {
				return answering(t, lists, good(t)).proxied(t, "HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
			},
			fails: "network.proxy", says: "refuses the login that HTTPS_PROXY has (407", class: fault.Invalid,
		},
		"a proxy that refuses": {
			way: func(t *testing.T) way {
				return answering(t, lists, good(t)).proxied(t, "HTTP/1.1 403 URLBlocked\r\n\r\n")
			},
			fails: "network.proxy", says: "refuses acme.my.salesforce.com (403 URLBlocked)", class: fault.Invalid,
		},
		"a proxy in trouble": {
			way: func(t *testing.T) way {
				return answering(t, lists, good(t)).proxied(t, "HTTP/1.1 502 Bad Gateway\r\n\r\n")
			},
			fails: "network.proxy", says: "cannot connect to acme.my.salesforce.com (502 Bad Gateway)", class: fault.Transient,
		},
		"a proxy that is away": {
			way: func(t *testing.T) way {
				w := answering(t, lists, good(t))
				w.params.Transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: closed(t)})
				return w
			},
			fails: "network.proxy", says: "cannot be reached", class: fault.Transient,
		},
		"a proxy without an address": {
			way: func(t *testing.T) way {
				w := answering(t, lists, good(t))
				w.params.Transport.Proxy = func(*http.Request) (*url.URL, error) { return nil, httpkit.ErrProxyAddress }
				return w
			},
			fails: "network.proxy", says: "is no address", class: fault.Invalid,
			others: map[string]doctor.Status{"network.dns": doctor.Skipped},
		},
	})
}

// requireFailures tries each way.
func requireFailures(t *testing.T, rows map[string]failing) {
	t.Helper()
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			findings := network.Check(t.Context(), row.way(t).params)
			requireRows(t, findings, row.fails, row.others)
			for _, f := range findings {
				if f.ID == row.fails && (!strings.Contains(f.Found, row.says) || f.Class != row.class || f.Fix == "" || f.Cost == "") {
					t.Errorf("got %+v, want %q of class %s", f, row.says, row.class)
				}
			}
			if text := fmt.Sprintf("%+v", findings); strings.Contains(text, "s3cretword") {
				t.Errorf("a secret is shown: %s", text)
			}
		})
	}
}

// requireRows makes sure that the rows before the one that fails have passed, and that those after it are skipped.
func requireRows(t *testing.T, findings []doctor.Finding, fails string, others map[string]doctor.Status) {
	t.Helper()
	want, got := map[string]doctor.Status{}, map[string]doctor.Status{}
	after := false
	for _, id := range []string{"network.dns", "network.proxy", "network.connect", "network.tls", "network.answer"} {
		switch {
		case id == fails:
			want[id], after = doctor.Fail, true
		case after:
			want[id] = doctor.Skipped
		default:
			want[id] = doctor.Pass
		}
	}
	maps.Copy(want, others)
	for _, f := range findings {
		got[f.ID] = f.Status
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s%+v", diff, findings)
	}
}

func TestCheck_goesThroughAProxyThatConnects(t *testing.T) {
	t.Parallel()
	w := answering(t, lists, good(t))
	behind := w.params.Transport.DialContext
	proxy := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		to, err := behind(r.Context(), "tcp", r.Host)
		if err != nil {
			rw.WriteHeader(http.StatusBadGateway)
			return
		}
		defer func() { _ = to.Close() }()
		conn, _, err := http.NewResponseController(rw).Hijack()
		if err != nil {
			return
		}
		_, _ = io.WriteString(conn, "HTTP/1.1 200 Connection established\r\n\r\n")
		go func() { _, _ = io.Copy(to, conn) }()
		_, _ = io.Copy(conn, to)
		_ = conn.Close()
	}))
	t.Cleanup(proxy.Close)
	address, err := url.Parse(proxy.URL)
	if err != nil {
		t.Fatal(err)
	}
	w.params.Transport.Proxy = http.ProxyURL(address)
	requireThrough(t, w)
}

// TestCheck_goesThroughAProxyOfSOCKS has a proxy that never answers CONNECT, as HTTPS_PROXY=socks5://... names it.
func TestCheck_goesThroughAProxyOfSOCKS(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(lists))
	certificate := good(t)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.StartTLS()
	t.Cleanup(server.Close)
	w := wayTo(t, closed(t), certificate)
	w.params.Transport.Proxy = http.ProxyURL(&url.URL{Scheme: "socks5", Host: socks(t, server.Listener.Addr().String())})
	requireThrough(t, w)
}

// requireThrough makes sure that a proxy connects, and that all else passes.
func requireThrough(t *testing.T, w way) {
	t.Helper()
	for _, f := range network.Check(t.Context(), w.params) {
		want := doctor.Pass
		if f.ID == "network.connect" {
			want = doctor.Skipped
		}
		if f.Status != want {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
}
