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

	"go.uber.org/zap"
)

// Fault answers a request in place of the store, or reports that it did not.
type Fault func(w http.ResponseWriter, r *http.Request) (answered bool)

// Proxy is between a program and a store.
type Proxy struct {
	URL string

	server *httptest.Server
	target http.Handler
	count  atomic.Int64

	mu    sync.Mutex
	fault Fault
}

// NewProxy starts a proxy before a server, for as long as the test lives. A server of S3 sees the host for which the requests were
// signed; a server of Google sees its own, which it needs to recognize a bucket's address.
func NewProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	to, err := url.Parse(s.Endpoint)
	if err != nil {
		t.Fatal(err)
	}
	return newProxy(t, &httputil.ReverseProxy{
		ErrorLog: zap.NewStdLog(zap.NewNop()), // the faults are deliberate
		Rewrite: func(r *httputil.ProxyRequest) {
			r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = to.Scheme, to.Host, r.In.Host
			if s.Kind == Google {
				r.Out.Host = to.Host
			}
		},
	})
}

// NewFake starts a proxy without a server: the answer to a request that no fault answers is 404.
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

// Set makes a fault answer from now on; nil removes it.
func (p *Proxy) Set(f Fault) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.fault = f
}

// Requests is how many requests have come.
func (p *Proxy) Requests() int64 { return p.count.Load() }

// ServeHTTP answers with the fault, or else lets the store answer.
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

// Answer is the fault of a store that gives all these requests the same answer.
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

// Hang is the fault of a store that accepts these requests and never answers.
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

// Drop is the fault of a connection that breaks in the middle of these requests.
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

// Truncate is the fault of a connection that breaks after the first half of a body, whatever length the answer has announced.
func Truncate(methods ...string) Fault {
	return func(w http.ResponseWriter, r *http.Request) bool {
		if !of(r, methods) {
			return false
		}
		w.Header().Set("Content-Length", "65536")
		w.Header().Set("Last-Modified", "Mon, 02 Jan 2006 15:04:05 GMT")
		w.Header().Set("ETag", `"1"`)
		_, _ = w.Write(make([]byte, 32768))
		panic(http.ErrAbortHandler)
	}
}
