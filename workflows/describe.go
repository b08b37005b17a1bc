package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/workflows/call"
)

// describePhase describes the reports of all shards of a round, shard by shard in parallel activities.
type describePhase struct {
	own      *describeState
	state    *State
	account  *accountState // the shards add to it
	wait     *waiter
	recovery *recovery
	budget   *budget
	display  *display
}

// describeState is where the shards are.
type describeState struct {
	NextShard int          `json:"next_shard"`
	Shards    int          `json:"shards"`             // finished
	Reports   int64        `json:"reports"`            // that the shards have brought
	Queue     []Unfinished `json:"queue,omitempty"`    // at most one for each place of the window
	Deferred  int64        `json:"deferred,omitempty"` // reports that the first round put off
	Repairs   map[int]int  `json:"mends,omitempty"`    // how often a shard was described again because its result was torn
}

// Unfinished is a shard that was begun and left before its end: its parts are in the bucket.
type Unfinished struct {
	Shard     int   `json:"shard"`
	Done      int64 `json:"done"`              // reports that have their state
	HalfOpen  bool  `json:"doubt,omitempty"`   // its last run brought none, or ended for want of calls: one answer comes first
	Throttled bool  `json:"pressed,omitempty"` // Salesforce asked for fewer requests than the share
	Counted   bool  `json:"counted,omitempty"` // it had ended before, and is run again since its result was torn
}

// run runs windows of shards to the last shard of the round, and waits for what must be waited for or fixed between two windows.
func (p *describePhase) run(ctx workflow.Context) error { return p.recovery.run(ctx, p.describe) }

func (p *describePhase) describe(ctx workflow.Context) error {
	for p.state.shardsLeft() {
		if err := p.wait.untilResumed(ctx); err != nil {
			return err
		}
		if err := p.budget.untilRoom(ctx); err != nil {
			return err
		}
		w := newWindow(p)
		w.run(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case w.failed != nil:
			return w.failed
		case w.pause > 0:
			if err := p.wait.backOff(ctx, w.pause, w.why); err != nil {
				return err
			}
		case p.state.shardsLeft() && historyFull(ctx):
			return p.wait.continueAsNew(ctx)
		}
	}
	return ctx.Err()
}

// window runs the shards of a sync, as many at once as the source allows. Each place of the window has its share of the requests
// in flight, so the org sees the same load from one worker or from fifty.
type window struct {
	*describePhase
	shares  []int // by place
	free    []int // places
	running int
	last    bool          // the last shard has begun: a shard that ends hands its share on, so its place stays taken
	failed  error         // the first
	pause   time.Duration // that Salesforce asked for, the longest
	why     string        // the sentence of that
}

func newWindow(p *describePhase) *window {
	left := len(p.own.Queue) + p.state.shards() - p.own.NextShard
	w := &window{describePhase: p, shares: shares(p.state.Auth.MaxInFlight, min(p.state.Auth.MaxShards, left))}
	for place := range w.shares {
		w.free = append(w.free, place)
	}
	return w
}

// run starts shards and takes what they bring until nothing runs and nothing may be started. A pause, a failure and a cancel end
// those that run: they store what they have.
func (w *window) run(ctx workflow.Context) {
	ctx, done := w.wait.interruptible(ctx)
	defer done()
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	selector := workflow.NewSelector(ctx)
	for {
		for w.mayStart(ctx) {
			w.start(ctx, selector)
		}
		if w.running == 0 {
			return
		}
		selector.Select(ctx)
		if w.failed != nil {
			cancel()
		}
	}
}

// mayStart says whether another shard may start now.
func (w *window) mayStart(ctx workflow.Context) bool {
	return w.failed == nil && w.pause == 0 && ctx.Err() == nil && !w.wait.paused() && len(w.free) > 0 && w.state.shardsLeft() &&
		!historyFull(ctx) && w.budget.hasRoom(ctx) && !w.budget.usageIsOld()
}

// next is the shard to start: first those that were left before their end.
func (w *window) next() Unfinished {
	if len(w.own.Queue) > 0 {
		one := w.own.Queue[0]
		w.own.Queue = w.own.Queue[1:]
		return one
	}
	w.own.NextShard++
	return Unfinished{Shard: w.own.NextShard - 1}
}

func (w *window) start(ctx workflow.Context, selector workflow.Selector) {
	place, one := w.free[0], w.next()
	w.free = w.free[1:]
	w.running++
	w.last = w.last || !w.state.shardsLeft()
	lease := w.budget.lease(ctx, w.callsFor(one))
	params := activities.DescribeParams{
		Sync: w.state.Sync, Shard: one.Shard, Share: w.shares[place], Last: w.last, Known: one.Done, LastRound: w.state.Round == 2,
		Doubt: one.HalfOpen, Pressed: one.Throttled, Lease: lease,
	}
	summary := fmt.Sprintf("describe shard %d of %d", one.Shard+1, w.state.shards())
	pending := call.Start(ctx, call.ForDescribe, summary, acts.Describe, params)
	selector.AddFuture(pending.Future, func(workflow.Future) {
		described, err := pending.Result(ctx)
		w.budget.repay(ctx, lease, described.Spending, err)
		if err != nil {
			described.Reports, described.Partial = max(call.Details(err).Reports, one.Done), true
			if w.failed == nil && !isCancel(ctx, err) {
				w.failed = err
			}
		}
		w.ended(place, one, described, err)
		w.display.touch(ctx)
	})
}

// ended counts what a shard brought, and queues the shard if it was left before its end.
func (w *window) ended(place int, one Unfinished, described activities.DescribeResult, err error) {
	w.running--
	if !one.Counted {
		w.own.Reports += described.Reports - one.Done
	}
	switch {
	case described.Partial:
		halfOpen := described.Stop == activities.StopQuota || described.Reports <= one.Done && described.Stop != activities.StopCancelled
		if temporal.IsCanceledError(err) {
			halfOpen = one.HalfOpen // no worker had begun the shard, so this says nothing about Salesforce
		}
		w.own.Queue = append(w.own.Queue, Unfinished{
			Shard: one.Shard, Done: described.Reports, Throttled: described.Pressed, Counted: one.Counted, HalfOpen: halfOpen,
		})
		if described.RetryAfter > w.pause {
			w.pause, w.why = described.RetryAfter, described.Why
		}
	case !one.Counted:
		w.own.Shards++
		w.own.Deferred += described.Deferred
		if w.state.Round < 2 { // what the second round overrides is counted when the descriptions are merged
			w.account.States = w.account.States.Add(described.States)
		}
	}
	if described.Partial || !w.last {
		w.free = append(w.free, place)
	}
}

// spareCalls are leased for each shard beside one call a report, for what must be asked again.
const spareCalls = 32

// callsFor is how many calls to lease for a shard.
func (w *window) callsFor(one Unfinished) int64 {
	reports, shards := w.state.Plan.ToDescribe, w.state.Plan.Shards
	if one.Shard >= shards {
		reports, shards = w.state.Again.ToDescribe, w.state.Again.Shards
	}
	left := max((reports+int64(shards)-1)/int64(max(shards, 1))-one.Done, 1)
	return left + left/4 + spareCalls
}

// shares divides inFlight over n places; what remains of the division goes to the first ones. Every place gets one.
func shares(inFlight, n int) []int {
	parts := make([]int, n)
	for i := range parts {
		parts[i] = max(1, inFlight/n)
		if i < inFlight%n {
			parts[i] = inFlight/n + 1
		}
	}
	return parts
}
