package workflows

import (
	"fmt"
	"strconv"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/humanize"
	"longhaul/internal/quota/forecast"
	"longhaul/internal/warning"
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

	flight forecast.Flight // the shards that run
}

// describeState is where the shards are.
type describeState struct {
	NextShard int          `json:"next_shard"`
	Shards    int          `json:"shards"`             // finished
	Reports   int64        `json:"reports"`            // that the shards have brought
	Queue     []Unfinished `json:"queue,omitempty"`    // at most one for each place of the window
	Deferred  int64        `json:"deferred,omitempty"` // reports that the first round left to the second
	Repairs   map[int]int  `json:"repairs,omitempty"`  // how often a shard was described again because its result was torn

	Pace forecast.Pace `json:"pace,omitzero"` // of the shards that have ended lately
}

// Unfinished is a shard that was begun and left before its end: its parts are in the bucket.
//
// It is short in JSON: 64 of these, the warnings, the orders of operators and two exports fit into the 20 kB of a state.
type Unfinished struct {
	Shard     int
	Done      int64 // reports that have their state
	StartOpen bool  // its last run brought none, or ended for want of calls: one answer comes first
	Throttled bool  // Salesforce asked for fewer requests than the share
	Counted   bool  // it had ended before, and is run again since its result was torn
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

// next is the shard to start: first those that were left before their end.
func (p *describePhase) next() Unfinished {
	if len(p.own.Queue) > 0 {
		one := p.own.Queue[0]
		p.own.Queue = p.own.Queue[1:]
		return one
	}
	p.own.NextShard++
	return Unfinished{Shard: p.own.NextShard - 1}
}

// spareCalls are reserved for each shard beside one call a report, for what must be asked again.
const spareCalls = 32

// callsFor is how many calls to reserve for a shard.
func (p *describePhase) callsFor(one Unfinished) int64 {
	left := p.leftOf(one)
	return left + left/4 + spareCalls
}

// leftOf is about how many reports a shard has to describe. Shards are of one size.
func (p *describePhase) leftOf(one Unfinished) int64 {
	reports, shards := p.state.Plan.ToDescribe, p.state.Plan.Shards
	if one.Shard >= shards {
		reports, shards = p.state.Again.ToDescribe, p.state.Again.Shards
	}
	return max((reports+int64(shards)-1)/int64(max(shards, 1))-one.Done, 1)
}

// ended counts what a shard brought, and queues the shard if it was left before its end.
func (p *describePhase) ended(one Unfinished, described activities.DescribeResult, err error) {
	if !one.Counted {
		p.own.Reports += described.Reports - one.Done
	}
	switch {
	case described.Partial:
		startOpen := described.Stop == activities.StopQuota || described.Reports <= one.Done && described.Stop != activities.StopCancelled
		if temporal.IsCanceledError(err) {
			startOpen = one.StartOpen // no worker had begun the shard, so this says nothing about Salesforce
		}
		p.own.Queue = append(p.own.Queue, Unfinished{
			Shard: one.Shard, Done: described.Reports, Throttled: described.Throttled, Counted: one.Counted, StartOpen: startOpen,
		})
	case !one.Counted:
		p.own.Shards++
		p.own.Deferred += described.Deferred
		if p.state.Round < 2 { // what the second round overrides is counted when the descriptions are merged
			p.account.States = p.account.States.Add(described.States)
		}
	}
}

// window runs the shards of a sync, as many at once as the source allows. Each place of the window has its share of the requests
// in flight, so the org sees the same load from one worker or from fifty.
type window struct {
	phase   *describePhase
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
	w := &window{phase: p, shares: shares(p.state.Auth.MaxInFlight, min(p.state.Auth.MaxShards, left))}
	for place := range w.shares {
		w.free = append(w.free, place)
	}
	p.flight = forecast.NewFlight(w.shares, p.state.Auth.MaxInFlight)
	return w
}

// run starts shards and takes what they bring until nothing runs and nothing may be started. A pause, a failure and a cancel end
// those that run: they store what they have.
func (w *window) run(ctx workflow.Context) {
	ctx, done := w.phase.wait.interruptible(ctx)
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
	p := w.phase
	return w.failed == nil && w.pause == 0 && ctx.Err() == nil && !p.wait.paused() && len(w.free) > 0 && p.state.shardsLeft() &&
		!historyFull(ctx) && p.budget.hasRoom(ctx) && !p.budget.usageIsOld()
}

func (w *window) start(ctx workflow.Context, selector workflow.Selector) {
	p, place, one := w.phase, w.free[0], w.phase.next()
	w.free = w.free[1:]
	w.running++
	w.last = w.last || !p.state.shardsLeft()
	reserved := p.budget.reserve(ctx, p.callsFor(one))
	p.flight.Begin(place, min(p.leftOf(one), reserved.Calls), w.last, workflow.Now(ctx))
	params := activities.DescribeParams{
		Sync: p.state.Sync, Shard: one.Shard, Share: w.shares[place], Last: w.last, Known: one.Done, LastRound: p.state.Round == 2,
		StartOpen: one.StartOpen, Throttled: one.Throttled, Budget: reserved,
		Slice: slice(len(w.shares), p.own.Pace.Known()),
	}
	summary := fmt.Sprintf("shard %d of %d: describe its reports", one.Shard+1, p.state.shards())
	if one.Done > 0 {
		summary = fmt.Sprintf("shard %d of %d: describe the rest, after %s", one.Shard+1, p.state.shards(), humanize.Count(one.Done, "report"))
	}
	pending := call.Start(ctx, call.ForDescribe, summary, acts.Describe, params)
	selector.AddFuture(pending.Future, func(workflow.Future) {
		described, err := pending.Result(ctx)
		p.budget.giveBack(ctx, reserved, described.Spending, err)
		if err != nil {
			described.Reports, described.Partial = call.Reached(err, one.Done), true
			if w.failed == nil && !isCancel(ctx, err) {
				w.failed = err
			}
		}
		if held := p.flight.End(place, workflow.Now(ctx)); err == nil {
			p.own.Pace.Add(described.Reports-one.Done, described.Calls, held)
		}
		w.ended(place, described)
		p.ended(one, described, err)
		p.display.touch(ctx)
	})
}

// ended makes the place of a shard free, and notes the wait that Salesforce asked the shard for.
func (w *window) ended(place int, described activities.DescribeResult) {
	w.running--
	if described.Partial && described.RetryAfter > w.pause {
		w.pause, w.why = described.RetryAfter, described.Why
	}
	if described.Partial || !w.last {
		w.free = append(w.free, place)
	}
}

// slice is for how long one of n shards describes before it ends as it is: a minute for each of them, so that a slow org costs no more
// than about 400 events an hour, but at most ten, for which a lost worker may hold the calls that are reserved for a shard. The
// first runs are short, since the pace is known by those that have ended.
func slice(n int, paceKnown bool) time.Duration {
	const shortest, longest = 2 * time.Minute, 10 * time.Minute
	if !paceKnown {
		return shortest
	}
	return min(max(time.Duration(n)*time.Minute, shortest), longest)
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

// startRound begins the second round, whose shards are numbered from first on.
func (p *describePhase) startRound(first int) { p.own.NextShard = first }

// A bucket that damages what it holds again and again, or much of it, does not keep a sync from ending.
const (
	maxRepairs       = 3  // of one shard
	maxDamagedShards = 32 // of one sync
)

// repairing runs a step that reads the results of the shards. A shard whose result is torn is described again, and the step is run
// once more.
func (p *describePhase) repairing(ctx workflow.Context, step func(workflow.Context) error) error {
	for {
		if p.state.shardsLeft() { // the previous run may have continued as new in the middle of this
			if err := p.run(ctx); err != nil {
				return err
			}
		}
		if err := step(ctx); !p.requeue(err) {
			return err
		}
	}
}

// requeue puts the shard back that a failure calls torn, and says whether there was one that may be tried again.
func (p *describePhase) requeue(err error) bool {
	torn := call.Details(err).Torn
	if torn == nil || p.own.Repairs[*torn] >= maxRepairs || len(p.own.Repairs) >= maxDamagedShards {
		return false
	}
	if p.own.Repairs == nil {
		p.own.Repairs = map[int]int{}
	}
	p.own.Repairs[*torn]++
	p.own.Queue = append(p.own.Queue, Unfinished{Shard: *torn, Counted: true})
	p.state.warn(warning.New(warning.ShardDamaged, warning.Params{"shard": strconv.Itoa(*torn + 1)}))
	return true
}
