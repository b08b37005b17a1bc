package node

import (
	"context"
	"errors"
	"testing"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/source"
)

// fakeServer has the addresses of an embedded Temporal and runs nothing.
type fakeServer struct{}

func (fakeServer) HostPort() string { return "127.0.0.1:7233" }

func (fakeServer) UIURL() string { return "http://127.0.0.1:8233" }

func (fakeServer) Stop() error { return nil }

// oneSync is a Temporal with an open sync. A method that is not here panics.
type oneSync struct {
	client.Client

	terminated bool
}

func (s *oneSync) Close() {}

func (s *oneSync) DescribeWorkflowExecution(
	_ context.Context, id, _ string,
) (*workflowservice.DescribeWorkflowExecutionResponse, error) {
	return &workflowservice.DescribeWorkflowExecutionResponse{WorkflowExecutionInfo: &workflowpb.WorkflowExecutionInfo{
		Execution: &commonpb.WorkflowExecution{WorkflowId: id, RunId: "run-2"}, Status: enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
	}}, nil
}

func (s *oneSync) TerminateWorkflow(context.Context, string, string, string, ...any) error {
	s.terminated = true
	return nil
}

// wrongUsage says whether an error is about what a person gave.
func wrongUsage(err error) bool {
	f := fault.From(err)
	return f != nil && f.Class == fault.Invalid && f.System == fault.Longhaul
}

// A worker would take the shards of another org's unfinished sync as soon as it runs. A worker on this client panics, so this
// test ends well only if everything is tidied up before.
func TestStart_tidiesUpBeforeTheWorkerStarts(t *testing.T) {
	t.Parallel()
	f := &oneSync{}
	sources, err := source.NewRegistry(source.Source{
		Name: "acme", Salesforce: source.Salesforce{
			BaseURL: "acme.my.salesforce.com", ClientID: "3MVG9", ClientSecret: source.Held("a-client-secret"),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	failed := errors.New("end here")
	_, err = Start(t.Context(), Options{
		StartTemporal: func(context.Context, TemporalOptions) (Temporal, error) { return fakeServer{}, nil },
		Dial:          func(context.Context, host.DialOptions) (client.Client, error) { return f, nil },
		Settings:      config.Config{DataDir: t.TempDir(), Sources: sources}, Logger: zap.NewNop(),
		Prepare: func(ctx context.Context, temporal client.Client) error {
			return errors.Join(control.Drop(ctx, temporal, "acme", "another org"), failed)
		},
	})
	if !errors.Is(err, failed) || !f.terminated {
		t.Errorf("got %v, terminated %t", err, f.terminated)
	}
}
