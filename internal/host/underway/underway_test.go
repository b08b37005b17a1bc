package underway_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/host/underway"
)

// temporal lists workflows of each status, and counts how often.
type temporal struct {
	client.Client
	queries []string
	err     error
}

func (t *temporal) ListWorkflow(
	_ context.Context, q *workflowservice.ListWorkflowExecutionsRequest,
) (*workflowservice.ListWorkflowExecutionsResponse, error) {
	t.queries = append(t.queries, q.GetQuery())
	answer := new(workflowservice.ListWorkflowExecutionsResponse)
	for id, status := range map[string]enumspb.WorkflowExecutionStatus{
		"sync-runs":             enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING,
		"longhaul-runs-2026":    enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING, // by which a schedule started it
		"sync-ended":            enumspb.WORKFLOW_EXECUTION_STATUS_TERMINATED,
		"sync-goes-on":          enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW,
		"somebody-elses-thing-": enumspb.WORKFLOW_EXECUTION_STATUS_COMPLETED,
	} {
		answer.Executions = append(answer.Executions, &workflowpb.WorkflowExecutionInfo{
			Execution: &commonpb.WorkflowExecution{WorkflowId: id}, Status: status,
		})
	}
	return answer, t.err
}

func TestLister_listsOncePerPeriodForAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		on := new(temporal)
		l := &underway.Lister{Client: on, Every: time.Minute}
		for range 3 {
			for range 2 { // who look
				syncs, err := l.List(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				if got := fmt.Sprint(len(syncs.Began), syncs.Ended); got != "1 map[ended:true]" || syncs.Began["runs"].IsZero() {
					t.Errorf("got %+v", syncs)
				}
			}
			time.Sleep(time.Minute) //nolint:forbidigo // of a synctest bubble
		}
		since := time.Now().Add(-2 * time.Minute) // of the list before the last
		if n := len(on.queries); n != 3 || !strings.Contains(on.queries[2], since.Add(-3*time.Minute).UTC().Format(time.RFC3339)) {
			t.Errorf("Temporal was asked %q", on.queries)
		}
		on.err = errors.New("away")
		for range 2 { // an error is no answer for others
			if _, err := l.List(t.Context()); !errors.Is(err, on.err) {
				t.Errorf("got %v", err)
			}
		}
	})
}
