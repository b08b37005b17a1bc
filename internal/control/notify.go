package control

import (
	"context"
	"crypto/rand"
	"strings"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
	"longhaul/workflows"
	"longhaul/workflows/tell"
)

// TestNotify sends a test message about a source to its receivers, or to one of them, by the workflow of messages, and waits for what became
// of it. Each has a workflow of its own: a message under an id that was sent is not sent again.
func TestNotify(ctx context.Context, c client.Client, source, receiver string, now time.Time) ([]notify.Told, error) {
	id := strings.Join([]string{"notify", source, string(notify.Test), strings.ToLower(rand.Text()[:inspectRandom])}, "-")
	served, err := Served(ctx, c, source)
	if err != nil {
		return nil, Explain(err)
	}
	if !served {
		if err := NeedWorker(ctx, c); err != nil {
			return nil, err
		}
		return nil, &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: workflows.Unserved(source)}
	}
	var result tell.Result
	err = ask(ctx, c, client.StartWorkflowOptions{
		ID: id, StaticSummary: "test message about source " + source, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL,
	}, tell.NotifySourceType, notify.Fact{ID: id, Event: notify.Test, Source: source, At: now.UTC(), Receiver: receiver}, &result)
	return result.Told, err
}
