package bucket

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strings"
	"syscall"

	"github.com/aws/smithy-go"

	"longhaul/internal/fault"
)

// networkReason says why no store answered; empty for a bucket that needs no network.
func (p place) networkReason(err error) string {
	if !p.remote() {
		return ""
	}
	var (
		dns       *net.DNSError
		op        *net.OpError
		authority x509.UnknownAuthorityError
		name      x509.HostnameError
		verify    *tls.CertificateVerificationError
		record    tls.RecordHeaderError
	)
	switch {
	case isGarbled(err):
		return "what answers at " + cmp.Or(p.host, "its address") + " is no store; check the address of the storage, HTTPS_PROXY and NO_PROXY"
	case errors.As(err, &dns):
		return fmt.Sprintf("its host %s is not found; check the address of the storage and the network", dns.Name)
	case errors.As(err, &authority):
		return "the certificate of its host is signed by a CA that this machine does not know; name the CA in " + p.caVariable()
	case errors.As(err, &name):
		return fault.Short(name.Error(), longestWords) + "; check the address of the storage"
	case errors.As(err, &verify):
		return fault.Short(verify.Error(), longestWords) + "; check this machine's clock, or have the certificate renewed"
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "its host speaks plain HTTP where HTTPS is expected; check the address of the storage"
	case errors.As(err, &op) && errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing answers at %s", op.Addr)
	case errors.As(err, &op) && op.Timeout():
		return fmt.Sprintf("no answer from %s in time; check the network", op.Addr)
	}
	return fault.Short(withoutQueries(err.Error()), longestWords)
}

// isGarbled reports whether the answer came from no store: a driver cannot parse it, or fails on it with a panic.
func isGarbled(err error) bool {
	return errors.As(err, new(*fault.PanicError)) || errors.As(err, new(*json.SyntaxError)) || errors.As(err, new(*xml.SyntaxError)) ||
		errors.As(err, new(*smithy.DeserializationError))
}

func isTimeoutOfConnection(err error) bool { return errors.As(err, new(*net.OpError)) }

// caVariable is the environment variable that gives the driver a CA.
func (p place) caVariable() string {
	if p.kind == kindS3 {
		return "AWS_CA_BUNDLE"
	}
	return "SSL_CERT_FILE"
}

// cause is the error below a fault of key, for the log: without the queries of URLs, which may contain a signature, and
// without the pages of text that some stores answer with.
func (p place) cause(key string, err error) error {
	if !p.remote() {
		return fmt.Errorf("%s: %w", key, err)
	}
	return fmt.Errorf("%s: %w", key, &shortened{err: err, text: fault.Short(withoutQueries(err.Error()), longestCause)})
}

// longestCause bounds what the log shows of a driver's error.
const longestCause = 1000

// shortened is an error with a text fit for a log.
type shortened struct {
	err  error
	text string
}

// Error returns the short text.
func (s *shortened) Error() string { return s.text }

// Unwrap returns the error itself, unless it is the end of a deadline of the driver's own: callers must not take that for the
// end of their context.
func (s *shortened) Unwrap() error {
	if isEndOfContext(s.err) {
		return nil
	}
	return s.err
}

var urlQuery = regexp.MustCompile(`\?[^\s"']+`)

// withoutQueries returns a text in one line, without the queries of URLs.
func withoutQueries(text string) string {
	return strings.Join(strings.Fields(urlQuery.ReplaceAllString(text, "?…")), " ")
}
