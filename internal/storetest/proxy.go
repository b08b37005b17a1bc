package storetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
)

// Fault answers a request in the place of the store, or says that it does not.
type Fault func(w http.ResponseWriter, r *http.Request) (answered bool)

// Proxy stands between a program and a store.
type Proxy struct {
	URL string

	server *httptest.Server
	target http.Handler
	count  atomic.Int64

	mu    sync.Mutex
	fault Fault
}

// NewProxy starts a proxy before the store at target, for as long as the test lives. The store sees the requests as they were
// signed.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	to, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	return newProxy(t, &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
	}})
}

// NewFake starts a proxy with nothing behind it: what no fault answers is not found.
func NewFake(t testing.TB) *Proxy {
	t.Helper()
	return newProxy(t, http.NotFoundHandler())
}

func newProxy(t testing.TB, target http.Handler) *Proxy {
	t.Helper()
	p := &Proxy{target: target}
	p.server = httptest.NewServer(p)
	p.URL = p.server.URL
	t.Cleanup(func() {
		p.Set(nil)
		p.server.CloseClientConnections()
		p.server.Close()
	})
	return p
}

// Set lets a fault answer from now on; nil takes it away.
func (p *Proxy) Set(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// Requests is how many requests came so far.
func (p *Proxy) Requests() int64 { return p.count.Load() }

// ServeHTTP answers by the fault, else by the store.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.count.Add(1)
	p.mu.Lock()
	fault := p.fault
	p.mu.Unlock()
	if fault != nil && fault(w, r) {
		return
	}
	p.target.ServeHTTP(w, r)
}

// Answer is the fault of a store that gives every such request the same answer.
func Answer(status int, header map[string]string, body string, methods ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !of(r, methods) {
			return false
		}
		_, _ = io.Copy(io.Discard, r.Body)
		for name, value := range header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(status)
		if r.Method != http.MethodHead {
			_, _ = io.WriteString(w, body)
		}
		return true
	}
}

// Hang is the fault of a store that takes such requests and never answers.
func Hang(methods ...string) Fault {
	return func(_ http.ResponseWriter, r *http.Request) bool {
		if !of(r, methods) {
			return false
		}
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
		return true
	}
}

// Drop is the fault of a connection that is lost in the middle of such requests.
func Drop(methods ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !of(r, methods) {
			return false
		}
		_, _ = io.CopyN(io.Discard, r.Body, 1)
		panic(http.ErrAbortHandler)
	}
}

func of(r *http.Request, methods []string) bool {
	for _, method := range methods {
		if r.Method == method {
			return true
		}
	}
	return len(methods) == 0
}
