package catalog

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// pipes is a network inside the process, for tests with their own clock.
type pipes struct {
	accept chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case connection := <-p.accept:
		return connection, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	p.accept <- server
	return client, nil
}

// inBubble runs a test with a client and a handler in a synctest bubble, where waiting takes no time.
func inBubble(t *testing.T, cfg Config, handler http.HandlerFunc, test func(*testing.T, *Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		network := &pipes{accept: make(chan net.Conn), closed: make(chan struct{})}
		ctx, release := context.WithCancel(t.Context()) // of every request, so that no handler outlives the test
		server := &http.Server{Handler: handler, BaseContext: func(net.Listener) context.Context { return ctx }}
		go func() { _ = server.Serve(network) }()
		cfg.URL, cfg.SourceID = "http://127.0.0.1", testID
		cfg.Token = func(context.Context) (string, error) { return testToken, nil }
		client, err := New(cfg)
		if err != nil {
			t.Fatal(err)
		}
		transport := newTransport(nil, client.timeout)
		transport.DialContext = network.dial
		client.http.Transport = transport
		test(t, client)
		release()
		client.Close()
		_ = server.Close()
		<-time.After(time.Minute) // the server's connections linger before they end
	})
}

func swallow(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }

func TestSend_endsATryThatStandsStill(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		read bool
	}{{"while the file is sent", false}, {"while the answer is awaited", true}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var calls atomic.Int32
			stuck := func(_ http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				if tt.read {
					_, _ = io.Copy(io.Discard, r.Body)
				}
				<-r.Context().Done()
			}
			inBubble(t, Config{Attempts: 2, Backoff: 2 * time.Second}, stuck, func(t *testing.T, c *Client) {
				start := time.Now()
				_, err := c.Send(t.Context(), testPath, zeros(32<<20))
				if f := fault.From(err); f == nil || f.Class != fault.Transient ||
					f.Message != "nothing moved on the way to the catalog at 127.0.0.1 for 1m0s: check the network, or allow more time (CASTOR_TIMEOUT_OVERRIDE of `upload`)" {
					t.Errorf("got %v", err)
				}
				if took := time.Since(start); took < 2*time.Minute+time.Second || took > 2*time.Minute+3*time.Second {
					t.Errorf("two tries and a pause took %s", took)
				}
			})
			if calls.Load() != 2 {
				t.Errorf("%d tries, want 2", calls.Load())
			}
		})
	}
}

// drip returns one byte at a time.
type drip struct {
	left  int
	every time.Duration
}

func (d *drip) Read(p []byte) (int, error) {
	if d.left == 0 {
		return 0, io.EOF
	}
	<-time.After(d.every)
	d.left--
	p[0] = 0
	return 1, nil
}

func dripping(bytes int, every time.Duration) File {
	f := zeros(int64(bytes))
	f.Open = func() (io.ReadCloser, error) { return io.NopCloser(&drip{left: bytes, every: every}), nil }
	return f
}

func TestSend_isPatientWhileBytesMove(t *testing.T) {
	t.Parallel()
	inBubble(t, Config{Attempts: 1}, swallow, func(t *testing.T, c *Client) {
		if _, err := c.Send(t.Context(), testPath, dripping(20, 50*time.Second)); err != nil {
			t.Errorf("a slow file failed: %v", err)
		}
	})
}

func TestSend_boundsATryHoweverItMoves(t *testing.T) {
	t.Parallel()
	inBubble(t, Config{Attempts: 1}, swallow, func(t *testing.T, c *Client) {
		start := time.Now()
		_, err := c.Send(t.Context(), testPath, dripping(1000, 50*time.Second))
		took := time.Since(start)
		if !errors.Is(err, errTooLong) || !fault.Is(err, fault.Transient) || took < time.Hour || took > time.Hour+time.Minute {
			t.Errorf("after %s: got %v", took, err)
		}
	})
}

func TestSend_waitsLongerEachTime_orAsItIsAsked(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, header string
		low, high    time.Duration
	}{
		{"on its own", "", (1 + 2 + 4) * time.Second / 2, (1 + 2 + 4) * time.Second * 3 / 2},
		{"as asked", "20", time.Minute, time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			busy := func(w http.ResponseWriter, r *http.Request) {
				swallow(w, r)
				w.Header().Set("Retry-After", tt.header)
				w.WriteHeader(http.StatusServiceUnavailable)
			}
			inBubble(t, Config{Attempts: 4}, busy, func(t *testing.T, c *Client) {
				start := time.Now()
				_, err := c.Send(t.Context(), testPath, fileOf("[]"))
				if took := time.Since(start); err == nil || took < tt.low || took > tt.high {
					t.Errorf("gave up after %s with %v, want between %s and %s", took, err, tt.low, tt.high)
				}
			})
		})
	}
}

func TestRetryAfter_readsBothForms(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "7": 7 * time.Second, " 7 ": 7 * time.Second, "-1": 0, "soon": 0,
		"86401": 24 * time.Hour, "99999999999": 24 * time.Hour, "99999999999999999999": 24 * time.Hour, "Fri, 31 Dec 9999 23:59:59 GMT": 24 * time.Hour,
		now.Add(time.Minute).Format(http.TimeFormat): time.Minute, now.Add(-time.Minute).Format(http.TimeFormat): 0,
	} {
		if got := httpkit.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: got %s, want %s", text, got, want)
		}
	}
}
