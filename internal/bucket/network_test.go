package bucket

import (
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/fault"
)

// TestFault_saysWhyNoStoreAnswers goes through the errors of a network. A URL in one of them may contain a signature.
func TestFault_saysWhyNoStoreAnswers(t *testing.T) {
	t.Parallel()
	address := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 9000}
	for want, cause := range map[string]error{
		"its host store.example is not found": &net.DNSError{Name: "store.example", IsNotFound: true},
		"nothing answers at 127.0.0.1:9000":   &net.OpError{Op: "dial", Addr: address, Err: syscall.ECONNREFUSED},
		"name the CA in SSL_CERT_FILE":        x509.UnknownAuthorityError{},
		"speaks plain HTTP":                   errors.New("http: server gave HTTP response to HTTPS client"),
		"is no store; check the address":      &fault.PanicError{Value: "nil"},
		"https://store.example/a?… a fault":   errors.New("Get https://store.example/a?sig=secret&x=1: a fault"),
	} {
		p := place{kind: kindAzure, name: "azblob://longhaul", host: "store.example"}
		err := p.fault(reading, "k", &url.Error{Op: "Get", URL: "https://store.example/c/k?sv=1&sig=secret", Err: cause})
		f := fault.From(err)
		if f == nil || f.Class != fault.Transient || !strings.Contains(f.Message, want) || !errors.Is(err, cause) {
			t.Errorf("%v: got %v, want %q", cause, err, want)
		}
		if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q tells a secret", err)
		}
	}
	long := place{kind: kindS3, name: "s3://x"}.fault(reading, "k", errors.New(strings.Repeat("a page\n", 10_000)))
	if len(long.Error()) > 3000 || strings.Contains(long.Error(), "\n") {
		t.Errorf("an error has %d bytes", len(long.Error()))
	}
}

// TestFault_aDriversOwnDeadlineIsNotTheCallers lets a request for credentials go unanswered, as in a container that may not
// reach the address where a cloud provides them. The caller has no deadline.
func TestFault_aDriversOwnDeadlineIsNotTheCallers(t *testing.T) {
	t.Parallel()
	d := &driver{place: place{kind: kindS3, name: "s3://longhaul"}, timeout: answerTimeout}
	asked := fmt.Errorf("get credentials: no role found, %w", context.DeadlineExceeded)
	err := d.ask(t.Context(), reading, "k", func(context.Context) error { return asked })
	if f := fault.From(err); f == nil || f.Class != fault.Transient || !strings.Contains(f.Message, "get credentials: no role found") {
		t.Errorf("got %v, want a fault that says what went unanswered", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := d.ask(ctx, reading, "k", func(ctx context.Context) error { return ctx.Err() }); fault.From(err) != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("a caller that gave up gets %v", err)
	}
}
