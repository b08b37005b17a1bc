package salesforce

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
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/apierror"
)

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
	if e.Class != fault.Transient || !strings.Contains(e.Fault().Message, "refuses the connection") || e.Op != apierror.OpLogin {
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
	if n, err := Count(t.Context(), friend); err != nil || n != 7 {
		t.Errorf("with the CA: %d, %v", n, err)
	}
	if err := os.WriteFile(cfg.CAFile, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(cfg); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "PEM") {
		t.Errorf("with a file of another kind: %v", err)
	}
}

// A proxy that refuses to connect gets few requests, and none of them counts as a call: nothing reached Salesforce.
func TestClient_aRefusalOfTheProxyIsNoCall(t *testing.T) {
	t.Parallel()
	for status, class := range map[int]fault.Class{403: fault.Invalid, 502: fault.Transient, 503: fault.Transient} {
		var asked atomic.Int64
		proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			asked.Add(1)
			w.WriteHeader(status)
		}))
		defer proxy.Close()
		through, err := url.Parse(proxy.URL)
		if err != nil {
			t.Fatal(err)
		}
		bottom := newBase(nil, 1)
		bottom.Proxy = http.ProxyURL(through)
		client, err := newClient(Config{BaseURL: "acme.my.salesforce.com", Credentials: giveCredentials}, bottom, bottom.CloseIdleConnections)
		if err != nil {
			t.Fatal(err)
		}
		meter := new(Meter)
		_, err = Count(WithMeter(t.Context(), meter), client)
		e := mustError(t, err)
		if e.Class != class || !strings.Contains(e.Fault().Message, "the proxy "+through.Host) || !strings.Contains(e.Fault().Message, strconv.Itoa(status)) {
			t.Errorf("%d: %v", status, err)
		}
		if meter.Calls() != 0 || meter.Logins() != 0 || asked.Load() != 1 {
			t.Errorf("%d: %d calls, %d logins, and the proxy was asked %d times", status, meter.Calls(), meter.Logins(), asked.Load())
		}
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
		if _, err := Count(t.Context(), client); err != nil {
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
