package httpkit

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var acme = Host{Name: "acme.example", Address: "base_url"}

// failing sends a request through a transport and describes what went wrong.
func failing(t *testing.T, transport *http.Transport, address string) (Failure, error) {
	t.Helper()
	defer transport.CloseIdleConnections()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := transport.RoundTrip(req)
	if err == nil {
		_ = resp.Body.Close()
		t.Fatal("the request was answered")
	}
	return FailureOf(err, acme), err
}

func TestFailureOf_aProxyThatRefusesToConnect(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		answer, login string
		kind          Kind
		says          string
	}{
		{"403 URLBlocked", "", ProxyRefuses, "the proxy PROXY refuses acme.example (403 URLBlocked): ask whoever runs the proxy"},
		{"403 \x1b[31mBlocked\t by  policy", "", ProxyRefuses, "(403 [31mBlocked by policy)"},
		{"405 " + strings.Repeat("x", 500), "", ProxyRefuses, strings.Repeat("x", 79) + "…)"},
		{"204 No Content", "", ProxyRefuses, "(204 No Content)"},
		{"502 Bad Gateway", "", ProxyFails, "the proxy PROXY cannot connect to acme.example (502 Bad Gateway): nothing to change if it passes"},
		{"503", "", ProxyFails, "(503)"},
		{"407 Who are you", "", ProxyLogin, "the proxy PROXY requires a login (407 Who are you): put user and password into HTTPS_PROXY, as in"},
		{"407 No", "me:a-password@", ProxyLogin, "the proxy PROXY refuses the login that HTTPS_PROXY has (407 No)"},
	} {
		proxy := answering(t, "HTTP/1.1 "+row.answer+"\r\nContent-Length: 0\r\n\r\n")
		transport := NewTransport(nil, time.Minute)
		transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: proxy, User: userOf(row.login)})
		f, err := failing(t, transport, "https://acme.example/services/data/v59.0/limits")
		if f.Kind != row.kind || !strings.Contains(strings.ReplaceAll(f.Message, proxy, "PROXY"), row.says) {
			t.Errorf("%s: kind %d, %s", row.answer, f.Kind, f.Message)
		}
		if !NeverSent(err) {
			t.Errorf("%s: the request counts as sent", row.answer)
		}
		if strings.Contains(f.Message+err.Error(), "a-password") {
			t.Errorf("%s: the password of the proxy is shown", row.answer)
		}
	}
}

func userOf(login string) *url.Userinfo {
	name, password, given := strings.Cut(strings.TrimSuffix(login, "@"), ":")
	if !given {
		return nil
	}
	return url.UserPassword(name, password)
}

// answering listens and gives every connection the same answer.
func answering(t *testing.T, answer string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, answer)
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

func TestFailureOf_aProxyThatIsAwayIsNamed(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	transport := NewTransport(nil, time.Minute)
	unknown := &net.OpError{Op: "proxyconnect", Err: &net.OpError{Op: "dial", Err: &net.DNSError{Name: "proxy.acme.example", IsNotFound: true}}}
	if f := FailureOf(unknown, acme); f.Kind != ProxyAway || !strings.Contains(f.Message, "the proxy proxy.acme.example on the way") {
		t.Errorf("a proxy that cannot be found: kind %d, %s", f.Kind, f.Message)
	}
	transport.Proxy = http.ProxyURL(&url.URL{Scheme: "http", Host: listener.Addr().String()})
	f, _ := failing(t, transport, "https://acme.example/")
	if f.Kind != ProxyAway || !strings.Contains(f.Message, "the proxy "+listener.Addr().String()+" on the way to acme.example does not answer") {
		t.Errorf("kind %d, %s", f.Kind, f.Message)
	}
}

// certified serves TLS with a certificate made from a template, and gives the address and the certificate.
func certified(t *testing.T, change func(*x509.Certificate)) (address string, der []byte) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(7), Subject: pkix.Name{CommonName: "Acme Inspection"}, DNSNames: []string{"localhost"},
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	change(template)
	der, err = x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	if template.SerialNumber.Int64() == negated { // Go neither makes nor reads such a certificate, so httptest cannot serve it
		der = bytes.Replace(der, []byte("\xa0\x03\x02\x01\x02\x02\x01\x11"), []byte("\xa0\x03\x02\x01\x02\x02\x01\x91"), 1)
	}
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{
		Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}, MinVersion: tls.VersionTLS12,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.NotFoundHandler(), ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	return "https://" + listener.Addr().String(), der
}

// negated is a serial number that certified makes negative.
const negated = 0x11

func inFile(t *testing.T, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(file, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

func asPEM(der []byte) []byte { return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}) }

func TestFailureOf_certificates(t *testing.T) {
	t.Parallel()
	long := time.Date(2019, 3, 1, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		change  func(*x509.Certificate)
		trusted bool
		says    string
	}{
		"expired": {
			func(c *x509.Certificate) { c.NotBefore, c.NotAfter = long.Add(-time.Hour), long }, true,
			"the certificate of acme.example expired at 1 Mar 2019 12:00 UTC, and this machine's clock says ",
		},
		"not yet valid": {
			func(c *x509.Certificate) { c.NotBefore, c.NotAfter = long.AddDate(200, 0, 0), long.AddDate(201, 0, 0) }, true,
			"the certificate of acme.example is not valid before 1 Mar 2219 12:00 UTC, and this machine's clock says ",
		},
		"of an unknown CA": {
			func(*x509.Certificate) {}, false,
			`is signed by "Acme Inspection", which is not trusted here: if a proxy ends TLS on the way, name its CA in ca_file; else check base_url`,
		},
		"for another host": {
			func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"portal.example"} }, true,
			`the certificate of acme.example is for "portal.example": check base_url`,
		},
		"with a negative serial number": {
			func(c *x509.Certificate) { c.SerialNumber = big.NewInt(negated) }, false,
			"the certificate of acme.example has a negative serial number, which Go refuses: set GODEBUG=x509negativeserial=1",
		},
		"that names no host": {
			func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, nil }, true,
			`is for "Acme Inspection" without naming hosts`,
		},
	} {
		address, der := certified(t, row.change)
		var roots *x509.CertPool
		if row.trusted {
			var err error
			if roots, err = Roots("ca_file", inFile(t, asPEM(der))); err != nil {
				t.Fatal(err)
			}
		}
		f, err := failing(t, NewTransport(roots, time.Minute), address)
		if f.Kind != Certificate || !strings.Contains(f.Message, row.says) || !NeverSent(err) {
			t.Errorf("%s: kind %d, %s (%v)", name, f.Kind, f.Message, err)
		}
	}
}

func TestFailureOf_noTLS(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	f, _ := failing(t, NewTransport(nil, time.Minute), "https"+strings.TrimPrefix(server.URL, "http"))
	if f.Kind != NoTLS || !strings.Contains(f.Message, "acme.example does not speak TLS: check base_url") {
		t.Errorf("kind %d, %s", f.Kind, f.Message)
	}
	if f := FailureOf(errors.New("connection reset"), acme); f.Kind != Other || f.Message != "" {
		t.Errorf("a failure of another kind: %d, %s", f.Kind, f.Message)
	}
}
