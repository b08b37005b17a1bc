package e2e_test

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// slack stands for hooks.slack.com, whose address the library that sends there has built in.
var slack = &slackHooks{got: map[string][]string{}}

// slackHooks keeps what it gets, by the path of the hook.
type slackHooks struct {
	mu  sync.Mutex
	got map[string][]string
}

// stand leads what this process sends to Slack here.
func (s *slackHooks) stand() {
	server := httptest.NewTLSServer(s)
	usual := http.DefaultTransport.(*http.Transport) //nolint:forcetypeassert // it is the one of net/http
	trusted := usual.TLSClientConfig
	usual.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		dialer := tls.Dialer{Config: trusted}
		if address == "hooks.slack.com:443" {
			roots := server.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs //nolint:forcetypeassert // httptest makes no other
			dialer.Config = &tls.Config{RootCAs: roots, ServerName: "example.com", MinVersion: tls.VersionTLS12}
			address = server.Listener.Addr().String()
		}
		return dialer.DialContext(ctx, network, address)
	}
}

// ServeHTTP answers as Slack does.
func (s *slackHooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	s.got[r.URL.Path] = append(s.got[r.URL.Path], string(body))
	s.mu.Unlock()
	_, _ = io.WriteString(w, "ok")
}

// hook is one hook of Slack.
type hook struct{ workspace, app, key string }

func (h hook) url() string {
	return "slack://hook:" + h.workspace + "-" + h.app + "-" + h.key + "@webhook"
}

func (h hook) bodies() []string {
	slack.mu.Lock()
	defer slack.mu.Unlock()
	return slices.Clone(slack.got["/services/"+h.workspace+"/"+h.app+"/"+h.key])
}

// titles are those of the messages that came to the hook.
func (h hook) titles(t *testing.T) (titles []string) {
	t.Helper()
	for _, body := range h.bodies() {
		var message struct{ Text string }
		if err := json.Unmarshal([]byte(body), &message); err != nil {
			t.Fatal(err)
		}
		titles = append(titles, message.Text)
	}
	return titles
}
