package network

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"strings"
	"sync"

	"longhaul/internal/httpkit"
)

// trip is one request, and how far it came.
type trip struct {
	lookUpHost func(ctx context.Context, name string) ([]string, error)
	host, port string
	secure     bool
	version    string
	through    *url.URL // the proxy; nil for none
	proxyErr   error    // its address cannot be read

	addresses []string // that the name has; of the proxy, where there is one
	nameErr   error

	mu        sync.Mutex // the transport reports from goroutines of its own, which may outlast the request
	connected string     // the address that took the connection
	connect   int        // the status of the proxy to CONNECT; zero without an answer
	state     *tls.ConnectionState
	tlsBegun  bool // with the host, not with a proxy

	err      error // of the request
	status   int
	body     []byte
	location string
	server   string
}

// lookUp looks the name of the host up, or that of the proxy, which looks the host up itself. It says whether a connection can be tried.
func (t *trip) lookUp(ctx context.Context) bool {
	name := t.first()
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	ctx, cancel := context.WithTimeout(ctx, lookUpTimeout)
	defer cancel()
	t.addresses, t.nameErr = t.lookUpHost(ctx, name)
	return t.nameErr == nil
}

// first is the name that this machine itself must know.
func (t *trip) first() string {
	if t.through != nil {
		return t.through.Hostname()
	}
	return t.host
}

// watch makes the transport report how far the request comes.
func (t *trip) watch(ctx context.Context, transport *http.Transport) context.Context {
	before := transport.OnProxyConnectResponse
	transport.OnProxyConnectResponse = func(ctx context.Context, proxy *url.URL, request *http.Request, answer *http.Response) error {
		t.mu.Lock()
		t.connect = answer.StatusCode
		t.mu.Unlock()
		if before != nil {
			return before(ctx, proxy, request, answer)
		}
		return nil
	}
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		ConnectDone: func(_, address string, err error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			if err == nil {
				t.connected = address
			}
		},
		TLSHandshakeStart: func() {
			t.mu.Lock()
			defer t.mu.Unlock()
			t.tlsBegun = t.through == nil || t.connect == http.StatusOK || strings.HasPrefix(t.through.Scheme, "socks")
		},
		TLSHandshakeDone: func(state tls.ConnectionState, err error) {
			t.mu.Lock()
			defer t.mu.Unlock()
			if err == nil && t.tlsBegun {
				t.state = &state
			}
		},
	})
}

// read keeps the beginning of the answer.
func (t *trip) read(answer *http.Response) {
	t.status, t.location = answer.StatusCode, answer.Header.Get("Location")
	t.server = httpkit.OneLine(answer.Header.Get("Server"))
	t.body, t.err = io.ReadAll(io.LimitReader(answer.Body, longestAnswer))
}

// versions are those of the API that the host offers, oldest first; none where its answer is no such list.
func (t *trip) versions() (all []string) {
	var list []struct {
		Version string `json:"version"`
	}
	if t.status != http.StatusOK || json.Unmarshal(t.body, &list) != nil {
		return nil
	}
	for _, one := range list {
		if one.Version != "" {
			all = append(all, one.Version)
		}
	}
	return all
}
