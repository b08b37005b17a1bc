package host

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"time"
)

// probeTimeout bounds the search for the cause of a failed connection.
const probeTimeout = time.Second

// probe looks for a cause that gRPC often does not give: an unknown name, or a server that ends the connection after the handshake
// because it wants a certificate of the client. It gives nil where it finds nothing, and where a proxy stands between.
func probe(settings connection) error {
	address := settings.HostPort
	host, _, err := net.SplitHostPort(address)
	if err != nil || strings.Contains(address, "://") || throughProxy(address) != "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), probeTimeout)
	defer cancel()
	if _, err := net.DefaultResolver.LookupHost(ctx, host); err != nil {
		if unknown, ok := errors.AsType[*net.DNSError](err); ok && unknown.IsNotFound {
			return err
		}
		return nil
	}
	if settings.ConnectionOptions.TLS == nil {
		return nil
	}
	return handshake(ctx, address, settings.ConnectionOptions.TLS)
}

// handshake gives the server's error on a TLS connection on which nothing is sent; nil without one.
func handshake(ctx context.Context, address string, config *tls.Config) error {
	config = config.Clone()
	config.NextProtos = []string{"h2"}
	connection, err := (&tls.Dialer{Config: config}).DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	defer func() { _ = connection.Close() }()
	if end, ok := ctx.Deadline(); ok {
		_ = connection.SetReadDeadline(end)
	}
	_, err = connection.Read(make([]byte, 1))
	if errors.Is(err, io.EOF) || errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	return err
}
