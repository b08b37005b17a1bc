package temporaldev

import (
	"context"
	"errors"
	"fmt"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/api/operatorservice/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/api/workflowservice/v1"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/status"
)

// awaitUsable returns once the frontend knows the namespace with its search attributes and the history service answers for it,
// which is all that starting a workflow needs.
func awaitUsable(ctx context.Context, frontend string, o Options) error {
	conn, err := grpc.NewClient(frontend, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithNoProxy())
	if err != nil {
		return fmt.Errorf("dial Temporal's server: %w", err)
	}
	defer func() { _ = conn.Close() }()
	if err := retry(ctx, func() error { return usable(ctx, conn, o) }); err != nil {
		return fmt.Errorf("wait for Temporal's server: %w", err)
	}
	return nil
}

func usable(ctx context.Context, conn *grpc.ClientConn, o Options) error {
	known, err := operatorservice.NewOperatorServiceClient(conn).ListSearchAttributes(ctx,
		&operatorservice.ListSearchAttributesRequest{Namespace: o.Namespace}, grpc.WaitForReady(true))
	if err != nil {
		return err
	}
	for name := range o.SearchAttributes {
		if _, ok := known.GetCustomAttributes()[name]; !ok {
			return fmt.Errorf("search attribute %s is not there yet", name)
		}
	}
	_, err = workflowservice.NewWorkflowServiceClient(conn).DescribeWorkflowExecution(ctx,
		&workflowservice.DescribeWorkflowExecutionRequest{
			Namespace: o.Namespace,
			Execution: &commonpb.WorkflowExecution{WorkflowId: "longhaul-is-temporal-ready"},
		})
	var notFound *serviceerror.NotFound
	if err == nil || errors.As(serviceerror.FromStatus(status.Convert(err)), &notFound) {
		return nil // a history shard answers that there is no such workflow
	}
	return err
}

// retry calls try at once, and then at short intervals until it succeeds or ctx ends.
func retry(ctx context.Context, try func() error) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		err := try()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", context.Cause(ctx), err)
		case <-ticker.C:
		}
	}
}
