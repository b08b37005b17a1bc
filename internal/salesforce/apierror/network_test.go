package apierror

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"syscall"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
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
			transient(false, "certificate of acme.example is for no host"),
		},
		{"a server without TLS, as a login meets it", http.ErrSchemeMismatch, transient(false, "does not speak TLS")},
		{"a server without TLS", tls.RecordHeaderError{Msg: "first record does not look like a TLS handshake"}, transient(false, "does not speak TLS")},
		{"a proxy that does not answer", &net.OpError{Op: "proxyconnect", Err: dialError()}, transient(true, "HTTPS_PROXY")},
		{"a proxy whose address is damaged", httpkit.ErrProxyAddress, classed{fault.Invalid, true, false, "HTTPS_PROXY"}},
		{
			"a proxy that requires a login", fmt.Errorf("dialing: %w", &httpkit.ProxyError{Proxy: "p:1", Status: 407}),
			classed{fault.Invalid, true, false, "p:1 requires a login (407): put user and password into HTTPS_PROXY"},
		},
		{
			"a proxy that refuses the host", &httpkit.ProxyError{Proxy: "p:1", Status: 403, Words: "URLBlocked"},
			classed{fault.Invalid, true, false, "the proxy p:1 refuses acme.example (403 URLBlocked)"},
		},
		{
			"a proxy that cannot reach the host", &httpkit.ProxyError{Proxy: "p:1", Status: 502},
			transient(false, "the proxy p:1 cannot connect to acme.example (502)"),
		},
		{"a process without files", &net.OpError{Op: "dial", Err: os.NewSyscallError("socket", syscall.EMFILE)}, transient(true, "ulimit -n")},
		{"a redirect to elsewhere", &httpkit.RedirectError{Status: 302, To: "evil.example"}, transient(true, "evil.example")},
	} {
		row.want.check(t, row.name, Unreachable(OpQuery, "acme.example", row.err))
	}
	for to, want := range map[string]classed{
		"www.acme.example":             transient(false, "base_url"),
		"acme.my.salesforce.com":       transient(false, "base_url"), // a page of its own
		"renamed.my.salesforce.com":    {fault.Invalid, true, false, "base_url"},
		"renamed.my.salesforce.com:80": {fault.Invalid, true, false, "base_url"},
	} {
		login := Unreachable(OpLogin, "acme.my.salesforce.com", &httpkit.RedirectError{Status: 302, To: to})
		want.check(t, "a login that is redirected to "+to, login)
		if login.Astray() == login.Whole {
			t.Errorf("a login that is redirected to %s is astray: %t", to, login.Astray())
		}
	}
}

func TestUnreachable_isNoEndOfTheCallersContext(t *testing.T) {
	t.Parallel()
	e := Unreachable(OpQuery, "acme.example", context.DeadlineExceeded)
	if errors.Is(e, context.DeadlineExceeded) {
		t.Error("the timeout of one try looks like the caller's own deadline")
	}
	if e := Unreachable(OpQuery, "acme.example", dialError()); !errors.Is(e, syscall.ECONNREFUSED) {
		t.Error("the cause is lost")
	}
}
