package host

import (
	"context"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	taskqueuepb "go.temporal.io/api/taskqueue/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
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
		settings.ConnectionOptions.DialOptions = append(settings.ConnectionOptions.DialOptions, options.Polls.DialOption())
	}
	return settings, nil
}

// Served says whether a worker takes the activities of a source.
func Served(ctx context.Context, c client.Client, source string) (bool, error) {
	return Polled(ctx, c, workflows.SourceQueue(source), time.Now().Add(-pollerMemory))
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

// Polled says whether a worker has asked for the activities of a queue since a moment, by Temporal's clock.
func Polled(ctx context.Context, c client.Client, queue string, since time.Time) (bool, error) {
	answer, err := c.DescribeTaskQueue(ctx, queue, enumspb.TASK_QUEUE_TYPE_ACTIVITY)
	if err != nil {
		return false, unanswered(err)
	}
	return slices.ContainsFunc(answer.GetPollers(), func(p *taskqueuepb.PollerInfo) bool {
		return !p.GetLastAccessTime().AsTime().Before(since)
	}), nil
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
