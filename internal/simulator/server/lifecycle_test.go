package server

import (
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestOnlyLoopbackAddressesAreServed(t *testing.T) {
	t.Parallel()
	for address, reason := range map[string]string{
		"0.0.0.0:0": "loopback addresses only", ":0": "loopback addresses only", "192.0.2.1:80": "loopback addresses only",
		"example.invalid:80": "loopback addresses only", "127.0.0.1": "host:port",
	} {
		for _, o := range []Options{{SalesforceAddr: address}, {CatalogAddr: address}} {
			s, err := Start(o)
			if err == nil {
				t.Errorf("%s is served", address)
				_ = s.Close()
				continue
			}
			if !strings.Contains(err.Error(), reason) {
				t.Errorf("%s is refused with %q", address, err)
			}
		}
	}
	for _, o := range []Options{{IDOrder: "random"}, {Latency: -1}, {Revoked: []string{"Nothing"}}} {
		if s, err := Start(o); err == nil {
			t.Errorf("%+v is accepted", o)
			_ = s.Close()
		}
	}
}

func fetch(t *testing.T, transport *http.Transport, address string) (*http.Response, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		return nil, err
	}
	return (&http.Client{Transport: transport}).Do(request)
}

func TestTLS(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "new")
	s, err := Start(Options{TLSDir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) || strings.Contains(string(pem), "PRIVATE") {
		t.Fatal("ca.pem holds no certificate, or a private key")
	}
	byName := strings.Replace(s.Ready().Catalog, "127.0.0.1", "localhost", 1)
	for _, address := range []string{s.Ready().Salesforce + "/services/data/", byName + "/simulator/files"} {
		transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}}
		response, err := fetch(t, transport, address)
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
		transport.CloseIdleConnections()
		if response.StatusCode != 200 || !strings.HasPrefix(address, "https://") {
			t.Errorf("%s answers %d", address, response.StatusCode)
		}
	}
	bare := &http.Transport{}
	defer bare.CloseIdleConnections()
	if response, err := fetch(t, bare, s.Ready().Salesforce); err == nil {
		_ = response.Body.Close()
		t.Error("a client that does not know the authority trusts the server")
	}
}

func TestClosingEndsWaitingCalls(t *testing.T) {
	t.Parallel()
	s, err := Start(Options{Latency: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	go func() {
		defer close(done)
		response, err := fetch(t, transport, s.Ready().Salesforce+"/services/data/")
		if err == nil {
			_ = response.Body.Close()
		}
	}()
	for s.Stats().MaxInFlight == 0 {
		runtime.Gosched()
	}
	begun := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	<-done
	if took := time.Since(begun); took > time.Minute { // the latency is an hour
		t.Errorf("closing took %v", took)
	}
	if _, err := os.Stat(s.uploads); !os.IsNotExist(err) {
		t.Errorf("the folder of uploads is left: %v", err)
	}
}

func TestSecretsAreFreshUnlessGiven(t *testing.T) {
	t.Parallel()
	given := Secrets{
		ClientID: "app", ClientSecret: "a-secret", Username: "u@x.invalid", Password: "p", SecurityToken: "t",
		SourceID: "399a8b22-3187-41ec-8d3d-0242ac130003", CatalogToken: "c",
	}
	a, b, fixed := start(t, Options{}), start(t, Options{}), start(t, Options{Secrets: given})
	first, second := a.s.Ready(), b.s.Ready()
	if first.ClientSecret == second.ClientSecret || first.CatalogToken == second.CatalogToken || first.SourceID == second.SourceID {
		t.Error("two simulators have the same secrets")
	}
	if fixed.s.Ready().Secrets != given {
		t.Errorf("the secrets are %+v", fixed.s.Ready().Secrets)
	}
	stats := string(a.do("GET", "/simulator/stats", "").body)
	for _, secret := range []string{first.ClientID, first.ClientSecret, first.Password, first.SecurityToken, first.CatalogToken, a.token} {
		if strings.Contains(stats, secret) {
			t.Errorf("the statistics tell a secret: %s", stats)
		}
	}
}
