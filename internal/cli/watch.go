package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	workflowpb "go.temporal.io/api/workflow/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/workflows"
)

const (
	watchEvery   = time.Second
	askTimeout   = 3 * time.Second // for one question to Temporal or to a worker behind it
	patience     = 5 * time.Minute // how long Temporal may be away before a watcher gives up
	pickUpWithin = 5 * time.Second // how long a step may lie in the queue before somebody should know
)

// watcher follows one sync to its end.
type watcher struct {
	client  client.Client
	id      string
	view    view
	address string     // of Temporal, where its own tools would not find it
	lost    loss       // the worker, where it is one of this process
	disk    *disk      // under Temporal's database, where that is one of this process; nil elsewhere
	leaves  bool       // it does not wait for somebody to mend what blocks the sync
	answers *answering // to a sync that holds; nil leaves that to others
	resumes bool       // a sync that is found blocked is resumed: whoever runs a command again has mended what blocked it

	pace     pace
	progress workflows.Progress // the newest that a worker told
	advised  standstill         // what people were told to do last
}

// follow shows the sync's progress until it has ended or ctx has, and returns its result.
func (w *watcher) follow(ctx context.Context, run client.WorkflowRun) (*workflows.Result, error) {
	ended := make(chan error, 1)
	var result workflows.Result
	awaiting, leave := context.WithCancel(ctx)
	defer leave()
	go func() { ended <- fault.Caught(func() error { return w.await(awaiting, run, &result) }) }()

	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	defer w.view.end()
	w.look(ctx)
	for {
		select {
		case err := <-ended:
			if ctx.Err() != nil {
				return nil, ctx.Err()
			}
			return w.settle(ctx, &result, err)
		case err := <-w.lost:
			return nil, err
		case <-ticker.C:
			w.look(ctx)
		}
		if err := errors.Join(w.blocked(ctx), w.answer(ctx)); err != nil {
			return nil, err
		}
	}
}

// await waits for the end of the sync, however many runs it takes, also those that a reset makes. A Temporal that restarts
// meanwhile is waited for.
func (w *watcher) await(ctx context.Context, run client.WorkflowRun, result *workflows.Result) error {
	since := time.Now()
	for {
		asked := time.Now()
		next, err := w.takenBack(ctx, run, run.Get(ctx, result))
		if next != nil {
			run = next
			continue
		}
		if err == nil || ctx.Err() != nil || !unanswered(err) {
			return err
		}
		if time.Since(asked) > watchEvery {
			since = asked // it was there for a while
		}
		if time.Since(since) > patience {
			return err
		}
		select {
		case <-ctx.Done():
		case <-time.After(watchEvery):
		}
	}
}

// settle turns the end of the workflow into a result or an error, and shows the end once.
func (w *watcher) settle(ctx context.Context, result *workflows.Result, err error) (*workflows.Result, error) {
	if err == nil {
		w.look(ctx)
		return result, nil
	}
	failed, err := endOf(err)
	return failed, err
}

// look takes one snapshot and shows it.
func (w *watcher) look(ctx context.Context) {
	s, ok := w.snapshot(ctx)
	if !ok || ctx.Err() != nil {
		return
	}
	if w.answers == nil || s.Phase != workflows.PhaseHeld {
		w.view.show(s)
	}
	still := w.standstill()
	if still.phase != w.advised.phase || still.why != w.advised.why {
		w.advised = still
		if advice := still.advice(w.id, w.address); advice != "" {
			w.view.note(advice)
		}
	}
}

// blocked is why a watcher that does not wait leaves a sync.
func (w *watcher) blocked(ctx context.Context) error {
	why := cmp.Or(w.progress.Blocked, w.progress.Refused)
	if !w.leaves || w.progress.Phase == "" {
		return nil
	}
	resumes := w.resumes
	w.resumes = false
	switch {
	case why == nil:
		return nil
	case !resumes:
		return &fault.Error{
			Class: why.Class, System: why.System, Message: oneLine(why.Message) + ". Once that is mended, the same command goes on where it was",
		}
	}
	if err := w.client.SignalWorkflow(ctx, w.id, "", workflows.ResumeSignal, nil); err != nil {
		return temporalFault(err)
	}
	w.progress.Blocked, w.progress.Refused = nil, nil // an answer from before the signal says nothing any more
	return nil
}

// standstill is what the sync waits for somebody to do; zero where it does not.
func (w *watcher) standstill() standstill {
	if !standsStill(w.progress.Phase) || w.leaves && w.progress.Phase == workflows.PhaseBlocked ||
		w.answers != nil && w.progress.Phase == workflows.PhaseHeld {
		return standstill{}
	}
	return standstill{phase: w.progress.Phase, why: w.progress.Waiting, until: w.until()}
}

func (w *watcher) snapshot(ctx context.Context) (snapshot, bool) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	state, err := w.client.DescribeWorkflowExecution(ctx, w.id, "")
	waiting := unattended(state.GetPendingWorkflowTask())
	if err != nil {
		waiting = "Temporal does not answer"
	}
	if waiting == "" {
		if value, err := w.client.QueryWorkflow(ctx, w.id, "", workflows.ProgressQuery); err == nil {
			w.take(value)
		}
	}
	s := snapshot{Progress: w.progress, At: time.Now(), Until: w.until(), Again: describesAgain(w.progress)}
	addPending(&s, state)
	if words := w.unserved(ctx, state); words != "" {
		s.Waiting = words
	}
	if words := w.disk.words(); words != "" {
		waiting = words
	}
	if waiting != "" {
		s.Waiting = waiting
	}
	if s.Waiting != w.progress.Waiting {
		s.Until = time.Time{} // it is about another reason
	}
	s.Left = w.pace.left(s)
	return s, s.Phase != "" || s.Waiting != ""
}

// take keeps what the workflow answered; what cannot be read leaves what was known.
func (w *watcher) take(value converter.EncodedValue) {
	var told workflows.Progress
	if value.Get(&told) == nil {
		w.progress = told
	}
}

// until is when the waiting that the workflow told of is over; zero where it told none.
func (w *watcher) until() time.Time {
	if w.progress.Until == nil {
		return time.Time{}
	}
	return *w.progress.Until
}

// unattended says that no worker takes the sync's next step.
func unattended(task *workflowpb.PendingWorkflowTaskInfo) string {
	if task.GetState() != enumspb.PENDING_WORKFLOW_TASK_STATE_SCHEDULED {
		return ""
	}
	if time.Since(task.GetScheduledTime().AsTime()) < pickUpWithin {
		return ""
	}
	return fmt.Sprintf("no worker takes the next step from task queue %s", workflows.TaskQueue)
}

// unserved says that no worker takes the sync's activities: they lie in the queue of the source, and nobody has asked there
// since.
func (w *watcher) unserved(ctx context.Context, state *workflowservice.DescribeWorkflowExecutionResponse) string {
	var since time.Time
	for _, pending := range state.GetPendingActivities() {
		if pending.GetActivityType().GetName() == findWorker {
			continue
		}
		at := pending.GetScheduledTime()
		if pending.GetState() != enumspb.PENDING_ACTIVITY_STATE_SCHEDULED || at == nil || time.Since(at.AsTime()) < pickUpWithin {
			return ""
		}
		if since.IsZero() || at.AsTime().Before(since) {
			since = at.AsTime()
		}
	}
	source, ok := workflows.SourceOfID(w.id)
	if since.IsZero() || !ok {
		return ""
	}
	if polled, err := host.Polled(ctx, w.client, workflows.SourceQueue(source), since); polled || err != nil {
		return ""
	}
	return workflows.Unserved(source)
}

// addPending adds what the running activities tell by their heartbeats. Trouble is shown when all are in it: as long as
// one gets on, the sync does not wait.
func addPending(s *snapshot, state *workflowservice.DescribeWorkflowExecutionResponse) {
	s.Listed = s.Kinds.Folders + s.Kinds.Reports + s.Kinds.Dashboards + s.Kinds.Components + s.Kinds.Users
	cause, moving := "", false
	for _, pending := range state.GetPendingActivities() {
		var beat activities.Beat
		if details := pending.GetHeartbeatDetails(); details != nil {
			_ = converter.GetDefaultDataConverter().FromPayloads(details, &beat) // a hint; zero where it cannot be read
		}
		s.APICalls += beat.Calls
		switch pending.GetActivityType().GetName() {
		case "Describe":
			s.Described = min(s.Described+beat.Done, s.ToDescribe)
		case "Enumerate":
			s.Listed += beat.Done
		}
		if words := trouble(pending, beat); words == "" {
			moving = true
		} else if cause == "" {
			cause = words
		}
	}
	if s.Waiting == "" && !moving {
		s.Waiting = cause
	}
}

// trouble is the reason why an activity is tried again, as long as the new try has not got anywhere, or what a running one
// says that it waits for, such as a full disk.
func trouble(pending *workflowpb.PendingActivityInfo, beat activities.Beat) string {
	if beat.Waiting != "" && pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED {
		return beat.Waiting
	}
	cause := pending.GetLastFailure()
	moving := pending.GetState() == enumspb.PENDING_ACTIVITY_STATE_STARTED && beat.Done > 0
	if cause == nil || moving {
		return ""
	}
	if cause.GetTimeoutFailureInfo() != nil {
		return "a worker went silent; its work is being given to another"
	}
	return cause.GetMessage()
}

// unanswered says that an error is about reaching Temporal, not about the sync.
func unanswered(err error) bool {
	var unavailable *serviceerror.Unavailable
	var late *serviceerror.DeadlineExceeded
	return errors.As(err, &unavailable) || errors.As(err, &late) || errors.Is(err, context.DeadlineExceeded)
}
