package watch_test

import (
	"context"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/internal/notify"
	"longhaul/internal/notify/watch"
)

// starts is a Temporal that keeps how a workflow was to be started.
type starts struct {
	client.Client

	options client.StartWorkflowOptions
	err     error
}

func (s *starts) ExecuteWorkflow(
	_ context.Context, options client.StartWorkflowOptions, _ any, _ ...any,
) (client.WorkflowRun, error) {
	s.options = options
	return nil, s.err
}

// A message whose workflow ended because all workers stopped is started again when one is there: its id is not used up.
func TestStart_againWhereTheOneBeforeFailed(t *testing.T) {
	t.Parallel()
	c := &starts{err: serviceerror.NewWorkflowExecutionAlreadyStarted("", "", "")}
	fact := notify.Fact{ID: "notify-acme-digest-2026w48", Source: "acme", Event: notify.Digest}
	if err := (&watch.Temporal{Client: c}).Start(t.Context(), fact); err != nil {
		t.Errorf("one that was started before: %v", err)
	}
	got := c.options
	if got.ID != fact.ID || got.WorkflowIDReusePolicy != enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE_FAILED_ONLY {
		t.Errorf("it is started by %+v", got)
	}
	if got.WorkflowExecutionTimeout < 12*time.Hour {
		t.Errorf("it waits for a worker for %s: a night is longer", got.WorkflowExecutionTimeout)
	}
}
