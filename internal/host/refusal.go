package host

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"go.temporal.io/api/serviceerror"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"longhaul/internal/fault"
)

// Refused explains an answer of Temporal, or of a gateway before it, that refuses this client; nil for every other error.
func Refused(err error) error {
	words := refusedWords(err)
	if words == "" {
		return nil
	}
	return &fault.Error{Class: fault.Transient, System: fault.Temporal, Err: err, Message: "Temporal " + words}
}

// refusedWords go on after "Temporal" and say how it refuses this client; empty for other errors.
func refusedWords(err error) string {
	answer := statusOf(err)
	if strings.Contains(answer.Message(), "unexpected HTTP status code") {
		return ""
	}
	var denied *serviceerror.PermissionDenied
	switch {
	case errors.As(err, new(*serviceerror.NamespaceNotFound)):
		return "has no namespace of that name: set TEMPORAL_NAMESPACE to one that it has, or create it"
	case unsupported(err):
		return "refuses the version of this program: " + short(answer.Message()) + "; use a version of Longhaul that fits the server"
	case answer.Code() == codes.Unauthenticated:
		return "does not accept who asks: the API key (TEMPORAL_API_KEY) or the certificate is missing, wrong or has expired"
	case errors.As(err, &denied), answer.Code() == codes.PermissionDenied:
		return "does not let this client in: check TEMPORAL_API_KEY or the certificate, and TEMPORAL_NAMESPACE"
	case answer.Code() == codes.ResourceExhausted:
		return "takes no more requests now (" + short(answer.Message()) + "): try again in a moment, or raise the limits of the namespace"
	default:
		return ""
	}
}

func unsupported(err error) bool {
	err = serviceerror.FromStatus(statusOf(err))
	return errors.As(err, new(*serviceerror.ClientVersionNotSupported)) || errors.As(err, new(*serviceerror.ServerVersionNotSupported))
}

// statusOf is an error as gRPC brought it.
func statusOf(err error) *status.Status {
	var own serviceerror.ServiceError
	if errors.As(err, &own) {
		return own.Status()
	}
	return status.Convert(err)
}

// short is the first line of another program's text, cut to what fits into a sentence.
func short(text string) string {
	const most = 200
	text, _, _ = strings.Cut(strings.TrimSpace(text), "\n")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

// unreachable explains why a client could not be made, and what to change.
func unreachable(settings connection, err error) error {
	where := fmt.Sprintf("at %s (namespace %s)", settings.HostPort, settings.Namespace)
	var message string
	if words := refusedWords(err); words != "" {
		message = "Temporal " + where + " " + words
	} else {
		message = connectionWords(settings, where, err)
	}
	for _, more := range []string{throughProxy(settings.HostPort), withoutPort(settings.HostPort), settings.note} {
		if more != "" {
			message += "; " + more
		}
	}
	return &fault.Error{Class: fault.Transient, System: fault.Temporal, Err: err, Message: message}
}

// connectionWords explain a failed connection. gRPC gives the cause as text only, so that text is read here and nowhere else. The
// tests meet each cause.
func connectionWords(settings connection, where string, err error) string {
	text := statusOf(err).Message()
	if cause := probe(settings); cause != nil {
		text = cause.Error()
	}
	has := func(parts ...string) bool {
		for _, part := range parts {
			if strings.Contains(text, part) {
				return true
			}
		}
		return false
	}
	tls := settings.ConnectionOptions.TLS != nil
	switch {
	case has("unexpected HTTP status code", "looked like an HTTP/1.1 header", "malformed HTTP response", "content-type"):
		return "what answers " + where + " is no Temporal (" + short(text) + "): set TEMPORAL_ADDRESS to host and port of Temporal's gRPC frontend, not of its UI; " +
			"if a gateway is in front of it, the gateway refuses"
	case statusOf(err).Code() == codes.Unimplemented:
		return "what answers " + where + " is no Temporal, or an old one (" + short(text) + "): set TEMPORAL_ADDRESS to host and port of Temporal's gRPC frontend"
	case has("first record does not look like a TLS handshake"):
		return "Temporal " + where + " speaks without TLS, and this client with it: set TEMPORAL_TLS=false, or TEMPORAL_ADDRESS to the address that takes TLS"
	case has("certificate signed by unknown authority", "certificate is not trusted"):
		return "the certificate of Temporal " + where + " comes from an authority that is not known here (" + short(certificate(text)) +
			"): name its CA in TEMPORAL_TLS_SERVER_CA_CERT_PATH"
	case has("x509: certificate is valid for", "x509: certificate is not valid for", "doesn't contain any IP SANs", "x509: cannot validate certificate"):
		return "the certificate of Temporal " + where + " is for another name (" + short(certificate(text)) + "): set TEMPORAL_ADDRESS to that name, or TEMPORAL_TLS_SERVER_NAME"
	case has("x509:"):
		return "the certificate of Temporal " + where + " cannot be used (" + short(certificate(text)) +
			"): check this machine's clock; if it is right, have the certificate changed"
	case has("remote error: tls:"):
		return "Temporal " + where + " refuses this client's certificate (" + short(certificate(text)) + "): check TEMPORAL_TLS_CLIENT_CERT_PATH and TEMPORAL_TLS_CLIENT_KEY_PATH"
	case has("no such host", "name resolver error", "produced zero addresses", "no children to pick from"):
		return "the name in the address of Temporal " + where + " is not known here: check TEMPORAL_ADDRESS, and the name service (" + short(text) + ")"
	case has("connection refused"):
		return "Temporal does not answer " + where + ": start it, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE (connection refused)"
	case !tls && has("error reading server preface", "connection closed before server preface received"):
		return "what answers " + where + " ends a connection without TLS: set TEMPORAL_TLS=true, or TEMPORAL_ADDRESS to Temporal's gRPC frontend"
	case errors.Is(err, context.DeadlineExceeded), statusOf(err).Code() == codes.DeadlineExceeded:
		return fmt.Sprintf("Temporal does not answer %s within %s: start it, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE", where, dialTimeout-probeTimeout)
	default:
		return "Temporal does not answer " + where + ": start it, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE (" + short(text) + ")"
	}
}

// certificate is the part of a handshake's failure that is about certificates.
func certificate(text string) string {
	for _, mark := range []string{"x509: ", "remote error: tls: "} {
		if _, after, found := strings.Cut(text, mark); found {
			return strings.TrimSuffix(after, `"`)
		}
	}
	return text
}

// throughProxy names the proxy through which gRPC reaches the address, because proxies are easily forgotten; empty without one.
func throughProxy(address string) string {
	proxy, err := http.ProxyFromEnvironment(&http.Request{URL: &url.URL{Scheme: "https", Host: address}})
	if err != nil || proxy == nil {
		return ""
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		host = address
	}
	return fmt.Sprintf("the way there leads through the proxy %s (HTTPS_PROXY): where it should not, add %s to NO_PROXY", proxy.Redacted(), host)
}

// withoutPort says which port an address without one leads to.
func withoutPort(address string) string {
	if _, _, err := net.SplitHostPort(address); err == nil || strings.Contains(address, "://") || strings.HasPrefix(address, "unix:") {
		return ""
	}
	return "the address has no port, so 443 was tried: Temporal's usual one is 7233"
}
