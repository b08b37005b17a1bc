package httpkit

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"syscall"
	"time"
)

// Kind is where on the way to a host a request failed.
type Kind int

// The kinds that have one sentence in all clients.
const (
	Other        Kind = iota
	ProxyAddress      // of the proxy, cannot be read
	ProxyAway         // the proxy does not answer
	ProxyLogin        // the proxy wants another login
	ProxyRefuses      // the proxy does not let the host through
	ProxyFails        // the proxy, or the host behind it, is in trouble
	Certificate       // of the host, is not accepted
	NoTLS             // the host speaks plain HTTP
	FewFiles          // this process may open no more files and connections
)

// Host is the host that a request was for, as people name it, and the settings that lead to it.
type Host struct {
	Name    string // such as "the catalog at ingest.castordoc.com"
	Address string // the settings of its address, such as "base_url"
}

// Failure is why a request got no answer, in a sentence that says what to change. Message is empty for Other.
type Failure struct {
	Kind    Kind
	Message string
}

// FailureOf describes what went wrong on the way to a host.
func FailureOf(err error, to Host) Failure {
	var refused *ProxyError
	var plain tls.RecordHeaderError
	switch {
	case errors.As(err, &refused):
		return refused.failure(to)
	case errors.Is(err, ErrProxyAddress):
		return Failure{ProxyAddress, "HTTPS_PROXY or HTTP_PROXY is not an address such as http://proxy:3128: change it"}
	case errors.Is(err, syscall.EMFILE), errors.Is(err, syscall.ENFILE):
		return Failure{FewFiles, fmt.Sprintf("there is no connection to %s because this process may open no more files: raise the limit "+
			"(ulimit -n, LimitNOFILE= of systemd, or the ulimits of the container)", to.Name)}
	case IsProxyDial(err) && IsCertificate(err):
		return Failure{Certificate, certificate(err, Host{Name: "the proxy on the way to " + to.Name, Address: "HTTPS_PROXY"}, time.Now())}
	case IsProxyDial(err):
		return Failure{ProxyAway, fmt.Sprintf("the proxy%s on the way to %s does not answer: check HTTPS_PROXY and NO_PROXY, and whether the "+
			"proxy runs", addressOf(err), to.Name)}
	case IsCertificate(err):
		return Failure{Certificate, certificate(err, to, time.Now())}
	case errors.As(err, &plain), errors.Is(err, http.ErrSchemeMismatch):
		return Failure{NoTLS, fmt.Sprintf("%s does not speak TLS: check %s, and its port", to.Name, to.Address)}
	}
	return Failure{}
}

// addressOf is the address that a dial was for, after a space; empty where the error does not say.
func addressOf(err error) string {
	if lookup, is := errors.AsType[*net.DNSError](err); is {
		return " " + lookup.Name
	}
	for e := error(nil); err != nil; err = e {
		var op *net.OpError
		if !errors.As(err, &op) {
			return ""
		}
		if op.Op == "dial" && op.Addr != nil {
			return " " + op.Addr.String()
		}
		e = op.Err
	}
	return ""
}
