package host

import (
	"context"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/telemetry"
	"longhaul/workflows"
)

// dialTimeout bounds how long a person waits to hear that Temporal is not there.
const dialTimeout = 5 * time.Second

// DialOptions says how a client of Temporal is made.
type DialOptions struct {
	Logger  *zap.Logger
	Address string                // empty: as TEMPORAL_ADDRESS and the profiles of Temporal's own tools say
	Metrics client.MetricsHandler // may be nil
}

// Dial connects to Temporal. Without an address it reads the same environment variables and profiles as the temporal
// CLI. When Temporal is not there it says so within five seconds.
func Dial(ctx context.Context, options DialOptions) (client.Client, error) {
	settings, err := clientOptions(options)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	known := newAttributes(settings.Namespace, options.Logger)
	settings.Plugins = append(settings.Plugins, known)
	c, err := client.DialContext(ctx, settings)
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

func clientOptions(options DialOptions) (client.Options, error) {
	settings := client.Options{HostPort: options.Address, Namespace: client.DefaultNamespace}
	if options.Address == "" {
		loaded, err := envconfig.LoadDefaultClientOptions()
		if err != nil {
			return client.Options{}, fault.Invalidf("the settings of the Temporal connection cannot be read: %v; check the TEMPORAL_... variables and the profile", err)
		}
		settings = loaded
	}
	if settings.HostPort == "" {
		settings.HostPort = client.DefaultHostPort
	}
	if settings.Namespace == "" {
		settings.Namespace = client.DefaultNamespace
	}
	settings.Logger = telemetry.TemporalLogger(options.Logger)
	settings.MetricsHandler = options.Metrics
	return settings, nil
}

func unreachable(settings client.Options, err error) error {
	return &fault.Error{
		Class: fault.Transient, System: fault.Temporal, Err: err,
		Message: fmt.Sprintf("Temporal does not answer at %s (namespace %s): start it, or set TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE",
			settings.HostPort, settings.Namespace),
	}
}

// Pollers counts the workers that ask for workflow tasks of Longhaul's queue.
func Pollers(ctx context.Context, c client.Client) (int, error) {
	answer, err := c.DescribeTaskQueue(ctx, workflows.TaskQueue, enumspb.TASK_QUEUE_TYPE_WORKFLOW)
	if err != nil {
		return 0, &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: fmt.Sprintf("Temporal does not say who polls task queue %s", workflows.TaskQueue),
		}
	}
	return live(answer.GetPollers()), nil
}

// pollerMemory is for how long a worker that went away still counts: Temporal lists pollers of the last minutes.
const pollerMemory = 90 * time.Second

func live(pollers []*taskqueuepb.PollerInfo) int {
	n := 0
	for _, p := range pollers {
		if time.Since(p.GetLastAccessTime().AsTime()) < pollerMemory {
			n++
		}
	}
	return n
}
