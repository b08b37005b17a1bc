package workflows

import (
	"errors"
	"strings"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// remindEvery is how often a sync that holds says so again.
const remindEvery = 24 * time.Hour

// defaultGuardTimeout is for how long a sync holds, where no setting says otherwise.
const defaultGuardTimeout = 7 * 24 * time.Hour

// guard compares what was listed with the last sync before anything is spent on it, and holds where much is missing. Then
// it looks up one by one what the last sync had and no listing returned.
func (s *sync) guard(ctx workflow.Context) error {
	if err := s.judge(ctx, activities.GuardParams{Stage: activities.GuardInventory}); err != nil {
		return err
	}
	return s.missing(ctx)
}

// guardCoverage compares what was described with the last sync before it reaches the catalog.
func (s *sync) guardCoverage(ctx workflow.Context) error {
	return s.judge(ctx, activities.GuardParams{Stage: activities.GuardCoverage, States: s.state.States})
}

// judge holds the sync for each concern that nobody has approved. A sync that was started not to deliver endangers nothing
// that is in the catalog, so it is compared only if it was asked for; but what it would spend for nothing where permissions
// are missing it asks about as any other.
func (s *sync) judge(ctx workflow.Context, params activities.GuardParams) error {
	compared := s.state.Upload || s.state.Guarded
	if s.state.Approved[params.Stage] || !compared && params.Stage != activities.GuardInventory {
		return nil
	}
	params.Newest, params.RightsOnly, params.AcceptMissing = !s.state.Upload, !compared, s.state.Auth.AcceptMissing
	params.Sync, params.Identity, params.Kinds = s.state.Sync, s.state.Auth.Identity, s.state.Kinds
	params.Permissions, params.MaxShrink = s.state.Auth.Permissions, s.state.Auth.Guard.MaxShrink
	params.Private = s.state.Auth.Private
	var judged activities.GuardResult
	call := with(ctx, forCall, "compare with the last sync: "+string(params.Stage))
	err := s.persist(ctx, func(ctx workflow.Context) error {
		return workflow.ExecuteActivity(call, acts.Guard, params).Get(ctx, &judged)
	})
	if err != nil {
		return err
	}
	s.state.warn(judged.Warnings...)
	if len(judged.Concerns) > 0 {
		err = s.hold(ctx, judged)
		s.control.concerns = nil
		if workflow.IsContinueAsNewError(err) {
			return err
		}
		s.goOn(ctx)
	}
	s.state.Held = Held{}
	if err != nil || len(judged.Concerns) == 0 {
		return err
	}
	if s.state.Approved == nil {
		s.state.Approved = map[activities.GuardStage]bool{}
	}
	s.state.Approved[params.Stage] = true
	return nil
}

// errDiscarded ends a sync that an operator, or nobody, wanted.
var errDiscarded = errors.New("discarded")

// Held is until when a sync holds, and what an operator said to it: the run that it was said to may have been at its end.
type Held struct {
	Until   time.Time `json:"until,omitzero"`
	Verdict Verdict   `json:"verdict,omitempty"` // empty until there is one
	Reason  string    `json:"reason,omitempty"`  // where the operator gave one
}

// hold asks whether what was found is right, and reminds daily. What it holds for is found anew by a run that continues.
func (s *sync) hold(ctx workflow.Context, judged activities.GuardResult) error {
	concerns := judged.Concerns
	held, why := &s.state.Held, strings.Join(concerns, "; ")
	if held.Until.IsZero() {
		held.Until = workflow.Now(ctx).UTC().Add(s.guardTimeout())
	}
	until := held.Until
	s.control.concerns, s.control.found = concerns, judged.Found
	s.halt(ctx, standstill{phase: PhaseHeld, why: why, until: until, concerns: judged.Found})
	for first := true; ; first = false {
		if err := s.remind(ctx, concerns, until, first); err != nil {
			return err
		}
		left := until.Sub(workflow.Now(ctx))
		_, err := await(ctx, min(left, remindEvery), "held: "+why, func() bool { return held.Verdict != "" || historyFull(ctx) })
		switch {
		case err != nil:
			return err
		case held.Verdict == VerdictApproved:
			s.state.decided(because("approved by an operator", held.Reason) + ": " + why)
			return nil
		case held.Verdict != "":
			s.state.decided(because("discarded by an operator", held.Reason) + ": " + why)
			return errDiscarded
		case !workflow.Now(ctx).Before(until):
			s.state.decided("discarded because nobody approved it in time: " + why)
			return errDiscarded
		case historyFull(ctx):
			return s.continueAsNew(ctx)
		}
	}
}

// guardTimeout is for how long the sync holds.
func (s *sync) guardTimeout() time.Duration {
	if timeout := s.state.Auth.Guard.Timeout; timeout > 0 {
		return timeout
	}
	return defaultGuardTimeout
}

// remind tells whoever reads the worker's log that a sync holds. Where no worker of the source is there to tell it, the sync
// holds all the same.
func (s *sync) remind(ctx workflow.Context, concerns []string, until time.Time, first bool) error {
	summary := "remind that the sync holds"
	if first {
		summary = "tell that the sync holds"
	}
	call := optional(with(ctx, forCall, summary))
	params := activities.RemindParams{Sync: s.state.Sync, Concerns: concerns, Until: until}
	if err := workflow.ExecuteActivity(call, acts.Remind, params).Get(ctx, nil); err != nil {
		workflow.GetLogger(ctx).Warn("that the sync holds was not told in the log", "error", err)
	}
	return ctx.Err()
}

// missing looks up what the last sync had and no listing returned, before it counts as gone.
func (s *sync) missing(ctx workflow.Context) error {
	return s.spend(ctx, listCalls, func(ctx workflow.Context, lease activities.Lease) (activities.Spending, error) {
		params := activities.MissingParams{
			Sync: s.state.Sync, Identity: s.state.Auth.Identity, Private: s.state.Auth.Private, Lease: lease,
		}
		var looked activities.MissingResult
		err := workflow.ExecuteActivity(with(ctx, forList, "look up what the last sync had and no listing returned"), acts.Missing, params).
			Get(ctx, &looked)
		if err == nil && looked.Stop == "" {
			s.state.Vanished, s.state.Kinds = looked.Gone, s.state.Kinds.Add(looked.Found)
			s.state.warn(looked.Warnings...)
		}
		return looked.Spending, err
	})
}
