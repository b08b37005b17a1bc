package salesforce

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/answertest"
	"longhaul/internal/salesforce/apierror"
	"longhaul/internal/salesforce/origin"
)

const (
	testOrg  = "00D5g000004Abcd"
	testUser = "0055g00000AbCdE"
	fakeDate = "Mon, 23 Nov 2026 18:16:10 GMT"
	webPage  = `<html><head><title>Error Page</title></head><body>An unexpected connection error occurred</body></html>`
)

// testCredentials hold values that nothing else contains, so that a search for them finds leaks only.
var testCredentials = Credentials{
	ClientID: "3MVG9leakedclientid", ClientSecret: "leakedclientsecret1", Username: "leaked.user@acme.example",
	Password: "leakedpassword", SecurityToken: "leakedsecuritytoken",
}

// fakeOrg answers logins with tokens that it recognizes later, and every other request by handle.
type fakeOrg struct {
	handle   http.HandlerFunc
	refuse   http.HandlerFunc // answers logins in place of a token, when set
	instance string           // of the next login; empty is none
	issued   string           // the time of the next login by Salesforce's clock; the usual one when empty
	identity string           // org and user of the next login, "org/user"; the usual ones when empty

	mu      sync.Mutex
	tokens  map[string]bool
	logins  atomic.Int64
	calls   atomic.Int64
	lastReq http.Header
	form    map[string][]string
}

func (o *fakeOrg) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", fakeDate)
	if r.URL.Path == origin.TokenPath {
		o.token(w, r)
		return
	}
	o.calls.Add(1)
	o.mu.Lock()
	o.lastReq = r.Header.Clone()
	known := o.tokens[r.Header.Get("Authorization")]
	o.mu.Unlock()
	if !known {
		writeError(w, http.StatusUnauthorized, "INVALID_SESSION_ID", "Session expired or invalid")
		return
	}
	w.Header().Set("Sforce-Limit-Info", fmt.Sprintf("api-usage=%d/15000", o.calls.Load()))
	o.handle(w, r)
}

func (o *fakeOrg) token(w http.ResponseWriter, r *http.Request) {
	n := o.logins.Add(1)
	if err := r.ParseForm(); err != nil || r.Method != http.MethodPost {
		http.Error(w, "bad login", http.StatusBadRequest)
		return
	}
	token := fmt.Sprintf("%s!AQleaked.token%d", testOrg, n)
	o.mu.Lock()
	o.lastReq, o.form = r.Header.Clone(), r.PostForm
	if o.tokens == nil {
		o.tokens = make(map[string]bool)
	}
	o.tokens["Bearer "+token] = true
	o.mu.Unlock()
	if o.refuse != nil {
		o.refuse(w, r)
		return
	}
	identity := o.identity
	if identity == "" {
		identity = testOrg + "/" + testUser
	}
	issued := o.issued
	if issued == "" {
		issued = "1786406400000"
	}
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	fmt.Fprintf(w, `{"access_token":%q,"instance_url":%q,"id":"https://login.salesforce.com/id/%s","token_type":"Bearer","issued_at":%q}`,
		token, o.instance, identity, issued)
}

// expire makes every token invalid.
func (o *fakeOrg) expire() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.tokens = nil
}

func writeJSON(w http.ResponseWriter, body string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_, _ = io.WriteString(w, body)
}

func writeError(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	fmt.Fprintf(w, `[{"message":%q,"errorCode":%q}]`, message, code)
}

func giveCredentials(context.Context) (Credentials, error) { return testCredentials, nil }

// connect makes a client of org over a real connection on loopback.
func connect(t testing.TB, org http.Handler, change ...func(*Config)) *Client {
	t.Helper()
	server := httptest.NewServer(org)
	t.Cleanup(server.Close)
	cfg := Config{BaseURL: server.URL, Credentials: giveCredentials}
	for _, c := range change {
		c(&cfg)
	}
	client, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return client
}

// inside makes a client without any connection, for tests with a fake clock.
func inside(t testing.TB, bottom http.RoundTripper, change ...func(*Config)) *Client {
	t.Helper()
	cfg := Config{BaseURL: "https://acme.my.salesforce.com", Credentials: giveCredentials}
	for _, c := range change {
		c(&cfg)
	}
	client, err := newClient(cfg, bottom, func() {})
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// inProcess lets a handler answer in place of a connection.
func inProcess(h http.Handler) http.RoundTripper {
	return answertest.RoundTrip(func(r *http.Request) (*http.Response, error) {
		served := r.Clone(r.Context())
		if served.Body == nil {
			served.Body = http.NoBody
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, served)
		if err := r.Context().Err(); err != nil {
			return nil, err
		}
		return w.Result(), nil
	})
}

func observed() (*zap.Logger, *observer.ObservedLogs) {
	core, logs := observer.New(zap.DebugLevel)
	return zap.New(core), logs
}

// mustError returns the typed error of err, and ends the test where there is none.
func mustError(t testing.TB, err error) *apierror.Error {
	t.Helper()
	var e *apierror.Error
	if !errors.As(err, &e) {
		t.Fatalf("got %v, want a *salesforce.Error", err)
	}
	return e
}
