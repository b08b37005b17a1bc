// Package live adds what running activities have done so far to what their workflow knows, for whoever asks the workflow.
package live

import (
	"context"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/converter"

	"longhaul/activities"
	"longhaul/workflows/call"
)

// Describe asks Temporal about a run of a workflow: its running activities, with the newest heartbeat of each.
type Describe func(ctx context.Context, workflowID, runID string) (*workflowservice.DescribeWorkflowExecutionResponse, error)

// Counts are what the running activities of a workflow have done since they were started.
type Counts struct {
	Described int64  // reports
	Listed    int64  // records
	Calls     int64  // to Salesforce
	Trouble   string // that keeps all of them from getting on; empty while one does
	At        time.Time
}

const (
	// askEvery is for how long an answer of Temporal is used again: many may watch one sync.
	askEvery = 2 * time.Second
	// askTimeout bounds a question. The workflow cannot get on meanwhile.
	askTimeout = 2 * time.Second
)

// Watch knows what the activities of one run have done. It is used by one query at a time.
type Watch struct {
	Describe Describe

	asked   time.Time
	at      time.Time // when pending was right
	pending map[string]*workflowpb.PendingActivityInfo
}

// Counts adds up what the tasks have done: where Temporal has never said anything, what a signal has told.
func (w *Watch) Counts(tasks []*call.Task, workflowID, runID string) Counts {
	w.ask(workflowID, runID)
	if w.at.IsZero() {
		return Seen(tasks)
	}
	moving, cause := len(tasks) == 0, ""
	for _, task := range tasks {
		pending := w.pending[task.ID]
		if task.See(beatOf(pending)); pending != nil {
			task.Type = pending.GetActivityType().GetName()
		}
		if words := trouble(pending); words == "" {
			moving = true
		} else if cause == "" {
			cause = words
		}
	}
	counts := Seen(tasks)
	if counts.At = w.at; !moving {
		counts.Trouble = cause
	}
	return counts
}

// Seen adds up what the tasks are known to have done, without a question.
func Seen(tasks []*call.Task) (counts Counts) {
	for _, task := range tasks {
		beat := task.See(activities.Beat{})
		counts.Calls += beat.Calls
		switch task.Type {
		case "Describe":
			counts.Described += beat.Done
		case "Enumerate":
			counts.Listed += beat.Done
		}
	}
	return counts
}

// ask asks Temporal, unless it has answered a moment ago. Only answers to queries come here, which no replay repeats.
//
//workflowcheck:ignore
func (w *Watch) ask(workflowID, runID string) {
	if time.Since(w.asked) < askEvery {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), askTimeout)
	defer cancel()
	state, err := w.Describe(ctx, workflowID, runID)
	w.asked = time.Now()
	if err != nil {
		return
	}
	w.at, w.pending = w.asked.UTC(), map[string]*workflowpb.PendingActivityInfo{}
	for _, pending := range state.GetPendingActivities() {
		w.pending[pending.GetActivityId()] = pending
	}
}

// beatOf is what an activity reports; zero where it reports nothing that can be read.
func beatOf(pending *workflowpb.PendingActivityInfo) (beat activities.Beat) {
	details := pending.GetHeartbeatDetails()
	if details == nil || converter.GetDefaultDataConverter().FromPayloads(details, &beat) != nil {
		return activities.Beat{}
	}
	return beat
}

func runs(pending *workflowpb.PendingActivityInfo) bool {
	return pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED
}

// waiting is what an activity says that it waits for, such as a full disk; empty where no worker runs it: its last word may be old.
func waiting(pending *workflowpb.PendingActivityInfo) string {
	if !runs(pending) {
		return ""
	}
	return beatOf(pending).Waiting
}

// trouble is the reason why an activity is tried again, until the new attempt has got on, or what a running attempt says that it waits
// for.
func trouble(pending *workflowpb.PendingActivityInfo) string {
	if why := waiting(pending); why != "" {
		return why
	}
	cause := pending.GetLastFailure()
	if cause == nil || runs(pending) && beatOf(pending).Moved {
		return ""
	}
	if cause.GetTimeoutFailureInfo() != nil {
		return "a worker went silent; its work is being given to another"
	}
	return cause.GetMessage()
}
