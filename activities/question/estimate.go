package question

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"

	"longhaul/activities"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

// EstimateParams names the source.
type EstimateParams struct {
	Source string `json:"source"`
}

const (
	// estimateTimeout is under the activity's own, so that an org that is slow ends in a sentence.
	estimateTimeout = 150 * time.Second
	// loginPatience is how long the login may take: people wait, and a host that never answers should be named soon.
	loginPatience = 15 * time.Second
	// estimateCalls is the most API calls that an estimate makes. It usually takes 12.
	estimateCalls = 25
	// samples is how many reports are described to see how long that takes.
	samples = 2
	// mostTried is how many are tried for that: one may be obsolete, or about what the run-as user may not see.
	mostTried = 6
)

// Estimate says what a first sync and a refresh of a source take. It counts records and describes two reports, and counts its API calls
// where those of syncs are counted.
func (a *Activities) Estimate(ctx context.Context, params EstimateParams) (estimate.Plan, error) {
	defer attended(ctx)()
	bounded, cancel := context.WithTimeout(ctx, estimateTimeout)
	defer cancel()
	source, err := a.Sources.Source(ctx, params.Source)
	if err != nil {
		return estimate.Plan{}, err
	}
	s := &survey{store: a.Store, source: source, log: usage.Of(a.Store, params.Source), meter: new(salesforce.Meter), patience: loginPatience}
	in, err := s.run(bounded)
	in.Cadence = a.cadence(bounded, params.Source)
	if fault.Is(err, fault.QuotaExhausted) && fault.From(err).System == fault.Salesforce && !errors.Is(err, salesforce.ErrBudgetSpent) {
		err = &fault.Error{
			Class: fault.QuotaExhausted, System: fault.Salesforce, Err: err,
			Message: "the org has used up its daily API requests, so Salesforce counts nothing for a plan: they come back continuously over 24 hours; " +
				"ask again in an hour",
		}
	}
	if err != nil {
		return estimate.Plan{}, err
	}
	return in.Plan(), nil
}

// survey asks what an estimate needs.
type survey struct {
	store  *staging.Store
	source *activities.Source
	log    *usage.Log
	meter  *salesforce.Meter
	client *salesforce.Client // of the org and user that the survey logged in as

	patience time.Duration // with the login

	granted map[string]bool        // permissions of the run-as user, as far as they are known
	last    history.Record         // the last recorded sync; empty where there is none that can be read
	before  map[listing.Kind]int64 // what the last recorded sync had, where this one compares with it

	mu sync.Mutex
	in estimate.Input
}

func (s *survey) run(ctx context.Context) (estimate.Input, error) {
	s.in = estimate.Input{
		Source: s.source.Name, Passes: map[listing.Kind][]int64{}, Twice: map[listing.Kind]int64{}, Probe: s.source.Probe, InFlight: s.source.MaxInFlight,
	}
	attempt := attemptOf(ctx)
	sum, err := s.log.Read(ctx, attempt, time.Now())
	if err == nil {
		_, err = activities.Room(ctx, s.source, quota.Policy{}, sum, estimateCalls)
		if fault.Is(err, fault.QuotaExhausted) {
			return s.unasked(ctx, sum, fault.From(err))
		}
	}
	if err == nil {
		err = s.log.Reserve(ctx, attempt, estimateCalls, time.Time{}, time.Now())
	}
	if err != nil {
		return s.in, err
	}
	metered := salesforce.WithCallBudget(salesforce.WithMeter(ctx, s.meter), salesforce.NewCallBudget(estimateCalls, 0))
	reported, err := s.ask(metered)
	s.in.Asked = s.meter.Calls()
	if failed := s.log.Record(ctx, attempt, s.in.Asked, s.in.Asked-s.meter.Certain(), reported, time.Now()); err == nil {
		err = failed
	}
	s.in.Now = time.Now()
	s.in.Budget = quota.Budget{Policy: s.source.Quota, Margin: int64(s.source.MaxInFlight)}
	s.in.Budget.Recall(sum.Hours(clockOf(reported, s.in.Now), s.in.Now))
	s.in.Budget.Return(0, s.in.Asked, reported, s.in.Now)
	return s.in, err
}

// attemptOf names the calls of this activity in the log of the source's calls.
func attemptOf(ctx context.Context) usage.Attempt {
	info := activity.GetInfo(ctx)
	return usage.Attempt{
		Type: info.ActivityType.Name, Run: info.WorkflowExecution.RunID, Activity: info.ActivityID, Number: int(info.Attempt),
	}
}

// clockOf is Salesforce's time, or this machine's where no answer told it.
func clockOf(reported quota.Usage, now time.Time) time.Time {
	if reported.Clock.IsZero() {
		return now
	}
	return reported.Clock
}

// ask asks Salesforce, and returns the org's use of its API calls.
func (s *survey) ask(ctx context.Context) (quota.Usage, error) {
	within, cancel := context.WithTimeout(ctx, s.patience)
	defer cancel()
	identity, err := s.source.Salesforce.Login(within)
	if err != nil {
		return s.reported(), s.source.Salesforce.Late(err)
	}
	s.client = s.source.Salesforce.As(identity.OrgID, identity.UserID)
	group, grouped := errgroup.WithContext(ctx)
	group.SetLimit(max(s.source.MaxInFlight, 1))
	for _, kind := range listing.Kinds {
		group.Go(fault.Guard(func() error { return s.count(grouped, kind) }))
	}
	group.Go(fault.Guard(func() error { return s.known(grouped, identity) }))
	group.Go(fault.Guard(func() error { return s.permissions(grouped) }))
	if err := group.Wait(); err != nil {
		return s.reported(), err
	}
	s.in.Known.Vanished = s.vanished()
	s.foresee(ctx, clockOf(s.reported(), time.Now()))
	s.hidden(ctx)
	if err := s.stops(ctx, identity); err != nil {
		return s.reported(), err
	}
	if err := s.time(ctx); err != nil {
		return s.reported(), err
	}
	if told := s.reported(); told.Max > 0 {
		return told, nil
	}
	limit, known, err := s.client.Usage(ctx)
	told := s.reported()
	if err == nil && known && told.Max <= 0 {
		told.Used, told.Max, told.At, told.Delayed = limit.Used, limit.Max, told.Clock, true
	}
	return told, err
}

// reported is what Salesforce's answers so far told of the org's API calls.
func (s *survey) reported() quota.Usage { return reportedTo(s.meter) }
