package network_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"longhaul/internal/doctor/network"
	"longhaul/internal/httpkit"
)

const versions = `[{"label":"Spring '25","url":"/services/data/v59.0","version":"59.0"},{"version":"67.0"}]`

// way is a network of one host, acme.my.salesforce.com, which is a server of this machine.
type way struct {
	params network.Params
}

// answering is a way to a host that answers by a handler, under a certificate.
func answering(t *testing.T, handler http.HandlerFunc, certificate tls.Certificate) way {
	t.Helper()
	server := httptest.NewUnstartedServer(handler)
	server.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	return wayTo(t, server.Listener.Addr().String(), certificate)
}

func wayTo(t *testing.T, address string, certificate tls.Certificate) way {
	t.Helper()
	roots := x509.NewCertPool()
	if leaf, err := x509.ParseCertificate(certificate.Certificate[0]); err == nil {
		roots.AddCert(leaf)
	}
	transport := httpkit.NewTransport(roots, time.Minute) // nothing here need be quick
	transport.Proxy = nil
	transport.DialContext = func(ctx context.Context, network, to string) (net.Conn, error) {
		if strings.HasPrefix(to, "acme.my.salesforce.com") {
			to = address
		}
		return (&net.Dialer{}).DialContext(ctx, network, to)
	}
	return way{params: network.Params{
		Address: "https://acme.my.salesforce.com", Path: "/services/data/", Version: "59.0", Transport: transport,
		LookUp: func(context.Context, string) ([]string, error) { return []string{"127.0.0.1"}, nil },
	}}
}

func certificateOf(t *testing.T, name string, from, until time.Time) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{Organization: []string{"Corp Security CA"}}, DNSNames: []string{name},
		NotBefore: from, NotAfter: until, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

func good(t *testing.T) tls.Certificate {
	return certificateOf(t, "acme.my.salesforce.com", time.Now().Add(-time.Hour), time.Now().Add(time.Hour))
}

func lists(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, versions) }

// proxied leads the way through a proxy that answers CONNECT with a status.
func (w way) proxied(t *testing.T, answer string) way {
	t.Helper()
	address := accepting(t, func(conn net.Conn) {
		_, _ = conn.Read(make([]byte, 4096))
		_, _ = io.WriteString(conn, answer)
	})
	proxy := &url.URL{Scheme: "http", Host: address, User: url.UserPassword("mule", "s3cretword")}
	w.params.Transport.Proxy = http.ProxyURL(proxy)
	return w
}

// accepting is the address of a server that speaks on each connection, and closes it then.
func accepting(t *testing.T, speak func(net.Conn)) string {
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
			go func() {
				speak(conn)
				_ = conn.Close()
			}()
		}
	}()
	return listener.Addr().String()
}

// silent is an address that takes connections and never says a word.
func silent(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener.Addr().String()
}

// closed is an address at which nothing listens.
func closed(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	return listener.Addr().String()
}

func unknown(w way, err error) way {
	w.params.LookUp = func(context.Context, string) ([]string, error) { return nil, err }
	return w
}

// silentWay leads to a host that takes connections and never says a word.
func silentWay(t *testing.T) way {
	t.Helper()
	w := wayTo(t, silent(t), good(t))
	w.params.Transport.TLSHandshakeTimeout = 100 * time.Millisecond
	return w
}

// socks is a proxy that takes connections by SOCKS 5 (RFC 1928) and leads each to one address.
func socks(t *testing.T, to string) string {
	t.Helper()
	return accepting(t, func(conn net.Conn) {
		greeting, request := make([]byte, 3), make([]byte, 5)
		_, _ = io.ReadFull(conn, greeting)
		_, _ = conn.Write([]byte{5, 0})
		_, _ = io.ReadFull(conn, request) // the last byte is the length of the name, which a port follows
		_, _ = io.ReadFull(conn, make([]byte, int(request[4])+2))
		behind, err := net.Dial("tcp", to)
		if err != nil {
			return
		}
		defer func() { _ = behind.Close() }()
		_, _ = conn.Write([]byte{5, 0, 0, 1, 127, 0, 0, 1, 0, 80})
		go func() { _, _ = io.Copy(behind, conn) }()
		_, _ = io.Copy(conn, behind)
	})
}
