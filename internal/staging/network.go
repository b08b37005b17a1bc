package staging

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

// unreachable says in words why no store answered; empty for a bucket that no network is needed for.
func (s *Store) unreachable(err error) string {
	if !s.remote() {
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
	case garbled(err):
		return "what answers at " + cmp.Or(s.host, "its address") + " is no store; check the address of the storage, HTTPS_PROXY and NO_PROXY"
	case errors.As(err, &dns):
		return fmt.Sprintf("its host %s is not found; check the address of the storage and the network", dns.Name)
	case errors.As(err, &authority):
		return "the certificate of its host is signed by a CA that this machine does not know; name the CA in " + s.caVariable()
	case errors.As(err, &name):
		return fault.Short(name.Error(), longestWords) + "; check the address of the storage"
	case errors.As(err, &verify):
		return fault.Short(verify.Error(), longestWords)
	case errors.As(err, &record), strings.Contains(err.Error(), "server gave HTTP response to HTTPS client"):
		return "its host speaks plain HTTP where HTTPS is expected; check the address of the storage"
	case errors.As(err, &op) && errors.Is(err, syscall.ECONNREFUSED):
		return fmt.Sprintf("nothing answers at %s", op.Addr)
	case errors.As(err, &op) && op.Timeout():
		return fmt.Sprintf("no answer from %s in time; check the network", op.Addr)
	}
	return fault.Short(clean(err.Error()), longestWords)
}

// garbled says whether what answered is no store: the drivers cannot read what it says, and one of them does not even look
// whether it can.
func garbled(err error) bool {
	return errors.As(err, new(*fault.PanicError)) || errors.As(err, new(*json.SyntaxError)) || errors.As(err, new(*xml.SyntaxError)) ||
		errors.As(err, new(*smithy.DeserializationError))
}

func (s *Store) caVariable() string {
	if s.kind == "s3" {
		return "AWS_CA_BUNDLE"
	}
	return "SSL_CERT_FILE"
}

// remote says whether the bucket is reached over a network.
func (s *Store) remote() bool { return s.dir == "" && s.kind != "" && s.kind != memory }

// cause is what lies below a fault of key, for the log: without the queries of URLs, in which a signature may stand, and
// without the pages of text that some stores answer with.
func (s *Store) cause(key string, err error) error {
	if !s.remote() {
		return fmt.Errorf("%s: %w", key, err)
	}
	return fmt.Errorf("%s: %w", key, &shortened{err: err, text: fault.Short(clean(err.Error()), longestCause)})
}

// longestCause bounds what the log shows of a driver's error.
const longestCause = 1000

// shortened is an error with a text fit for a log.
type shortened struct {
	err  error
	text string
}

func (s *shortened) Error() string { return s.text }

// Unwrap gives the error itself, unless that is the end of a bound of the store's own: callers must not take it for the end of
// their context.
func (s *shortened) Unwrap() error {
	if ended(s.err) {
		return nil
	}
	return s.err
}

var query = regexp.MustCompile(`\?[^\s"']+`)

// clean gives a text in one line, without the queries of URLs.
func clean(text string) string {
	return strings.Join(strings.Fields(query.ReplaceAllString(text, "?…")), " ")
}
