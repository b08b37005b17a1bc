package httpkit

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"testing"
)

func TestNeverSent(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		err                                 error
		neverSent, dial, proxy, certificate bool
	}{
		"a dial":                  {&net.OpError{Op: "dial", Err: io.EOF}, true, true, false, false},
		"a dial of the proxy":     {&net.OpError{Op: "proxyconnect", Err: io.EOF}, true, true, true, false},
		"a read":                  {&net.OpError{Op: "read", Err: io.EOF}, false, false, false, false},
		"a certificate":           {fmt.Errorf("get: %w", &tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), true, false, false, true},
		"a host's name":           {x509.HostnameError{Host: "h", Certificate: &x509.Certificate{}}, true, false, false, true},
		"an unreadable proxy":     {fmt.Errorf("get: %w", ErrProxyAddress), true, false, false, false},
		"a proxy that wants more": {&ProxyError{Status: 407}, true, false, false, false},
		"a proxy that refuses":    {fmt.Errorf("get: %w", &ProxyError{Status: 403}), true, false, false, false},
		"an unreadable certificate": {
			errors.New("tls: failed to parse certificate from server: x509: negative serial number"), true, false, false, true,
		},
		"an end": {errors.New("EOF"), false, false, false, false},
	} {
		if NeverSent(row.err) != row.neverSent || IsDial(row.err) != row.dial || IsProxyDial(row.err) != row.proxy ||
			IsCertificate(row.err) != row.certificate {
			t.Errorf("%s: never sent %t, dial %t, proxy %t, certificate %t",
				name, NeverSent(row.err), IsDial(row.err), IsProxyDial(row.err), IsCertificate(row.err))
		}
	}
}

func TestIsLoopback(t *testing.T) {
	t.Parallel()
	for host, want := range map[string]bool{
		"localhost": true, "LocalHost": true, "127.0.0.1": true, "127.9.9.9": true, "::1": true, "::ffff:127.0.0.1": true,
		"": false, "localhost.acme.example": false, "10.0.0.1": false, "acme.example": false, "::2": false,
	} {
		if IsLoopback(host) != want {
			t.Errorf("IsLoopback(%q) is not %t", host, want)
		}
	}
}

func TestOnLoopback(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"9464": "127.0.0.1:9464", ":9464": "127.0.0.1:9464", "0.0.0.0:9464": "0.0.0.0:9464", "[::1]:9464": "[::1]:9464",
	} {
		if got := OnLoopback(address); got != want {
			t.Errorf("%s: got %s, want %s", address, got, want)
		}
	}
}
