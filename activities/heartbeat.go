package activities

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
)

// beatEvery is how often an activity says that it lives. The SDK sends at most one in two seconds (see host).
const beatEvery = time.Second

// Beat is the detail of a heartbeat: liveness and a hint for progress bars. What is done stands in the bucket.
type Beat struct {
	Done  int64 `json:"done"`
	Total int64 `json:"total"`
	Calls int64 `json:"calls"` // API calls of all attempts so far, as far as they are certain: screens show these

	Most    int64  `json:"most,omitempty"`    // calls of all attempts so far that may have been made
	Bound   int64  `json:"bound,omitempty"`   // calls that may have been made before the next beat; of an attempt that is killed nobody knows more
	Untold  int64  `json:"untold,omitempty"`  // of a describe: calls at most that no stored report tells if the attempt is killed; 0: not known
	Final   bool   `json:"final,omitempty"`   // the attempt has ended, so it makes no more than Bound
	Moved   bool   `json:"moved,omitempty"`   // the attempt runs, and has itself got on
	Waiting string `json:"waiting,omitempty"` // why it does not get on, in plain words

	Contradicted Contradicted `json:"contradicted,omitzero"` // of all attempts so far
}

// pulse beats for one activity attempt and keeps its account of API calls.
type pulse struct {
	meter  *salesforce.Meter
	before earlier

	budget  CallBudget             // of an activity that makes API calls
	allowed *salesforce.CallBudget // what is left of it
	share   int                    // requests in flight
	reports int64                  // of the shard that have their state; for the one who runs the activity

	mu          sync.Mutex
	done, total int64
	waiting     string
	last        Beat     // the one before
	stored      int64    // reports of those done; -1 where none are stored as they come
	unstored    [2]int64 // reports at most that were done and not stored: since the last beat, and between the two before
	measured    Beat     // of this attempt alone: what metrics have counted

	contradicted Contradicted

	counted func(calls, unsure int64, reported quota.Usage) // notes the calls in the bucket; nil until the sync is open

	keeping atomic.Bool // the mark of the source is renewed beside the activity

	stop chan struct{}
	gone sync.WaitGroup
}

// pulseKey finds the pulse in the context of its activity.
type pulseKey struct{}

// startPulse begins to beat and returns a context whose Salesforce calls are counted. End must be called.
func startPulse(ctx context.Context) (context.Context, *pulse) { return startSharing(ctx, 1) }

// startSharing is startPulse for an attempt that may have so many requests in flight.
func startSharing(ctx context.Context, share int) (context.Context, *pulse) {
	before, known := beatBefore(ctx)
	p := &pulse{
		meter: new(salesforce.Meter), share: max(share, 1), stop: make(chan struct{}), contradicted: before.Contradicted,
		before: earlier{Beat: before, some: known || activity.GetInfo(ctx).Attempt > 1, share: int64(max(share, 1))}, stored: -1,
	}
	p.last = Beat{Done: before.Done, Most: p.before.most()}
	p.gone.Go(func() { _ = fault.Caught(func() error { p.run(ctx); return nil }) }) // without beats Temporal gives the attempt to another
	return context.WithValue(salesforce.WithMeter(ctx, p.meter), pulseKey{}, p), p
}

// startCalls is startPulse for an activity that makes API calls: no more than its call budget leaves after earlier attempts.
func startCalls(ctx context.Context, budget CallBudget, share int) (context.Context, *pulse) {
	counted, p := startSharing(ctx, share)
	p.budget, p.allowed = budget, salesforce.NewCallBudget(budget.Calls-p.before.most(), budget.Ceiling)
	return salesforce.WithCallBudget(counted, p.allowed), p
}

// beatBefore is the last that earlier attempts reported; false where they reported nothing.
func beatBefore(ctx context.Context) (last Beat, ok bool) {
	if !activity.HasHeartbeatDetails(ctx) || activity.GetHeartbeatDetails(ctx, &last) != nil {
		return Beat{}, false // a detail that cannot be read costs a count, not the attempt
	}
	return last, true
}

// most is how many calls the attempts so far can have made. Of one that was killed nobody knows how many it made after its last beat.
func (b Beat) most() int64 { return max(b.Calls, b.Bound) }

func (p *pulse) run(ctx context.Context) {
	ticker := time.NewTicker(beatEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ctx.Done():
			return
		case <-ticker.C:
			activity.RecordHeartbeat(ctx, p.beat())
			p.measure(ctx)
		}
	}
}

// each does something beside the activity, again and again for as long as that lasts.
func (p *pulse) each(ctx context.Context, every time.Duration, do func(context.Context)) {
	ctx, cancel := context.WithCancel(ctx)
	p.gone.Go(func() {
		defer cancel()
		select {
		case <-p.stop:
		case <-ctx.Done():
		}
	})
	p.gone.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				_ = fault.Caught(func() error { do(ctx); return nil })
			}
		}
	})
}

// unheard is for how many beats an attempt may go on after the last heartbeat that Temporal got: the SDK sends one in two
// seconds at most, and notices two seconds after that when none gets through.
const unheard = 5

func (p *pulse) beat() Beat {
	p.mu.Lock()
	defer p.mu.Unlock()
	most, share := p.most(), int64(p.share)
	pace := max(most-p.last.Most, 0)
	beat := Beat{
		Done: p.gained(), Total: p.total, Calls: p.calls(), Most: most, Bound: most + unheard*pace + share,
		Moved: p.done > 0, Waiting: p.waiting,
		Contradicted: p.contradicted,
	}
	if p.stored >= 0 {
		if pace <= beat.Done-p.last.Done+share { // about a call a report
			beat.Untold = share + 2*max(p.unstored[0], p.unstored[1])
		}
		p.unstored = [2]int64{max(p.done-p.stored, 0), p.unstored[0]}
	}
	p.last = beat
	return beat
}

// gained is how far the attempts have come. One that follows another begins by reading what that one has stored, and a count that
// people have seen does not fall meanwhile. Call it with mu held.
func (p *pulse) gained() int64 { return max(p.done, p.before.done()) }

// reached is gained for who does not hold mu.
func (p *pulse) reached() int64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.gained()
}

// measure counts in the process's metrics what the attempt has done since it was last measured. What is known of earlier attempts their own
// processes have counted.
func (p *pulse) measure(ctx context.Context) {
	p.measureIn(activity.GetMetricsHandler(ctx), activity.GetInfo(ctx).ActivityType.Name)
}

// measureIn is measure for an activity of some type.
func (p *pulse) measureIn(metrics client.MetricsHandler, kind string) {
	p.mu.Lock()
	done, calls := max(p.gained()-p.before.done()-p.measured.Done, 0), p.meter.Certain()-p.measured.Calls
	p.measured.Done, p.measured.Calls = p.measured.Done+done, p.measured.Calls+calls
	p.mu.Unlock()
	if calls > 0 {
		metrics.Counter(callsMetric).Inc(calls)
	}
	switch {
	case done == 0:
	case kind == "Describe":
		metrics.Counter("longhaul_reports_described").Inc(done)
	case kind == "Enumerate":
		metrics.Counter("longhaul_records_listed").Inc(done)
	}
}

const callsMetric = "longhaul_api_calls"

// measureCalls counts the API calls of an activity without a pulse in the process's metrics.
func measureCalls(ctx context.Context, calls int64) {
	if calls > 0 {
		activity.GetMetricsHandler(ctx).Counter(callsMetric).Inc(calls)
	}
}

// waits notes why the attempt does not get on; empty when it does again.
func (p *pulse) waits(why string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = fault.Short(why, longestMessage)
}

// progress notes how far the attempt is; it is the callback that the packages below call as often as they like.
func (p *pulse) progress(done, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done, p.total = done, total
	if p.stored >= 0 {
		p.unstored[0] = max(p.unstored[0], done-p.stored)
	}
}

// keeps notes how many reports are stored; at first, how many the earlier attempts had stored.
func (p *pulse) keeps(stored int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stored < 0 {
		p.before.keeps(stored)
		p.lower()
	}
	p.stored = stored
}

// calls is the number of API calls that this and the earlier attempts have made for certain.
func (p *pulse) calls() int64 { return p.before.calls() + p.meter.Certain() }

// most is the number of API calls that they may have made, which the quota must count.
func (p *pulse) most() int64 { return p.before.most() + p.meter.Calls() }

// end stops the beat. A failing attempt leaves its account in a last heartbeat for the next one.
func (p *pulse) end(ctx context.Context, err error) {
	close(p.stop)
	p.gone.Wait()
	p.measure(ctx)
	if err != nil {
		last := p.beat()
		last.Bound, last.Untold, last.Moved, last.Final = p.most(), 0, false, true
		activity.RecordHeartbeat(ctx, last)
	}
}

// contradictedAttempts is how many attempts of an activity may end by an answer that contradicts itself, each after a few tries of
// the client: about half a minute. An outage ends by itself; what changes answers on the way need not.
const contradictedAttempts = 6

// Contradicted counts the attempts of an activity that ended by an answer that contradicts itself. Attempts that ended by
// something else are not among them: an outage may last as long as it will, before and after.
type Contradicted struct {
	Times int   `json:"times,omitempty"` // since the activity last got on
	Done  int64 `json:"done,omitempty"`  // how far it had got by then
}

// contradictory marks an error after which the same answer need not be asked for once more.
type contradictory struct{ error }

// Unwrap gives the error itself.
func (c *contradictory) Unwrap() error { return c.error }

// again counts one more such attempt, after which the activity was so far.
func (c *Contradicted) again(done int64) {
	if done > c.Done {
		*c = Contradicted{Done: done}
	}
	c.Times++
}

// contradicted says whether an error is an answer of Salesforce that contradicts itself.
func contradicted(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.Contradicts()
}

// unlessContradicted counts an attempt that ended by an answer that contradicts itself, and marks the error of the last one.
func (p *pulse) unlessContradicted(err error) error {
	if !contradicted(err) {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.contradicted.again(p.done)
	if p.contradicted.Times < contradictedAttempts {
		return err
	}
	return &contradictory{err}
}
