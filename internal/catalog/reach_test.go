package catalog

import (
	"encoding/pem"
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

	"longhaul/internal/fault"
)

func TestSend_saysWhenTheCatalogCannotBeReached(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	_, err = newBench(t, "http://"+listener.Addr().String(), nil).Send(t.Context(), testPath, fileOf("[]"))
	want := "cannot reach the catalog at " + listener.Addr().String() + ": check the network, HTTPS_PROXY, and the zone or the url"
	if f := fault.From(err); f == nil || f.Class != fault.Transient || f.Message != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestSend_trustsAnExtraCA(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := filepath.Join(t.TempDir(), "ca.pem")
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(ca, block, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := newBench(t, server.URL, func(c *Config) { c.CAFile = ca }).Send(t.Context(), testPath, fileOf("[]")); err != nil {
		t.Error(err)
	}
	_, err := newBench(t, server.URL, nil).Send(t.Context(), testPath, fileOf("[]"))
	f := fault.From(err)
	if f == nil || f.Class != fault.Invalid || f.System != fault.Longhaul || !strings.Contains(f.Message, "name its CA in ca_file") {
		t.Errorf("without the CA: got %v", err)
	}
	plain := "https://" + strings.TrimPrefix(serve(t, func(http.ResponseWriter, *http.Request) {}), "http://")
	if _, err := newBench(t, plain, nil).Send(t.Context(), testPath, fileOf("[]")); !fault.Is(err, fault.Invalid) {
		t.Errorf("https to a server without TLS: got %v", err)
	}
}

func TestSend_saysThatTheProxyWantsALogin_afterOneTry(t *testing.T) {
	t.Parallel()
	var calls atomic.Int32
	asked := serve(t, func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if r.Method != http.MethodConnect {
			t.Errorf("the proxy was asked for %s", r.Method)
		}
		w.WriteHeader(http.StatusProxyAuthRequired)
	})
	b := newBench(t, "https://catalog.invalid", nil)
	through(t, b.Client, asked)
	_, err := b.Send(t.Context(), testPath, fileOf("[]"))
	f := fault.From(err)
	if f == nil || f.Class != fault.Invalid || f.System != fault.Longhaul || !strings.Contains(f.Message, "put user and password into HTTPS_PROXY") {
		t.Errorf("got %v", err)
	}
	if calls.Load() != 1 {
		t.Errorf("%d tries, and no other helps", calls.Load())
	}
}

func TestSend_triesAgainWhenTheProxyIsInTrouble(t *testing.T) {
	t.Parallel()
	b := newBench(t, "https://catalog.invalid", nil)
	through(t, b.Client, serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }))
	if _, err := b.Send(t.Context(), testPath, fileOf("[]")); !fault.Is(err, fault.Transient) {
		t.Errorf("got %v", err)
	}
}

// through sends everything by a proxy.
func through(t *testing.T, c *Client, address string) {
	t.Helper()
	proxy, err := url.Parse(address)
	transport, ok := c.http.Transport.(*http.Transport)
	if err != nil || !ok {
		t.Fatal(err, ok)
	}
	transport.Proxy = http.ProxyURL(proxy)
}
