package workflows

import (
	"cmp"
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
)

// blockedFor is how long a blocked sync waits to be resumed before it fails.
const blockedFor = 7 * 24 * time.Hour

// longestSummary is what the UI shows of a timer or an activity, in bytes.
const longestSummary = 199

// halt shows that the sync stands still.
func (s *sync) halt(ctx workflow.Context, at standstill) {
	at.phase = cmp.Or(at.phase, s.state.Phase)
	s.shown = at
	s.showPhase(ctx)
}

// goOn shows the phase again.
func (s *sync) goOn(ctx workflow.Context) {
	s.shown = standstill{}
	s.showPhase(ctx)
}

// standstill is what is shown in the place of the phase while nothing gets on.
type standstill struct {
	phase Phase // that of the sync when empty
	why   string
	until time.Time           // zero when nobody knows
	cause *activities.Failure // of a block

	concerns []activities.Concern // of a hold
	refused  *activities.Failure  // a login, which is tried again
}

// await sleeps until met says so or d has passed; the summary stands beside the timer in the UI, until it is over.
func await(ctx workflow.Context, d time.Duration, summary string, met func() bool) (ok bool, err error) {
	timed, cancel := workflow.WithCancel(ctx)
	defer cancel()
	timer := workflow.NewTimerWithOptions(timed, max(d, time.Second), workflow.TimerOptions{Summary: short(summary)})
	err = workflow.Await(ctx, func() bool { return met() || timer.IsReady() })
	return err == nil && met(), cmp.Or(err, ctx.Err()) // a cancel ends the timer too, and that may be seen first
}

// short cuts a summary to what the UI takes.
func short(text string) string {
	return fault.Short(text, longestSummary)
}

// untilResumed waits while the sync is paused.
func (s *sync) untilResumed(ctx workflow.Context) error {
	if !s.state.Paused {
		return ctx.Err()
	}
	s.halt(ctx, standstill{phase: PhasePaused, why: because("paused by an operator", s.state.PausedFor) + "; it goes on after the signal resume"})
	err := workflow.Await(ctx, func() bool { return !s.state.Paused })
	s.goOn(ctx)
	return err
}

// persist runs a step until it succeeds or fails for good. What somebody must mend blocks the sync until it is resumed; a
// login that may be refused for the hour of the day is tried again.
func (s *sync) persist(ctx workflow.Context, step func(workflow.Context) error) error {
	for {
		if err := s.untilResumed(ctx); err != nil {
			return err
		}
		err := step(ctx)
		switch {
		case err == nil:
			return nil
		case s.mayEnd(err):
			err = s.untilLoggedIn(ctx, err)
		case s.blocks(err):
			err = s.block(ctx, err)
		default:
			return err
		}
		if err != nil {
			return err
		}
	}
}

// blocks says whether a failure is one that somebody can mend while the sync waits. As long as it has brought nothing
// home it fails at once instead: a wrong setup must not look like a long sync. A login that was refused after the first
// one had succeeded was taken away, whatever has come home.
func (s *sync) blocks(err error) bool {
	if errors.As(err, new(*unresumed)) {
		return false
	}
	failure := explain(err)
	if dispossessed(failure) {
		return false
	}
	cameHome := s.state.Reports > 0 || s.state.Plan.States.Reused > 0
	switch {
	case failure.System == fault.Catalog:
		return failure.Class == fault.LoginRefused && s.state.Uploads > 0
	case failure.Class == fault.LoginRefused:
		return true
	case failure.Class == fault.SessionPolicy, failure.Class == fault.PermissionMissing:
		return cameHome
	case failure.Class == fault.Invalid: // settings of a worker that differ, a secret that is not there, a bug that a newer worker mends
		return cameHome && failure.System != fault.Temporal
	default:
		return false
	}
}

// unresumed is the failure that blocked a sync which nobody resumed. It blocks no more, whatever step it passes.
type unresumed struct{ error }

// Unwrap gives the failure itself.
func (u *unresumed) Unwrap() error { return u.error }

// block waits for resume. The reason stands in the details; a sync that nobody resumes fails with it.
func (s *sync) block(ctx workflow.Context, cause error) error {
	failure := explain(cause)
	seen := s.control.resumed
	s.halt(ctx, standstill{
		phase: PhaseBlocked, why: failure.Message, until: workflow.Now(ctx).Add(blockedFor), cause: withoutAccount(failure),
	})
	ok, err := await(ctx, blockedFor, "blocked: "+failure.Message, func() bool { return s.control.resumed > seen })
	s.goOn(ctx)
	switch {
	case err != nil:
		return err
	case !ok:
		return &unresumed{cause}
	}
	return nil
}

// withoutAccount is what is shown of a failure: not what it tells the workflow of calls, reports and waits.
func withoutAccount(f *activities.Failure) *activities.Failure {
	return &activities.Failure{Class: f.Class, System: f.System, Message: f.Message}
}

// isCancel says whether the sync ends because somebody cancelled it.
func isCancel(ctx workflow.Context, err error) bool {
	return temporal.IsCanceledError(err) || errors.Is(ctx.Err(), workflow.ErrCanceled)
}
