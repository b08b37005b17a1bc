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

	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/telemetry"
)

// dialTimeout bounds how long a person waits to learn that Temporal is not there.
const dialTimeout = 5 * time.Second

// DialOptions says how a client of Temporal is made.
type DialOptions struct {
	Logger  *zap.Logger
	Address string                // empty: that of TEMPORAL_ADDRESS, or of the profiles of Temporal's own tools
	Metrics client.MetricsHandler // may be nil
	Polls   *Polls                // watches the workers of the client; nil where it has none
}

// Dial connects to Temporal. Without an address it reads the same environment variables and profiles as the temporal
// CLI. When Temporal is not there, or refuses this client, it says so within five seconds, and why.
func Dial(ctx context.Context, options DialOptions) (client.Client, error) {
	settings, err := clientOptions(options)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout-probeTimeout)
	defer cancel()
	known := newAttributes(settings.Namespace, options.Logger)
	settings.Plugins = append(settings.Plugins, known)
	c, err := client.DialContext(ctx, settings.Options)
	if err != nil {
		return nil, unreachable(settings, err)
	}
	known.service = c.OperatorService()
	if _, err := c.WorkflowService().DescribeNamespace(ctx, &workflowservice.DescribeNamespaceRequest{Namespace: settings.Namespace}); err != nil {
		c.Close()
		return nil, unreachable(settings, err)
	}
	return c, nil
}

func clientOptions(options DialOptions) (settings connection, err error) {
	settings.HostPort = options.Address
	if options.Address == "" {
		if settings, err = fromEnvironment(); err != nil {
			return connection{}, err
		}
	}
	if settings.HostPort == "" {
		settings.HostPort = client.DefaultHostPort
	}
	if settings.Namespace == "" {
		settings.Namespace = client.DefaultNamespace
	}
	if err := checkAddress(settings.HostPort); err != nil {
		return connection{}, err
	}
	settings.Logger = telemetry.TemporalLogger(options.Logger)
	settings.MetricsHandler = options.Metrics
	if options.Polls != nil {
		options.Polls.in(settings.Namespace)
		settings.ConnectionOptions.DialOptions = append(settings.ConnectionOptions.DialOptions, options.Polls.DialOption())
	}
	return settings, nil
}

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
