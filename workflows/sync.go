package workflows

import (
	"fmt"
	"slices"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/listing"
)

// acts names the activities by method; it is never called.
var acts *activities.Activities

// sync is one run of SyncSource under the id of its source.
type sync struct {
	state   *State
	input   Input
	outcome Outcome
	control control
	shown   standstill // in the place of the phase, while nothing gets on
	stands  time.Time  // when that began; zero while the sync gets on
	told    Phase      // by search attribute
}

// SyncSource copies one source into the bucket and the catalog. Only the workflow with the id SyncID(source) does so;
// under any other id it runs that one as its child or ends as skipped. The input is an Input; it comes as it was written, so
// that one which cannot be read ends in a sentence.
func SyncSource(ctx workflow.Context, given converter.RawValue) (*Result, error) {
	mustBeIntercepted(ctx)
	info := workflow.GetInfo(ctx)
	in := readInput(given)
	problem := in.settle(info.WorkflowExecution.ID)
	if !in.continues(info) {
		in.State = nil // a copied start form may bring the state of a sync that is long over
	}
	switch {
	case problem != "":
		return refuse(ctx, in, problem)
	case info.WorkflowExecution.ID != SyncID(in.Source):
		return handOver(ctx, in)
	}
	s, err := open(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.run(onSourceQueue(ctx, in.Source))
}

// refuse ends a workflow for its input. Who looks for the source finds it, and hears why from the progress query too.
func refuse(ctx workflow.Context, in Input, problem string) (*Result, error) {
	announce(ctx, in.Source, AttributeOutcome.ValueSet(string(OutcomeFailed)))
	now := workflow.Now(ctx).UTC()
	p := Progress{Source: in.Source, Started: now, Updated: now, Warnings: []string{problem}, Outcome: OutcomeFailed}
	workflow.SetCurrentDetails(ctx, fmt.Sprintf("### %s\n\n%s\n", OutcomeFailed, problem))
	if err := answerProgress(ctx, func() Progress { return p }); err != nil {
		return nil, err
	}
	return nil, refused(problem)
}

// answerProgress answers the progress query from now on.
func answerProgress(ctx workflow.Context, progress func() Progress) error {
	return workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, func() (Progress, error) { return progress(), nil },
		workflow.QueryHandlerOptions{Description: "How far the sync is: phase, counts by kind and state, API calls, quota, warnings."})
}

// open takes up the state of the run before, or begins.
func open(ctx workflow.Context, in Input) (*sync, error) {
	s := &sync{state: in.State, input: in}
	if s.state == nil {
		announce(ctx, in.Source, AttributePhase.ValueSet(string(PhaseAuthenticate)))
		s.told = PhaseAuthenticate
		s.state = begin(ctx, in)
	}
	s.state.Runs++
	if err := answerProgress(ctx, s.progress); err != nil {
		return nil, err
	}
	return s, s.listen(ctx)
}

// begin makes the state of a new sync. The id that it begins with is the same after a reset: when and in which run the sync was
// started never changes. The login may give it another one.
func begin(ctx workflow.Context, in Input) *State {
	info := workflow.GetInfo(ctx)
	now := info.WorkflowStartTime.UTC()
	return &State{
		Sync: activities.Sync{
			Source: in.Source,
			ID:     StagedID(now, info.FirstRunID),
		},
		Full:    in.Mode == ModeFull,
		Upload:  in.Upload == nil || *in.Upload,
		Guarded: in.Guard, Attended: in.Attended,
		Started: now, Updated: now,
	}
}

// run takes the phases in order, leaving out those that the run before has done.
func (s *sync) run(ctx workflow.Context) (*Result, error) {
	phases := []struct {
		name Phase
		do   func(workflow.Context) error
	}{
		{PhaseAuthenticate, s.authenticate},
		{PhaseEnumerate, s.enumerate},
		{PhaseGuard, s.guard},
		{PhasePlan, s.plan},
		{PhaseDescribe, s.describe},
		{PhaseCatchUp, s.catchUp},
		{PhaseAssemble, s.assemble},
		{PhaseUpload, s.upload},
		{PhaseRecord, s.record},
	}
	if err := obeyed(ctx); err != nil { // a pause may have come with the start
		return s.end(ctx, err)
	}
	past := s.state.Phase != ""
	for _, phase := range phases {
		if past = past && phase.name != s.state.Phase; past {
			continue
		}
		s.enter(ctx, phase.name)
		err := s.untilUnblocked(ctx) // of the run before
		if err == nil {
			err = s.untilResumed(ctx)
		}
		if err == nil {
			err = phase.do(ctx)
		}
		if err != nil {
			return s.end(ctx, err)
		}
	}
	return s.finish(ctx)
}

// listCalls are leased for a listing: pages of 2,000 records of a very large org.
const listCalls = 1000

// enumerate lists all kinds at once, as far as the requests in flight allow: each is a chain of pages that no second
// request could hasten.
func (s *sync) enumerate(ctx workflow.Context) error {
	left := slices.Clone(listing.Kinds)
	return s.persist(ctx, func(ctx workflow.Context) error {
		for len(left) > 0 {
			if err := s.ready(ctx); err != nil {
				return err
			}
			var asked activities.Spending
			var err error
			if left, asked, err = s.list(ctx, left); err != nil {
				return err
			}
			if err := s.breathe(ctx, asked.RetryAfter, asked.Why); err != nil {
				return err
			}
		}
		return nil
	})
}

// list enumerates kinds and gives those that are not done, because they ran out of calls or were cut short, and the longest
// wait that Salesforce asked for.
func (s *sync) list(ctx workflow.Context, kinds []listing.Kind) (left []listing.Kind, asked activities.Spending, err error) {
	counts := map[listing.Kind]*int64{
		listing.Folders: &s.state.Kinds.Folders, listing.Reports: &s.state.Kinds.Reports,
		listing.Dashboards: &s.state.Kinds.Dashboards, listing.Components: &s.state.Kinds.Components,
		listing.Users: &s.state.Kinds.Users,
	}
	left = slices.Clone(kinds)
	share := min(listCalls, max(s.state.Quota.Room(workflow.Now(ctx))/int64(len(kinds)), 1))
	within, done := s.interruptible(ctx)
	defer done()
	err = s.all(within, len(kinds), s.state.Auth.MaxInFlight, func(ctx workflow.Context, i int) (workflow.Future, func(workflow.Future) error) {
		kind, lease := kinds[i], s.lease(ctx, share)
		params := activities.EnumerateParams{Sync: s.state.Sync, Kind: kind, Private: s.state.Auth.Private, Lease: lease}
		future := workflow.ExecuteActivity(with(ctx, forList, "list "+string(kind)), acts.Enumerate, params)
		return future, func(f workflow.Future) error {
			var listed activities.EnumerateResult
			err := f.Get(ctx, &listed)
			s.repay(ctx, lease, listed.Spending, err)
			switch {
			case err != nil:
				return err
			case listed.Stop != "":
				if listed.RetryAfter > asked.RetryAfter {
					asked = listed.Spending
				}
				return nil
			}
			left = slices.DeleteFunc(left, func(k listing.Kind) bool { return k == kind })
			*counts[kind] = listed.Count
			s.state.warn(listed.Warnings...)
			return nil
		}
	})
	return left, asked, unlessCut(ctx, within, err)
}

func (s *sync) plan(ctx workflow.Context) error {
	params := activities.PlanParams{
		Sync: s.state.Sync, Identity: s.state.Auth.Identity, Full: s.state.Full, MaxShards: s.state.Auth.MaxShards,
	}
	summary := fmt.Sprintf("join %d reports with what is known", s.state.Kinds.Reports)
	err := s.persist(ctx, func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(with(ctx, forPlan, summary), acts.Plan, params).Get(ctx, &s.state.Plan)
	})
	if err != nil {
		return err
	}
	s.state.States = s.state.Plan.States
	s.state.warn(s.state.Plan.Warnings...)
	s.state.Plan.Warnings = nil
	return nil
}
