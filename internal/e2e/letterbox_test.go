package e2e_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"longhaul/internal/notify"
	"longhaul/internal/source"
)

const (
	hookKey  = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
	hookPath = "/in/t0p-s3cret-path"
)

// arrival is a message as a webhook gets it.
type arrival struct {
	ID    string
	Event string   `json:"event"`
	Title string   `json:"title"`
	Text  string   `json:"text"`
	Sync  string   `json:"sync"`
	Over  []string `json:"over"`
}

// letterbox is a webhook that verifies what it gets by the library of the standard.
type letterbox struct {
	*httptest.Server
	hangs chan struct{} // an answer comes when it is closed; nil: at once

	mu     sync.Mutex
	got    []arrival
	bodies []string
	wrong  []string
	gaveUp map[string]time.Time // when the sender of a message ended its first try, by id, where this hangs
}

func newLetterbox(t *testing.T, hangs chan struct{}) *letterbox {
	t.Helper()
	l := shutLetterbox(t, hangs)
	l.Start()
	return l
}

// shutLetterbox is one to which connections can be made, and which reads nothing before it is started.
func shutLetterbox(t *testing.T, hangs chan struct{}) *letterbox {
	t.Helper()
	verifier, err := standardwebhooks.NewWebhook(hookKey)
	if err != nil {
		t.Fatal(err)
	}
	l := &letterbox{hangs: hangs, gaveUp: map[string]time.Time{}}
	l.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var letter struct{ Data arrival }
		err := verifier.Verify(body, r.Header)
		if err == nil {
			err = json.Unmarshal(body, &letter)
		}
		l.mu.Lock()
		letter.Data.ID = r.Header.Get("webhook-id")
		l.got, l.bodies = append(l.got, letter.Data), append(l.bodies, string(body))
		if err != nil {
			l.wrong = append(l.wrong, err.Error())
		}
		l.mu.Unlock()
		if l.hangs != nil {
			select {
			case <-l.hangs:
			case <-r.Context().Done():
			}
			l.mu.Lock()
			if id := letter.Data.ID; l.gaveUp[id].IsZero() {
				l.gaveUp[id] = time.Now()
			}
			l.mu.Unlock()
		}
	}))
	t.Cleanup(l.Close)
	return l
}

// triedUntil is when the sender of a message ended its first try here, which it does.
func (l *letterbox) triedUntil(t *testing.T, id string) (at time.Time) {
	t.Helper()
	eventually(t, longest, func() bool {
		l.mu.Lock()
		defer l.mu.Unlock()
		at = l.gaveUp[id]
		return !at.IsZero()
	})
	return at
}

// forget ends the connections that were made to one that is shut, with all that was sent on them. The senders are gone.
func (l *letterbox) forget(t *testing.T) (ended int) {
	t.Helper()
	listener, ok := l.Listener.(*net.TCPListener)
	if !ok {
		t.Fatalf("it listens by %T", l.Listener)
	}
	closed(t, listener.SetDeadline(time.Now().Add(100*time.Millisecond))) // what was connected waits there already
	for {
		connection, err := listener.Accept()
		if err != nil {
			break
		}
		closed(t, connection.Close())
		ended++
	}
	closed(t, listener.SetDeadline(time.Time{}))
	return ended
}

// address is where it gets messages.
func (l *letterbox) address() string { return "http://" + l.Listener.Addr().String() + hookPath }

// receiver is this webhook in the settings.
func (l *letterbox) receiver(name string, events ...notify.Event) notify.Configured {
	return notify.Configured{Name: name, Webhook: source.Held(l.address()), Secret: source.Held(hookKey), Events: events}
}

func (l *letterbox) all() []arrival {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.got)
}

// events are those of the messages that have come, but for the first n.
func (l *letterbox) events(n int) (events []string) {
	for _, one := range l.all()[n:] {
		events = append(events, one.Event)
	}
	return events
}

// await waits for as many messages as it wants after the first n, and wants these events, each once.
func (l *letterbox) await(t *testing.T, n int, want ...string) []arrival {
	t.Helper()
	eventually(t, longest, func() bool { return len(l.all()) >= n+len(want) })
	if diff := cmp.Diff(want, l.events(n)); diff != "" {
		t.Fatalf("other events came (-want +got):\n%s", diff)
	}
	return l.all()[n:]
}
