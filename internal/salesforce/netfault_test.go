package salesforce

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/fault"
)

func dialError() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	transient := func(again bool, says string) classed { return classed{fault.Transient, false, again, says} }
	for _, row := range []struct {
		name string
		err  error
		want classed
	}{
		{
			"an unknown host", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "acme", IsNotFound: true}},
			transient(true, "acme.example cannot be found"),
		},
		{"a refused connection", dialError(), transient(true, "acme.example refuses")},
		{"a reset", &net.OpError{Op: "read", Err: os.NewSyscallError("read", syscall.ECONNRESET)}, transient(true, "acme.example broke")},
		{"an end without an answer", io.EOF, transient(true, "acme.example broke")},
		{"a slow answer", fmt.Errorf("reading: %w", context.DeadlineExceeded), transient(true, "acme.example did not answer in time")},
		{"a slow connection", &net.OpError{Op: "dial", Err: os.ErrDeadlineExceeded}, transient(true, "in time")},
		{"an unknown certificate authority", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}, transient(false, "ca_file")},
		{
			"a certificate for another host",
			x509.HostnameError{Host: "acme.example", Certificate: &x509.Certificate{}},
			transient(false, "acme.example is not trusted"),
		},
		{"a server without TLS, as a login meets it", http.ErrSchemeMismatch, transient(false, "does not speak TLS")},
		{"a server without TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, transient(false, "does not speak TLS")},
		{"a proxy that does not answer", &net.OpError{Op: "proxyconnect", Err: dialError()}, transient(true, "HTTPS_PROXY")},
		{"a proxy whose address is damaged", errProxy, classed{fault.Invalid, true, false, "HTTPS_PROXY"}},
		{"a proxy that asks for a login", fmt.Errorf("dialing: %w", errProxyLogin), classed{fault.Invalid, true, false, "HTTPS_PROXY"}},
		{"a redirect to elsewhere", &redirectError{status: 302, to: "evil.example"}, transient(true, "evil.example")},
	} {
		row.want.check(t, row.name, unreachable(opQuery, "acme.example", row.err))
	}
	for to, want := range map[string]classed{
		"www.acme.example":             transient(false, "base_url"),
		"acme.my.salesforce.com":       transient(false, "base_url"), // a page of its own
		"renamed.my.salesforce.com":    {fault.Invalid, true, false, "base_url"},
		"renamed.my.salesforce.com:80": {fault.Invalid, true, false, "base_url"},
	} {
		login := unreachable(opLogin, "acme.my.salesforce.com", &redirectError{status: 302, to: to})
		want.check(t, "a login that is redirected to "+to, login)
		if login.Astray() == login.Whole {
			t.Errorf("a login that is redirected to %s is astray: %t", to, login.Astray())
		}
	}
}

func TestUnreachable_isNoEndOfTheCallersContext(t *testing.T) {
	t.Parallel()
	e := unreachable(opQuery, "acme.example", context.DeadlineExceeded)
	if errors.Is(e, context.DeadlineExceeded) {
		t.Error("the timeout of one try looks like the caller's own deadline")
	}
	if e := unreachable(opQuery, "acme.example", dialError()); !errors.Is(e, syscall.ECONNREFUSED) {
		t.Error("the cause is lost")
	}
}

func TestClient_tellsWhenNothingListens(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	url := server.URL
	server.Close()
	client, err := New(Config{BaseURL: url, Credentials: giveCredentials, Attempts: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = client.Login(t.Context())
	e := mustError(t, err)
	if e.Class != fault.Transient || !strings.Contains(e.Fault().Message, "refuses the connection") || e.Op != opLogin {
		t.Errorf("got %v", err)
	}
}

func TestClient_trustsTheCAFile(t *testing.T) {
	t.Parallel()
	org := &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) { writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`) }}
	server := httptest.NewUnstartedServer(org)
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // the refused handshake is expected
	server.StartTLS()
	defer server.Close()
	cfg := Config{BaseURL: server.URL, Credentials: giveCredentials}
	stranger, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	_, err = stranger.Login(t.Context())
	if e := mustError(t, err); e.Class != fault.Transient || !strings.Contains(e.Fault().Message, "ca_file") {
		t.Errorf("without the CA: %v", err)
	}
	if org.logins.Load() != 0 {
		t.Error("a login went to a host that is not trusted")
	}
	cfg.CAFile = filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(cfg.CAFile, block, 0o600); err != nil {
		t.Fatal(err)
	}
	friend, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer friend.Close()
	if n, err := friend.Count(t.Context(), "Report", "", ""); err != nil || n != 7 {
		t.Errorf("with the CA: %d, %v", n, err)
	}
	if err := os.WriteFile(cfg.CAFile, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(cfg); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("with a file of another kind: %v", err)
	}
}

func TestClient_reusesConnections(t *testing.T) {
	t.Parallel()
	org := &fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, "describe") {
			writeError(w, 404, "NOT_FOUND", "The data you’re trying to access is unavailable.")
			return
		}
		writeJSON(w, `{"totalSize":7,"done":true,"records":[]}`)
	}}
	connections := make(chan struct{}, 100)
	server := httptest.NewUnstartedServer(org)
	server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
		if state == http.StateNew {
			connections <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	client, err := New(Config{BaseURL: server.URL, Credentials: giveCredentials})
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for range 5 {
		if _, err := client.Count(t.Context(), "Report", "", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := client.DescribeReport(t.Context(), "00Oxx0000004abcEAA"); !fault.Is(err, fault.Gone) {
			t.Fatal(err)
		}
	}
	if len(connections) != 1 {
		t.Errorf("11 requests one after the other took %d connections, want 1", len(connections))
	}
}
