package call

import (
	"errors"
	"strconv"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// Running are the activities that a workflow waits for. A query adds what they have done so far to what the workflow knows: each has
// an id here, by which Temporal lists its heartbeats.
type Running struct {
	last  int // id
	tasks []*Task
}

// Task is one activity.
type Task struct {
	ID     string
	Type   string // of the activity, once Temporal has said it
	future workflow.Future
	seen   activities.Beat // the newest that an answer to a query has counted; no query is answered while the workflow gets on
}

type runningKey struct{}

// Follow notes in r which activities are started under the context that it returns.
func (r *Running) Follow(ctx workflow.Context) workflow.Context {
	return workflow.WithValue(ctx, runningKey{}, r)
}

// Tasks are the activities that have not ended, as far as the workflow has heard.
func (r *Running) Tasks() []*Task {
	left := make([]*Task, 0, len(r.tasks))
	for _, t := range r.tasks {
		if !t.future.IsReady() {
			left = append(left, t)
		}
	}
	r.tasks = left
	return left
}

// begin gives an activity that is started under ctx its id; nil where nobody follows it.
func begin(ctx workflow.Context) (workflow.Context, *Task) {
	r, ok := ctx.Value(runningKey{}).(*Running)
	if !ok {
		return ctx, nil
	}
	r.last++
	t := &Task{ID: strconv.Itoa(r.last)}
	options := workflow.GetActivityOptions(ctx)
	options.ActivityID = t.ID
	r.tasks = append(r.Tasks(), t)
	return workflow.WithActivityOptions(ctx, options), t
}

// See counts a beat of the activity and returns the newest that was ever counted. What Temporal says may be older than what it has said
// before, or missing, as between the end of an activity and the workflow's next step.
func (t *Task) See(beat activities.Beat) activities.Beat {
	done, calls := max(t.seen.Done, beat.Done), max(t.seen.Calls, beat.Calls)
	if beat != (activities.Beat{}) {
		t.seen = beat
	}
	t.seen.Done, t.seen.Calls = done, calls
	return t.seen
}

// unheardError is the end of an activity that reported nothing of what it had done: a cancel met it between two attempts. What people have seen
// of it is all that is known.
type unheardError struct {
	error
	seen activities.Beat
}

// Unwrap gives the end itself.
func (u *unheardError) Unwrap() error { return u.error }

// withSeen records beside the end of an activity that reported nothing what people have seen of it.
func (t *Task) withSeen(ctx workflow.Context, err error) error {
	if t == nil || t.ID == "" || !silent(err) {
		return err
	}
	var seen activities.Beat
	look := func(workflow.Context) any { return t.See(activities.Beat{}) }
	if workflow.SideEffect(ctx, look).Get(&seen) != nil || seen == (activities.Beat{}) {
		return err
	}
	return &unheardError{err, seen}
}

// silent says whether an activity ended without an account of its own and without a last beat.
func silent(err error) bool {
	var late *temporal.TimeoutError
	return temporal.IsCanceledError(err) || errors.As(err, &late) && !late.HasLastHeartbeatDetails()
}

// lastBeat is the last that an activity said which failed without a word; false where it never said anything that is known.
func lastBeat(err error) (beat activities.Beat, ok bool) {
	var late *temporal.TimeoutError
	if errors.As(err, &late) && late.HasLastHeartbeatDetails() && late.LastHeartbeatDetails(&beat) == nil {
		return beat, true
	}
	var unheard *unheardError
	if errors.As(err, &unheard) {
		return unheard.seen, true
	}
	return activities.Beat{}, false
}
