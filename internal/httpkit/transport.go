package httpkit

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"time"
)

const (
	keepAlive   = 30 * time.Second
	idleTimeout = 90 * time.Second
)

// NewTransport makes the transport that every client starts from: the proxy that the environment names, TLS 1.2 or newer, and a
// bound on connecting. Nil roots are the system's. The caller adds what its own protocol needs.
func NewTransport(roots *x509.CertPool, connect time.Duration) *http.Transport {
	dialer := &net.Dialer{Timeout: connect, KeepAlive: keepAlive}
	return &http.Transport{
		Proxy:                  proxy,
		OnProxyConnectResponse: proxyAnswered,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connect,
		IdleConnTimeout:        idleTimeout,
	}
}
