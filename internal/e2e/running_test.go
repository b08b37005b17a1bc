package e2e_test

import (
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"

	"longhaul/workflows"
)

// running is a sync under way, and what an operator does to it.
type running struct {
	client.WorkflowRun
	client client.Client
}

// begin starts the sync of source acme.
func (w works) begin(t *testing.T, input ...any) running {
	t.Helper()
	return running{w.start(t, "sync-acme", input...), w.client}
}

// progress asks the sync how far it is.
func (r running) progress(t *testing.T) workflows.Progress {
	t.Helper()
	return progressOf(t, r.client, r.GetID())
}

// progressOf asks a sync how far it is, until it answers: a worker on a busy machine, or one that was just started, may miss the
// time that Temporal gives a query.
func progressOf(t *testing.T, c client.Client, id string) (p workflows.Progress) {
	t.Helper()
	eventually(t, time.Minute, func() bool {
		answer, err := c.QueryWorkflow(t.Context(), id, "", workflows.ProgressQuery)
		if err == nil {
			err = answer.Get(&p)
		}
		if err != nil {
			t.Logf("the query progress: %v", err)
		}
		return err == nil
	})
	return p
}

// until asks again and again until the progress is what is waited for.
func (r running) until(t *testing.T, within time.Duration, met func(workflows.Progress) bool) (p workflows.Progress) {
	t.Helper()
	eventually(t, within, func() bool {
		p = r.progress(t)
		return met(p)
	})
	return p
}

// inPhase waits for a phase.
func (r running) inPhase(t *testing.T, phase workflows.Phase) workflows.Progress {
	t.Helper()
	return r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Phase == phase })
}

func (r running) signal(t *testing.T, name string) {
	t.Helper()
	if err := r.client.SignalWorkflow(t.Context(), r.GetID(), "", name, nil); err != nil {
		t.Fatal(err)
	}
}

// update sends an update and waits for its answer.
func (r running) update(t *testing.T, name string, input ...any) {
	t.Helper()
	handle, err := r.client.UpdateWorkflow(t.Context(), client.UpdateWorkflowOptions{
		WorkflowID: r.GetID(), UpdateName: name, Args: input, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err == nil {
		err = handle.Get(t.Context(), nil)
	}
	if err != nil {
		t.Fatalf("the update %s: %v", name, err)
	}
}

// result waits for the end of a sync that completes.
func (r running) result(t *testing.T) workflows.Result {
	t.Helper()
	var result workflows.Result
	if err := r.Get(t.Context(), &result); err != nil {
		t.Fatalf("the sync failed: %v", err)
	}
	return result
}

// logAttempts logs why activities of the sync were tried again.
func (r running) logAttempts(t *testing.T) {
	t.Helper()
	history := r.client.GetWorkflowHistory(t.Context(), r.GetID(), r.GetRunID(), false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	for history.HasNext() {
		event, err := history.Next()
		if err != nil {
			t.Fatal(err)
		}
		if started := event.GetActivityTaskStartedEventAttributes(); started.GetAttempt() > 1 {
			t.Logf("attempt %d of what event %d scheduled, after: %s", started.GetAttempt(), started.GetScheduledEventId(), started.GetLastFailure().GetMessage())
		}
	}
}
