package workflows

import (
	"cmp"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/quota"
)

// lease takes calls for an activity out of what the quota leaves. It may be less than wanted; hasRoom says whether it is
// worth asking.
func (s *sync) lease(ctx workflow.Context, want int64) activities.Lease {
	return activities.Lease{
		Calls: s.state.Quota.Reserve(want, workflow.Now(ctx)), Ceiling: s.state.Quota.Ceiling(),
	}
}

// repay ends a lease after an activity, whether it succeeded or not.
func (s *sync) repay(ctx workflow.Context, lease activities.Lease, spent activities.Spending, err error) {
	if err != nil {
		spent = lost(err, lease)
	}
	s.state.Quota.Return(lease.Calls, spent.Calls, spent.Told, workflow.Now(ctx))
	s.state.Calls += spent.Calls
	if s.state.Silent += spent.Calls; spent.Told.Max > 0 {
		s.state.Silent = 0
	}
	if err == nil && spent.Calls > 0 {
		s.state.Refused = Refused{} // a session was good
	}
}

// unheard says whether so many calls were made without a word on the org's usage that others may have come near the
// ceiling meanwhile: where answers carry no Sforce-Limit-Info it is asked for.
func (s *sync) unheard() bool {
	return s.state.Quota.Max > 0 && s.state.Silent > max(s.state.Quota.Max/unheardPart, unheardLeast)
}

// After a hundredth of the daily maximum, and not before some calls, usage is asked for.
const (
	unheardPart  = 100
	unheardLeast = 200
)

// lost is what an activity spent that failed: what its failure tells, or all it might have.
func lost(err error, lease activities.Lease) activities.Spending {
	if spent := detailsOf(err).Spent; spent != nil {
		return *spent
	}
	var late *temporal.TimeoutError
	var beat activities.Beat
	if errors.As(err, &late) && late.HasLastHeartbeatDetails() && late.LastHeartbeatDetails(&beat) == nil {
		return activities.Spending{Calls: min(max(beat.Calls, beat.Bound), lease.Calls)}
	}
	return activities.Spending{Calls: lease.Calls} // one that was cancelled between two attempts tells nothing either
}

func (s *sync) hasRoom(ctx workflow.Context) bool { return s.state.Quota.Room(workflow.Now(ctx)) > 0 }

// untilRoom waits until the quota leaves calls to make, by a durable timer that says why and a look afterwards. It comes
// back early for a pause. Nothing may run meanwhile: a long wait continues as new.
func (s *sync) untilRoom(ctx workflow.Context) error {
	for s.unheard() && !s.state.Paused {
		if err := s.look(ctx, true); err != nil {
			return err
		}
	}
	if s.hasRoom(ctx) {
		return ctx.Err()
	}
	defer s.goOn(ctx)
	for !s.hasRoom(ctx) && !s.state.Paused {
		if historyFull(ctx) {
			return s.continueAsNew(ctx)
		}
		wait := s.state.Quota.Wait(workflow.Now(ctx))
		s.halt(ctx, standstill{why: wait.Sentence(), until: wait.Until})
		changes := s.control.policies
		met, err := await(ctx, s.untilLook(ctx, wait), "quota: "+wait.Sentence(), func() bool {
			return s.control.policies != changes || s.state.Paused
		})
		if err != nil {
			return err
		}
		if met {
			continue
		}
		if err := s.look(ctx, false); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// untilLook is how long to sleep before the next look.
func (s *sync) untilLook(ctx workflow.Context, wait quota.Wait) time.Duration {
	probe := s.state.Auth.Probe
	if probe <= 0 {
		probe = defaultProbe
	}
	if !wait.Until.IsZero() {
		probe = min(probe, max(wait.Until.Sub(workflow.Now(ctx)), time.Second))
	}
	return probe
}

// defaultProbe is for how long a sync that waits for its quota sleeps at most, where no setting says otherwise.
const defaultProbe = 15 * time.Minute

// look asks Salesforce for its time and, where that is worth a call or must be, how much of the quota is used. A pause cuts it
// short. One that must be and may not log in yet waits here, where everybody sees it.
func (s *sync) look(ctx workflow.Context, must bool) error {
	seen, err := s.lookOnce(ctx, must)
	switch {
	case err != nil || seen == nil:
		return err
	case must && seen.RetryAfter > 0:
		if err := s.breathe(ctx, seen.RetryAfter, seen.Why); err != nil {
			return err
		}
		if historyFull(ctx) {
			return s.continueAsNew(ctx)
		}
		return nil
	}
	s.state.Quota.Look(seen.Told, seen.Calls, workflow.Now(ctx))
	s.state.Calls += seen.Calls
	s.state.Silent = 0
	return nil
}

// lookOnce is a look, or nil when a pause cut it short.
func (s *sync) lookOnce(ctx workflow.Context, must bool) (*activities.ProbeResult, error) {
	summary := "see whether API calls came back"
	if must {
		summary = "ask for the org's API calls, which no answer told"
	}
	within, leave := s.interruptible(ctx)
	defer leave()
	params := activities.ProbeParams{Sync: s.state.Sync, Ledger: s.state.Quota, Every: s.state.Auth.Probe, Must: must}
	var seen activities.ProbeResult
	if err := workflow.ExecuteActivity(with(within, forCall, summary), acts.Probe, params).Get(ctx, &seen); err != nil {
		return nil, unlessCut(ctx, within, err)
	}
	return &seen, nil
}

// spend runs an activity that makes API calls, under a lease, until it has done all it should.
func (s *sync) spend(ctx workflow.Context, want int64, run func(ctx workflow.Context, lease activities.Lease) (activities.Spending, error)) error {
	return s.persist(ctx, func(ctx workflow.Context) error {
		for {
			if err := s.ready(ctx); err != nil {
				return err
			}
			lease := s.lease(ctx, want)
			if lease.Calls == 0 {
				continue // the room was gone when the sync was resumed
			}
			done, err := s.spendOnce(ctx, lease, run)
			if done || err != nil {
				return err
			}
		}
	})
}

// spendOnce runs the activity once and says whether it has done all it should.
func (s *sync) spendOnce(
	ctx workflow.Context, lease activities.Lease, run func(workflow.Context, activities.Lease) (activities.Spending, error),
) (done bool, err error) {
	within, leave := s.interruptible(ctx)
	spent, err := run(within, lease)
	s.repay(ctx, lease, spent, err)
	failed := unlessCut(ctx, within, err)
	leave()
	if err != nil {
		return false, failed
	}
	return spent.Stop == "", s.breathe(ctx, spent.RetryAfter, spent.Why)
}

// ready waits until an activity may make calls: there is room, nobody has paused the sync, and the history holds more.
func (s *sync) ready(ctx workflow.Context) error {
	if err := s.untilRoom(ctx); err != nil {
		return err
	}
	if err := s.untilResumed(ctx); err != nil {
		return err
	}
	if historyFull(ctx) {
		return s.continueAsNew(ctx)
	}
	return nil
}

// breathe waits as long as was asked for after calls or logins were refused, and says why; zero is not at all.
func (s *sync) breathe(ctx workflow.Context, asked time.Duration, why string) error {
	if asked <= 0 {
		return nil
	}
	return s.sitOut(ctx, standstill{why: cmp.Or(why, "Salesforce asked to wait before more is asked of it")}, asked)
}
