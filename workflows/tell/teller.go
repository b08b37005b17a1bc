package tell

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/notify"
	"longhaul/workflows/call"
)

// Standstill is why a sync stands still, in sentences.
type Standstill struct {
	Reason string // one of history.Waits
	Why    string
	Do     string
	Until  time.Time // zero when nobody knows
}

// Teller tells people of one sync. Its methods are for one workflow.
type Teller struct {
	Own    *State
	Source string
	Sync   func() string              // its id, which the login may change
	Heard  func() bool                // whether anybody may be told: before the login nobody knows
	Dry    bool                       // it delivers nothing, so people are told of what keeps it from its end alone
	Limit  func() time.Duration       // after which a sync that does not move is stalled
	Done   func() int64               // what the workflow knows to be done: a number that grows with everything
	Shown  func(ctx workflow.Context) // shows that the sync is stalled and why, or is not any more

	at      Standstill
	changes int
	sending int
}

// Halt notes that the sync stands still.
func (t *Teller) Halt(ctx workflow.Context, at Standstill) {
	t.at = at
	t.Own.halt(at.Reason, workflow.Now(ctx))
	t.changes++
}

// GoOn notes that it does not stand still any more.
func (t *Teller) GoOn(ctx workflow.Context) {
	if t.Own.stands() {
		t.changes++
	}
	t.at = Standstill{}
	t.Own.goOn(workflow.Now(ctx))
}

// Idle says whether no message is being started.
func (t *Teller) Idle() bool { return t.sending == 0 }

// Watch tells of the sync until ctx ends. It looks at a part of the limit whether the sync moves, and tells what is due.
func (t *Teller) Watch(ctx workflow.Context) {
	workflow.Go(ctx, func(ctx workflow.Context) {
		every := t.every()
		next := workflow.Now(ctx).Add(every)
		for ctx.Err() == nil {
			now := workflow.Now(ctx)
			if sooner := t.every(); sooner < every { // the login has told the limit
				next = earlier(next, now.Add(sooner))
			}
			every = t.every()
			fact, again := t.Own.due(now)
			switch {
			case fact != nil:
				t.tell(ctx, *fact)
			case t.Own.waits():
				t.pass(ctx, again) // there is nothing to look at
			case now.Before(next):
				t.pass(ctx, earlier(next, again))
			default:
				t.look(ctx)
				next = workflow.Now(ctx).Add(t.every())
			}
		}
	})
}

// every is how often the sync looks whether it moves. That a sync is stalled is told so much too late at most; looks that are closer would be
// most of the history of a sync of days.
func (t *Teller) every() time.Duration { return max(t.Limit()/5, 5*time.Second) }

// LookSummary stands beside the timer of a look in the UI.
const LookSummary = "look whether the sync gets on"

// pass waits until a moment, or until something may be due before it. A standstill that ends in time leaves the timer as it is: each one
// that is cancelled would be two events more. The zero moment does not come.
func (t *Teller) pass(ctx workflow.Context, until time.Time) {
	seen, every := t.changes, t.every()
	if until.IsZero() {
		_ = workflow.Await(ctx, func() bool { return seen != t.changes })
		return
	}
	timed, cancel := workflow.WithCancel(ctx)
	defer cancel()
	in := max(until.Sub(workflow.Now(ctx)), time.Second)
	timer := workflow.NewTimerWithOptions(timed, in, workflow.TimerOptions{Summary: LookSummary})
	_ = workflow.Await(ctx, func() bool {
		if timer.IsReady() || t.every() < every || seen == t.changes {
			return timer.IsReady() || t.every() < every
		}
		seen = t.changes
		copied := *t.Own
		fact, again := copied.due(workflow.Now(ctx))
		return fact != nil || !again.IsZero() && again.Before(until)
	})
}

// earlier is the earlier of two moments, of which the second may be zero.
func earlier(a, b time.Time) time.Time {
	if !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// look looks whether the sync has moved, and shows what is new.
func (t *Teller) look(ctx workflow.Context) {
	since, why, s := t.Own.StalledSince(), t.Own.Why, sight{heard: t.Done()}
	var known bool
	if s.running, s.waiting, known = t.running(ctx); !known { // that an answer is missing is no news
		s.running, s.waiting = t.Own.Count-t.Own.Known, t.Own.Why
	}
	t.Own.look(s, workflow.Now(ctx), t.Limit())
	if t.Own.StalledSince() != since || t.Own.Why != why {
		t.Shown(ctx)
	}
}

// running asks Temporal what running activities have done and for what one of them waits; false where it does not say.
func (t *Teller) running(ctx workflow.Context) (sum int64, waiting string, known bool) {
	id := workflow.GetInfo(ctx).WorkflowExecution
	var acts *activities.Activities
	params := activities.ReadBeatsParams{Workflow: id.ID, Run: id.RunID}
	found, err := call.Locally(ctx, "look whether running activities get on", acts.ReadBeats, params)
	if err != nil {
		return 0, "", false
	}
	for _, beat := range found.Beats {
		sum += beat.Done + beat.Calls
		waiting = cmp.Or(waiting, beat.Waiting)
	}
	return sum, waiting, true
}

// DoOfStall is what somebody can do about a stall of which a running activity says why.
const DoOfStall = "Fix what is said above: the sync goes on by itself"

// tell starts the workflow of a message.
func (t *Teller) tell(ctx workflow.Context, fact notify.Fact) {
	t.Own.Sent++
	fact.Source, fact.Sync, fact.At = t.Source, t.Sync(), workflow.Now(ctx).UTC()
	switch fact.Event {
	case notify.Recovered:
	case notify.Stalled:
		if fact.Why = t.Own.Why; fact.Why != "" {
			fact.Do = DoOfStall
		}
	default:
		fact.Why, fact.Do, fact.Until = t.at.Why, t.at.Do, t.at.Until
	}
	heard := t.Heard() && fact.Event != "" && !(t.Dry && isNoise(fact))
	if !heard {
		fact.Event = ""
	}
	if heard || fact.Unwritten {
		fact.ID = notify.IDOf(t.Source, fact.Sync, cmp.Or(fact.Event, page), t.Own.Sent)
		t.start(ctx, fact)
	}
}

// page stands in the id where the event of a message stands, of a workflow that only writes the page of the sync.
const page notify.Event = "page"

// isNoise says whether a fact of a sync that delivers nothing is left out: its end, and waits that pass by themselves.
func isNoise(fact notify.Fact) bool {
	of := append([]notify.Event{fact.Event}, fact.Closes...)
	return !slices.ContainsFunc(of, func(e notify.Event) bool { return e == notify.Blocked || e == notify.Held || e == notify.Stalled })
}

// summary is what the UI shows beside the workflow of a message.
func summary(fact notify.Fact) string {
	if fact.Event == "" {
		return "write the page of " + fact.Source
	}
	return fmt.Sprintf("tell people of %s: %s", fact.Source, fact.Event)
}

// start starts it and waits until Temporal has it: the sync may end then.
func (t *Teller) start(ctx workflow.Context, fact notify.Fact) {
	t.sending++
	defer func() { t.sending-- }()
	ctx, _ = workflow.NewDisconnectedContext(ctx) // its cancel would be the child's
	ctx = workflow.WithChildOptions(ctx, workflow.ChildWorkflowOptions{
		WorkflowID: fact.ID, TaskQueue: call.TaskQueue, WorkflowExecutionTimeout: Longest,
		WorkflowIDReusePolicy: enumspb.WORKFLOW_ID_REUSE_POLICY_REJECT_DUPLICATE,
		ParentClosePolicy:     enumspb.PARENT_CLOSE_POLICY_ABANDON,
		StaticSummary:         summary(fact),
	})
	err := workflow.ExecuteChildWorkflow(ctx, NotifySourceType, fact).GetChildWorkflowExecution().Get(ctx, nil)
	if err != nil && !temporal.IsWorkflowExecutionAlreadyStartedError(err) {
		workflow.GetLogger(ctx).Warn("nobody can be told", "event", "warning", "source", t.Source, "error", err)
	}
}

// Ended tells of a sync that is over. What was told and stands is closed by that message, or by one of its own where nothing else is told.
func (t *Teller) Ended(ctx workflow.Context, fact notify.Fact) {
	if t.Dry { // whoever started it asks
		fact.Event = ""
	}
	if fact.Event == "" && t.Own.Event != "" {
		fact.Event = notify.Recovered
	}
	if t.Own.Event != "" {
		fact.Closes, t.Own.Event = append(fact.Closes, t.Own.Event), ""
	}
	if fact.Event == "" && !fact.Unwritten {
		return
	}
	t.at = Standstill{Why: fact.Why, Do: fact.Do}
	t.tell(ctx, fact)
}
