package receiver_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/notify"
	"longhaul/internal/notify/receiver"
	"longhaul/internal/source"
)

// slack stands for hooks.slack.com, whose address shoutrrr has built in.
var slack = &inbox{answer: "ok"}

// TestMain leads what the process sends to Slack to the fake one.
func TestMain(m *testing.M) {
	server := httptest.NewTLSServer(slack)
	http.DefaultTransport = &http.Transport{
		DialTLSContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			if address != "hooks.slack.com:443" {
				return nil, errors.New("a test must not leave this machine")
			}
			roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs //nolint:forcetypeassert // httptest makes no other
			dialer := tls.Dialer{Config: &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}}
			return dialer.DialContext(ctx, network, server.Listener.Addr().String())
		},
		DialContext: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("a test must not leave this machine")
		},
	}
	code := m.Run()
	server.Close()
	os.Exit(code)
}

// inbox is a server that keeps what it gets.
type inbox struct {
	statuses []int         // of its answers, one after the other; then 200
	answer   string        // the body of each
	hang     chan struct{} // an answer comes when it is closed; nil: at once
	came     chan struct{} // gets something with each request that hangs

	mu   sync.Mutex
	got  []*http.Request
	body []string
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	i.mu.Lock()
	n := len(i.got)
	i.got, i.body = append(i.got, r), append(i.body, string(body))
	i.mu.Unlock()
	if i.hang != nil {
		i.came <- struct{}{}
		select {
		case <-i.hang:
		case <-r.Context().Done():
		}
	}
	if n < len(i.statuses) {
		w.Header().Set("Location", "https://elsewhere.example.com/")
		w.WriteHeader(i.statuses[n])
	}
	_, _ = io.WriteString(w, i.answer)
}

// all is what came so far.
func (i *inbox) all() ([]*http.Request, []string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.got, i.body
}

// serve starts a server for the inbox, on this machine and without TLS.
func serve(t *testing.T, i *inbox) string {
	t.Helper()
	server := httptest.NewServer(i)
	t.Cleanup(server.Close)
	return server.URL
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	return listener
}

// sender is a sender with a short pause, and what it logs.
func sender(t *testing.T, options receiver.Options) (*receiver.Sender, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.DebugLevel)
	options.Logger, options.UserAgent = zap.New(core), "longhaul/test"
	if options.Pause == 0 {
		options.Pause = time.Millisecond
	}
	s := receiver.New(options)
	t.Cleanup(s.Close)
	return s, logs
}

// blocked is a message that stands, about which somebody has to act.
func blocked(id string) notify.Message {
	return notify.Message{
		Fact: notify.Fact{
			ID: id, Event: notify.Blocked, Source: "acme", Sync: "2026-11-23T05-00-00Z", At: time.Date(2026, 11, 24, 6, 30, 0, 0, time.UTC),
			Since: time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC), Why: "the login is refused",
		},
		Title: "acme: the sync is blocked, and somebody has to act", Text: "Salesforce refuses the login.\nUnblock the app.",
		Command: "longhaul resume acme", UI: "https://temporal.example.com/x", Open: []string{"longhaul/acme/blocked"},
	}
}

// by is a receiver of the defaults that a URL of shoutrrr leads to.
func by(name, url string) notify.Asking {
	return notify.Asking{Configured: notify.Configured{Name: name, URL: source.Held(url)}, Events: notify.Settings{}.Default()}
}

// hook is a receiver of the defaults that is a webhook.
func hook(name, url, secret string) notify.Asking {
	return notify.Asking{
		Configured: notify.Configured{Name: name, Webhook: source.Held(url), Secret: source.Held(secret)}, Events: notify.Settings{}.Default(),
	}
}

// failures are what became of a message, by receiver.
func failures(told []notify.Told) map[string]string {
	by := map[string]string{}
	for _, one := range told {
		by[one.Receiver] = one.Failure
	}
	return by
}

// logged is everything that was logged, as text.
func logged(logs *observer.ObservedLogs) string {
	var text strings.Builder
	for _, entry := range logs.All() {
		text.WriteString(entry.Message)
		for _, field := range entry.Context {
			text.WriteString(" " + field.Key + "=" + field.String)
		}
		text.WriteString("\n")
	}
	return text.String()
}
