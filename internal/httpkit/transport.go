package httpkit

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"time"
)

// What a proxy does before a request reaches its host.
var (
	ErrProxyAddress = errors.New("the address of the proxy cannot be read")
	ErrProxyLogin   = errors.New("the proxy requires a login")
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
		OnProxyConnectResponse: refuseProxyLogin,
		DialContext:            dialer.DialContext,
		TLSClientConfig:        &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12},
		TLSHandshakeTimeout:    connect,
		IdleConnTimeout:        idleTimeout,
	}
}

// proxy reads the proxy from the environment. It never repeats an address that it cannot read, which may hold a password.
func proxy(r *http.Request) (*url.URL, error) {
	u, err := http.ProxyFromEnvironment(r)
	if err != nil {
		return nil, ErrProxyAddress
	}
	return u, nil
}

func refuseProxyLogin(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode == http.StatusProxyAuthRequired {
		return ErrProxyLogin
	}
	return nil
}
