package host

import (
	"context"
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
