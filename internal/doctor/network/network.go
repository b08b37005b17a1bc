// Package network asks whether a host can be reached, a row for each part of the way: name, proxy, connection, TLS, answer.
package network

import (
	"context"
	"crypto/x509"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/httpkit"
)

// Bounds of one look. Each part has its own, so that a row says which part of the way does not answer.
const (
	lookUpTimeout  = 3 * time.Second
	connectTimeout = 3 * time.Second
	answerTimeout  = 4 * time.Second
	longestAnswer  = 64 << 10
)

// Params say where to look.
type Params struct {
	Address   string // as https://acme.my.salesforce.com
	Path      string // of the list of API versions, which needs no login
	Version   string // of the API that a sync speaks; it must be in the list
	Roots     *x509.CertPool
	UserAgent string

	Transport *http.Transport                                          // nil: as every client of Longhaul starts; tests name another proxy
	LookUp    func(ctx context.Context, name string) ([]string, error) // nil: the name server of this machine
}

// Check goes the way to the host by one request that needs no login, and gives a row for each part.
func Check(ctx context.Context, p Params) []doctor.Finding {
	target, err := url.Parse(p.Address)
	if err != nil {
		return nil
	}
	transport := p.Transport
	if transport == nil {
		transport = httpkit.NewTransport(p.Roots, connectTimeout)
	}
	transport.DisableKeepAlives = true // each look goes the whole way
	transport.ResponseHeaderTimeout = answerTimeout
	defer transport.CloseIdleConnections()
	lookUp := p.LookUp
	if lookUp == nil {
		lookUp = net.DefaultResolver.LookupHost
	}
	t := &trip{lookUpHost: lookUp, host: target.Hostname(), port: portOf(target), secure: target.Scheme == "https", version: p.Version}
	t.start(ctx, transport, target, p)
	return []doctor.Finding{t.name(), t.proxy(), t.connection(), t.tls(), t.answer()}
}

// Skipped are the rows of Check where there is nowhere to go.
func Skipped(why string) []doctor.Finding {
	t := &trip{proxyErr: httpkit.ErrProxyAddress}
	rows := []doctor.Finding{t.name(), t.proxy(), t.connection(), t.tls(), t.answer()}
	for i, f := range rows {
		rows[i] = row(strings.TrimPrefix(f.ID, "network."), f.Title, "").SkippedFor("not asked: " + why)
	}
	return rows
}

func portOf(target *url.URL) string {
	switch {
	case target.Port() != "":
		return target.Port()
	case target.Scheme == "http":
		return "80"
	default:
		return "443"
	}
}

// start chooses the proxy, looks the name up, and sends the request.
func (t *trip) start(ctx context.Context, transport *http.Transport, target *url.URL, p Params) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target.JoinPath(p.Path).String(), http.NoBody)
	if err != nil {
		t.err = err
		return
	}
	if transport.Proxy != nil {
		t.through, t.proxyErr = transport.Proxy(request)
	}
	if t.proxyErr != nil || !t.lookUp(ctx) {
		return
	}
	ctx, cancel := context.WithTimeout(t.watch(ctx, transport), 2*connectTimeout+answerTimeout)
	defer cancel()
	request = request.WithContext(ctx)
	request.Header.Set("Accept", "application/json")
	request.Header.Set("User-Agent", p.UserAgent)
	answer, err := transport.RoundTrip(request)
	if err != nil {
		t.err = err
		return
	}
	defer func() { _ = answer.Body.Close() }()
	t.read(answer)
}
