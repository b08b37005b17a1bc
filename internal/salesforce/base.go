package salesforce

import (
	"crypto/x509"
	"net/http"
	"time"

	"longhaul/internal/httpkit"
)

const (
	connectTimeout = 15 * time.Second
	longestHeader  = 256 << 10

	// callOptions names the client of every call, so that an org's event logs can tell it (REST API Developer Guide, Call Options Header).
	callOptions = "client=Longhaul"
)

// newBase makes the transport at the bottom of the stack. It speaks HTTP/1.1 only: with one connection for each request in
// flight, a connection that breaks costs one request and a slow body delays no other.
func newBase(roots *x509.CertPool, inFlight int) *http.Transport {
	base := httpkit.NewTransport(roots, connectTimeout)
	base.Protocols = new(http.Protocols)
	base.Protocols.SetHTTP1(true)
	base.DisableCompression = true // httpkit.Gzip does it, and checks the end
	base.MaxIdleConns, base.MaxIdleConnsPerHost = inFlight, inFlight
	base.MaxResponseHeaderBytes = longestHeader
	base.ReadBufferSize = 16 << 10
	return base
}

// headers is a layer that sets the headers which are the same for every request.
type headers struct {
	userAgent string
	next      http.RoundTripper
}

func (t headers) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	sent.Header.Set("Accept", "application/json")
	sent.Header.Set("User-Agent", t.userAgent)
	sent.Header.Set("Sforce-Call-Options", callOptions)
	return t.next.RoundTrip(sent)
}
