package network

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// cost is what a sync loses by a way that leads nowhere.
const cost = "no sync can begin, and a running one waits"

func row(id, title, where string) doctor.Finding {
	return doctor.Finding{ID: "network." + id, Title: title, Where: where}
}

// failed is a row that fails for good or, where transient says so, until the network is better.
func failed(f doctor.Finding, class fault.Class, found, fix string) doctor.Finding {
	return f.Failed(&fault.Error{Class: class, System: fault.Salesforce, Message: found}, cost, fix)
}

// late says whether an error is that nobody answered in time.
func late(err error) bool {
	var network net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &network) && network.Timeout()
}

func (t *trip) name() doctor.Finding {
	f := row("dns", "Name of the host", "the name server of this machine")
	name := t.first()
	var lookup *net.DNSError
	switch {
	case t.proxyErr != nil:
		return f.SkippedFor("the address of the proxy cannot be read")
	case errors.As(t.nameErr, &lookup) && lookup.IsNotFound:
		fix := "check base_url, and that the name server of this machine knows the host"
		if t.through != nil {
			fix = "check HTTPS_PROXY"
		}
		return failed(f, fault.Transient, fmt.Sprintf("the name server knows no host %s", name), fix)
	case t.nameErr != nil && late(t.nameErr):
		return failed(f, fault.Transient, fmt.Sprintf("the name server did not answer for %s within %s", name, lookUpTimeout),
			"check the name server of this machine")
	case t.nameErr != nil:
		return failed(f, fault.Transient, fmt.Sprintf("the name server failed for %s", name), "check the name server of this machine")
	}
	f.Status = doctor.Pass
	switch {
	case len(t.addresses) == 0:
		f.Found = name + " is an address"
	default:
		f.Found = fmt.Sprintf("%s is %s", name, strings.Join(t.addresses[:min(len(t.addresses), 3)], ", "))
	}
	if t.through != nil {
		f.Found += fmt.Sprintf("; the proxy looks up %s", t.host)
	}
	return f
}

func (t *trip) proxy() doctor.Finding {
	f := row("proxy", "Proxy", "HTTPS_PROXY and NO_PROXY of this process")
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case t.proxyErr != nil:
		return failed(f, fault.Invalid, "HTTPS_PROXY or HTTP_PROXY is no address", "write it as http://proxy.example:3128")
	case t.through == nil:
		f.Status, f.Found = doctor.Pass, "none for this host"
		return f
	case t.nameErr != nil:
		return f.SkippedFor("the proxy's name is not known")
	case t.connected == "":
		return failed(f, fault.Transient, fmt.Sprintf("the proxy %s cannot be reached", t.through.Host), "check HTTPS_PROXY, or name the host in NO_PROXY")
	case !t.secure:
		f.Status, f.Found = doctor.Pass, fmt.Sprintf("the proxy %s is used", t.through.Host)
		return f
	case t.reached():
	case httpkit.IsProxyDial(t.err) && httpkit.IsCertificate(t.err):
		return failed(f, fault.Invalid, t.failure().Message, "")
	case t.connect == 0:
		return failed(f, fault.Transient, fmt.Sprintf("the proxy %s did not connect to %s", t.through.Host, t.host),
			"check HTTPS_PROXY, or name the host in NO_PROXY")
	case t.failure().Kind == httpkit.ProxyFails:
		return failed(f, fault.Transient, t.failure().Message, "")
	default:
		return failed(f, fault.Invalid, t.failure().Message, "")
	}
	f.Status, f.Found = doctor.Pass, fmt.Sprintf("the proxy %s connects to %s", t.through.Host, t.host)
	return f
}

func (t *trip) connection() doctor.Finding {
	f := row("connect", "Connection", "the firewall of this machine's network")
	t.mu.Lock()
	defer t.mu.Unlock()
	target := net.JoinHostPort(t.host, t.port)
	switch {
	case t.proxyErr != nil, t.nameErr != nil:
		return f.SkippedFor("there is no address to connect to")
	case t.through != nil:
		return f.SkippedFor("the proxy connects")
	case t.connected != "":
		f.Status, f.Found = doctor.Pass, fmt.Sprintf("%s takes connections at %s", target, t.connected)
		return f
	case late(t.err):
		return failed(f, fault.Transient, fmt.Sprintf("%s did not answer within %s", target, connectTimeout),
			fmt.Sprintf("let this machine connect to %s, or name the proxy in HTTPS_PROXY", target))
	}
	return failed(f, fault.Transient, fmt.Sprintf("%s takes no connection", target),
		fmt.Sprintf("let this machine connect to %s, or name the proxy in HTTPS_PROXY", target))
}

// reached says whether there was a connection to the host, through a proxy or not. The caller holds the lock.
func (t *trip) reached() bool {
	if t.through != nil && t.secure {
		return t.connect == http.StatusOK || t.tlsBegun
	}
	return t.connected != ""
}

// failure is why the request failed, in the words of all clients.
func (t *trip) failure() httpkit.Failure {
	return httpkit.FailureOf(t.err, httpkit.Host{Name: t.host, Address: "base_url"})
}

func (t *trip) tls() doctor.Finding {
	f := row("tls", "TLS", "salesforce.ca_file")
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case !t.reached():
		return f.SkippedFor("there is no connection")
	case !t.secure:
		f.Status, f.Found = doctor.Pass, "none: the connection stays on this machine"
		return f
	case t.state != nil:
		f.Status, f.Found = doctor.Pass, describe(t.state)
		return f
	case t.failure().Kind == httpkit.Certificate, t.failure().Kind == httpkit.NoTLS:
		return failed(f, fault.Invalid, t.failure().Message, "")
	case late(t.err):
		return failed(f, fault.Transient, fmt.Sprintf("%s did not finish the handshake within %s", t.host, connectTimeout),
			"check whether a firewall or a proxy stands between")
	}
	return failed(f, fault.Transient, fmt.Sprintf("the handshake with %s failed (%s)", t.host, fault.Short(httpkit.OneLine(unwrapped(t.err)), 120)),
		"check the port of base_url, and whether a firewall or a proxy stands between")
}

// unwrapped is the text of an error without the address that the transport repeats.
func unwrapped(err error) string {
	var wrapped *url.Error
	if errors.As(err, &wrapped) {
		err = wrapped.Err
	}
	if err == nil {
		return "it broke off"
	}
	return err.Error()
}

// describe says whose certificate protects the connection.
func describe(state *tls.ConnectionState) string {
	found := tls.VersionName(state.Version)
	if len(state.PeerCertificates) == 0 {
		return found
	}
	leaf := state.PeerCertificates[0]
	return fmt.Sprintf("%s; the certificate is issued by %s and ends on %s", found, issuer(leaf), leaf.NotAfter.UTC().Format(time.DateOnly))
}

func issuer(c *x509.Certificate) string {
	name := c.Issuer.CommonName
	if len(c.Issuer.Organization) > 0 {
		name = c.Issuer.Organization[0]
	}
	return cmp.Or(fault.Short(httpkit.OneLine(name), 80), "an issuer without a name")
}

func (t *trip) answer() doctor.Finding {
	f := row("answer", "Answer of the host", "salesforce.base_url")
	versions := t.versions()
	t.mu.Lock()
	defer t.mu.Unlock()
	title, page := httpkit.Page(t.body)
	switch {
	case !t.reached(), t.secure && t.state == nil:
		return f.SkippedFor("there is no connection")
	case t.status == 0 && late(t.err), t.err != nil && late(t.err):
		return failed(f, fault.Transient, fmt.Sprintf("%s took the request and did not answer within %s", t.host, answerTimeout),
			"try again; if it lasts, check whether a proxy or a firewall stands between")
	case t.status == 0, t.err != nil:
		return failed(f, fault.Transient, t.host+" broke the connection off", "try again; if it lasts, check whether a proxy stands between")
	case len(versions) > 0 && (t.version == "" || slices.Contains(versions, t.version)):
		f.Status = doctor.Pass
		f.Found = fmt.Sprintf("Salesforce answers, with the versions %s to %s of its API", versions[0], versions[len(versions)-1])
		return f
	case len(versions) > 0:
		return failed(f, fault.Invalid, fmt.Sprintf("Salesforce does not offer version %s of its API, but %s to %s", t.version, versions[0],
			versions[len(versions)-1]), "set api_version to one of them")
	case t.status >= http.StatusInternalServerError:
		return failed(f, fault.Transient, fmt.Sprintf("%s is in trouble (%d)", t.host, t.status), "try again later")
	case page && title != "":
		return failed(f, fault.Invalid, fmt.Sprintf("a page called %q answers in place of Salesforce (%d)", title, t.status), notSalesforce)
	case t.status >= http.StatusMultipleChoices && t.status < http.StatusBadRequest:
		return failed(f, fault.Invalid, fmt.Sprintf("%s redirects (%d) to %s", t.host, t.status, hostIn(t.location)), notSalesforce)
	}
	return failed(f, fault.Invalid, fmt.Sprintf("what answers at %s is not Salesforce (%d)", t.host, t.status), notSalesforce)
}

const notSalesforce = "check base_url, and whether a proxy or a login portal stands between"

// hostIn is the host of a redirect. The rest of the address may hold a secret.
func hostIn(location string) string {
	to, err := url.Parse(location)
	if err != nil || to.Hostname() == "" {
		return "another address"
	}
	return fault.Short(httpkit.OneLine(to.Hostname()), 100)
}
