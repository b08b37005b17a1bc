package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// maxEvents is the length of a history at which the sync continues as new; the server's suggestion counts too.
const maxEvents = 3000

// Unfinished is a shard that was begun and left before its end: its parts lie in the bucket.
type Unfinished struct {
	Shard   int   `json:"shard"`
	Done    int64 `json:"done"`              // reports that have their state
	Doubt   bool  `json:"doubt,omitempty"`   // its last run brought none, or ended for want of calls: one answer comes first
	Pressed bool  `json:"pressed,omitempty"` // Salesforce asked for fewer requests than the share
	Counted bool  `json:"counted,omitempty"` // it had ended before, and is run again since its result was torn
}

// window runs the shards of a sync, as many at once as the source allows. Each place of the window has its share of the
// requests in flight, so the org sees the same load from one worker or from fifty.
type window struct {
	sync    *sync
	shares  []int // by place
	free    []int // places
	running int
	last    bool          // the last shard has begun: whoever ends hands its share on, so its place stays taken
	failed  error         // the first
	pause   time.Duration // that Salesforce asked for, the longest
	why     string        // the sentence of that
}

// describe runs the window to the last shard of the round, with a stop for everything that must be waited for or mended.
func (s *sync) describe(ctx workflow.Context) error { return s.persist(ctx, s.describeAll) }

func (s *sync) describeAll(ctx workflow.Context) error {
	for s.shardsLeft() {
		if err := s.untilResumed(ctx); err != nil {
			return err
		}
		if err := s.untilRoom(ctx); err != nil {
			return err
		}
		w := newWindow(s)
		w.run(ctx)
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case w.failed != nil:
			return w.failed
		case w.pause > 0:
			if err := s.breathe(ctx, w.pause, w.why); err != nil {
				return err
			}
		case s.shardsLeft() && historyFull(ctx):
			return s.continueAsNew(ctx)
		}
	}
	return ctx.Err()
}

// shards is the number at which the shards of the round end.
func (s *sync) shards() int {
	if s.state.Round < 2 {
		return s.state.Plan.Shards
	}
	return s.state.Plan.Shards + s.state.Again.Shards
}

func (s *sync) shardsLeft() bool { return len(s.state.Queue) > 0 || s.state.NextShard < s.shards() }

func newWindow(s *sync) *window {
	left := len(s.state.Queue) + s.shards() - s.state.NextShard
	w := &window{sync: s, shares: shares(s.state.Auth.MaxInFlight, min(s.state.Auth.MaxShards, left))}
	for place := range w.shares {
		w.free = append(w.free, place)
	}
	return w
}

// run starts shards and takes what they bring until nothing runs and nothing may be started. A pause, a failure and a
// cancel end those that run: they store what they have.
func (w *window) run(ctx workflow.Context) {
	ctx, done := w.sync.interruptible(ctx)
	defer done()
	ctx, cancel := workflow.WithCancel(ctx)
	defer cancel()
	selector := workflow.NewSelector(ctx)
	for {
		for w.open(ctx) {
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

// open says whether another shard may start now.
func (w *window) open(ctx workflow.Context) bool {
	s := w.sync
	return w.failed == nil && w.pause == 0 && ctx.Err() == nil && !s.state.Paused && len(w.free) > 0 && s.shardsLeft() &&
		!historyFull(ctx) && s.hasRoom(ctx) && !s.unheard()
}

// next is the shard to start: first those that were left before their end.
func (w *window) next() Unfinished {
	state := w.sync.state
	if len(state.Queue) > 0 {
		one := state.Queue[0]
		state.Queue = state.Queue[1:]
		return one
	}
	state.NextShard++
	return Unfinished{Shard: state.NextShard - 1}
}

func (w *window) start(ctx workflow.Context, selector workflow.Selector) {
	s := w.sync
	place, one := w.free[0], w.next()
	w.free = w.free[1:]
	w.running++
	w.last = w.last || !s.shardsLeft()
	lease := s.lease(ctx, s.callsFor(one))
	params := activities.DescribeParams{
		Sync: s.state.Sync, Shard: one.Shard, Share: w.shares[place], Last: w.last, Known: one.Done, LastRound: s.state.Round == 2,
		Doubt: one.Doubt, Pressed: one.Pressed, Lease: lease,
	}
	summary := fmt.Sprintf("describe shard %d of %d", one.Shard+1, s.shards())
	future := workflow.ExecuteActivity(with(ctx, forDescribe, summary), acts.Describe, params)
	selector.AddFuture(future, func(f workflow.Future) {
		var done activities.DescribeResult
		err := f.Get(ctx, &done)
		w.ended(ctx, place, one, lease, done, err)
	})
}

// ended takes what a shard brought.
func (w *window) ended(
	ctx workflow.Context, place int, one Unfinished, lease activities.Lease, done activities.DescribeResult, err error,
) {
	s := w.sync
	w.running--
	s.repay(ctx, lease, done.Spending, err)
	if err != nil {
		done.Reports, done.Partial = max(detailsOf(err).Reports, one.Done), true
		if w.failed == nil && !isCancel(ctx, err) {
			w.failed = err
		}
	}
	if !one.Counted {
		s.state.Reports += done.Reports - one.Done
	}
	switch {
	case done.Partial:
		doubt := done.Stop == activities.StopQuota || done.Reports <= one.Done && done.Stop != activities.StopCancelled
		if temporal.IsCanceledError(err) {
			doubt = one.Doubt // no worker had begun it, so it says nothing of Salesforce
		}
		s.state.Queue = append(s.state.Queue, Unfinished{
			Shard: one.Shard, Done: done.Reports, Pressed: done.Pressed, Counted: one.Counted, Doubt: doubt,
		})
		if done.RetryAfter > w.pause {
			w.pause, w.why = done.RetryAfter, done.Why
		}
	case !one.Counted:
		s.state.Shards++
		s.state.Deferred += done.Deferred
		if s.state.Round < 2 { // what the second round overrides is counted when the account is settled
			s.state.States = s.state.States.Add(done.States)
		}
	}
	if done.Partial || !w.last {
		w.free = append(w.free, place)
	}
	s.touch(ctx)
}

// spareCalls are leased for each shard beside one call a report, for what must be asked again.
const spareCalls = 32

// callsFor is how many calls to lease for a shard.
func (s *sync) callsFor(one Unfinished) int64 {
	reports, shards := s.state.Plan.ToDescribe, s.state.Plan.Shards
	if one.Shard >= shards {
		reports, shards = s.state.Again.ToDescribe, s.state.Again.Shards
	}
	left := max((reports+int64(shards)-1)/int64(max(shards, 1))-one.Done, 1)
	return left + left/4 + spareCalls
}

func historyFull(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetCurrentHistoryLength() >= maxEvents || info.GetContinueAsNewSuggested()
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
