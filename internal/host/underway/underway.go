// Package underway lists the syncs that run.
package underway

import (
	"context"
	"fmt"
	"sync"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/workflows"
)

const (
	// listWithin bounds one list, and mostSyncs the workflows in it. Beside each sync may be one more, by which a schedule started it.
	listWithin, mostSyncs = 10 * time.Second, 1000
	// listLate is for how long Temporal may not list yet that a sync has ended.
	listLate = 3 * time.Minute
)

// Syncs are those that Temporal lists, by source.
type Syncs struct {
	Began map[string]time.Time // of those that run
	Ended map[string]bool      // one has ended since the list before, or shortly before that
}

// List asks Temporal which syncs run, or have ended since a moment.
func List(ctx context.Context, c client.Client, since time.Time) (Syncs, error) {
	ctx, cancel := context.WithTimeout(ctx, listWithin)
	defer cancel()
	listed, err := c.ListWorkflow(ctx, &workflowservice.ListWorkflowExecutionsRequest{
		Query: fmt.Sprintf(`WorkflowType = %q AND (ExecutionStatus = "Running" OR CloseTime > %q)`,
			workflows.SyncSourceType, since.UTC().Format(time.RFC3339)),
		PageSize: mostSyncs,
	})
	if err != nil {
		return Syncs{}, fmt.Errorf("listing the syncs that run: %w", err)
	}
	all := Syncs{Began: map[string]time.Time{}, Ended: map[string]bool{}}
	for _, one := range listed.GetExecutions() {
		name, ok := workflows.SourceOfID(one.GetExecution().GetWorkflowId())
		switch {
		case !ok:
		case one.GetStatus() == enumspb.WORKFLOW_EXECUTION_STATUS_RUNNING:
			all.Began[name] = one.GetStartTime().AsTime()
		case one.GetStatus() != enumspb.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW:
			all.Ended[name] = true
		}
	}
	return all, nil
}

// Lister gives one list to all who look in the same period. It is safe for concurrent use.
type Lister struct {
	Client client.Client
	Every  time.Duration // the period

	mu   sync.Mutex
	at   time.Time // of the list; zero: none was given
	last Syncs
}

// List is the list of this period.
func (l *Lister) List(ctx context.Context) (Syncs, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if !l.at.IsZero() && now.Sub(l.at) < l.Every/2 {
		return l.last, nil
	}
	since := now
	if !l.at.IsZero() {
		since = l.at
	}
	all, err := List(ctx, l.Client, since.Add(-listLate))
	if err == nil {
		l.at, l.last = now, all
	}
	return all, err
}
