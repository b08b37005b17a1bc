package salesforce

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"time"
)

const (
	connectTimeout = 15 * time.Second
	idleTimeout    = 90 * time.Second
	longestHeader  = 256 << 10
)

// newBase makes the transport at the bottom of the stack. It speaks HTTP/1.1 alone: with one connection for each
// request in flight, a connection that breaks costs one request and a slow body delays no other.
func newBase(roots *x509.CertPool, inFlight int) *http.Transport {
	dialer := &net.Dialer{Timeout: connectTimeout, KeepAlive: 30 * time.Second}
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: refuseProxyLogin,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connectTimeout,
		Protocols:              protocols,
		DisableCompression:     true, // compressed does it, and checks the end
		MaxIdleConns:           inFlight,
		MaxIdleConnsPerHost:    inFlight,
		IdleConnTimeout:        idleTimeout,
		MaxResponseHeaderBytes: longestHeader,
		ReadBufferSize:         16 << 10,
	}
}

// proxy reads the proxy from the environment. An address that cannot be read is not repeated: it may hold a password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, errProxy
	}
	return u, nil
}

func refuseProxyLogin(_ context.Context, _ *url.URL, _ *http.Request, resp *http.Response) error {
	if resp.StatusCode == http.StatusProxyAuthRequired {
		return errProxyLogin
	}
	return nil
}

// headers puts on every request what does not change.
type headers struct {
	userAgent string
	next      http.RoundTripper
}

func (t headers) RoundTrip(req *http.Request) (*http.Response, error) {
	sent := req.Clone(req.Context())
	sent.Header.Set("Accept", "application/json")
	sent.Header.Set("User-Agent", t.userAgent)
	return t.next.RoundTrip(sent)
}
