package server

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"longhaul/internal/simulator/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fakeClock is a time that tests move.
type fakeClock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *fakeClock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *fakeClock) add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *fakeClock { return &fakeClock{now: time.Date(2026, 8, 1, 10, 0, 0, 0, time.UTC)} }

// client knows the routes of a server of its own.
type client struct{ caller }

// caller sends requests to a server, with the token of its login.
type caller struct {
	t     *testing.T
	s     *Server
	http  *http.Client
	token string
}

func start(t *testing.T, o Options) *client {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	return login(t, s, &http.Transport{DisableCompression: true, MaxIdleConnsPerHost: 100})
}

// startTrusting starts a server that may speak TLS.
func startTrusting(t *testing.T, o Options) *client {
	t.Helper()
	s, err := Start(o)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{DisableCompression: true}
	if o.TLSDir != "" {
		roots := x509.NewCertPool()
		pem, err := os.ReadFile(filepath.Join(o.TLSDir, "ca.pem"))
		if err != nil || !roots.AppendCertsFromPEM(pem) {
			t.Fatalf("no certificate authority to trust: %v", err)
		}
		transport.TLSClientConfig = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return login(t, s, transport)
}

func login(t *testing.T, s *Server, transport *http.Transport) *client {
	t.Helper()
	c := &client{caller{t: t, s: s, http: &http.Client{Transport: transport}}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	c.token = c.login()
	return c
}

// answer is a response that has been read.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) decode(t *testing.T, into any) {
	t.Helper()
	if err := json.Unmarshal(a.body, into); err != nil {
		t.Fatalf("%v in %.300s", err, a.body)
	}
}

// code is the error code of a REST refusal, which is an array.
func (a answer) code() string {
	var list []wire.Error
	if json.Unmarshal(a.body, &list) != nil || len(list) != 1 {
		return string(a.body)
	}
	return list[0].ErrorCode
}

// do sends a request; header holds pairs.
func (c *caller) do(method, address, body string, header ...string) answer {
	c.t.Helper()
	if strings.HasPrefix(address, "/") {
		address = c.s.Ready().Salesforce + address
	}
	r, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	for i := 0; i < len(header); i += 2 {
		if header[i+1] == "" {
			r.Header.Del(header[i])
			continue
		}
		r.Header.Set(header[i], header[i+1])
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
	}
	response, err := c.http.Do(r)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	var read bytes.Buffer
	if _, err := io.Copy(&read, response.Body); err != nil {
		c.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, read.Bytes()}
}

func (c *caller) get(path string, header ...string) answer {
	c.t.Helper()
	return c.do("GET", path, "", header...)
}

func (c *caller) query(soql string, header ...string) answer {
	c.t.Helper()
	return c.get("/services/data/v59.0/query?q="+url.QueryEscape(soql), header...)
}

const formType = "application/x-www-form-urlencoded"

// grant asks for a token with the good secrets, as changed by the pairs of change.
func (c *caller) grant(change ...string) answer {
	c.t.Helper()
	ready := c.s.Ready()
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {ready.ClientID}, "client_secret": {ready.ClientSecret}}
	for i := 0; i < len(change); i += 2 {
		form.Set(change[i], change[i+1])
	}
	return c.do("POST", "/services/oauth2/token", form.Encode(), "Content-Type", formType, "Authorization", "")
}

func (c *caller) login() string {
	c.t.Helper()
	a := c.grant()
	var token struct {
		AccessToken string `json:"access_token"`
	}
	a.decode(c.t, &token)
	if a.status != 200 || token.AccessToken == "" {
		c.t.Fatalf("the login answers %d %s", a.status, a.body)
	}
	return token.AccessToken
}

// page is a page of a query.
type page struct {
	TotalSize      int
	Done           bool
	NextRecordsURL string
	Records        []struct{ ID string }
}

// ids reads a whole query by nextRecordsUrl.
func (c *client) ids(soql string, header ...string) (ids []string, pages int) {
	c.t.Helper()
	a := c.query(soql, header...)
	for {
		if a.status != 200 {
			c.t.Fatalf("%s: %d %s", soql, a.status, a.body)
		}
		var p page
		a.decode(c.t, &p)
		pages++
		for _, r := range p.Records {
			ids = append(ids, r.ID)
		}
		if p.Done {
			if len(ids) != p.TotalSize || p.NextRecordsURL != "" {
				c.t.Errorf("%s: %d rows of %d, next %q", soql, len(ids), p.TotalSize, p.NextRecordsURL)
			}
			return ids, pages
		}
		a = c.get(p.NextRecordsURL, header...)
	}
}
