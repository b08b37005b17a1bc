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
	if s.stands.IsZero() {
		s.stands = workflow.Now(ctx)
	}
	s.showPhase(ctx)
}

// goOn shows the phase again.
func (s *sync) goOn(ctx workflow.Context) {
	s.stood(ctx)
	s.shown = standstill{}
	s.showPhase(ctx)
}

// stood takes the time of a standstill that is over, or goes on in the next run, out of the time that the sync has worked.
func (s *sync) stood(ctx workflow.Context) {
	if u := &s.state.Unexpected; u.Tries > 0 && !s.stands.IsZero() {
		u.Since = u.Since.Add(workflow.Now(ctx).Sub(s.stands))
	}
	s.stands = time.Time{}
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

// sitOut waits for what passes by itself, and shows why: calls or logins are spent, a login is refused at this hour, Salesforce
// asked to wait. An operator who knows better resumes the sync.
func (s *sync) sitOut(ctx workflow.Context, at standstill, d time.Duration) error {
	at.until = workflow.Now(ctx).Add(d)
	s.halt(ctx, at)
	defer s.goOn(ctx)
	seen := s.control.resumed
	_, err := await(ctx, d, at.why, func() bool { return s.control.resumed > seen || s.state.Paused })
	return err
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
	err := workflow.Await(ctx, func() bool { return !s.state.Paused || historyFull(ctx) })
	if err = cmp.Or(err, ctx.Err()); err == nil && s.state.Paused { // the history is full; a run that begins hears of no cancel
		return s.continueAsNew(ctx)
	}
	s.goOn(ctx)
	return err
}

// persist runs a step until it succeeds or fails for good. What somebody must mend blocks the sync until it is resumed; a
// login that may be refused for the hour of the day is tried again, and so is, a few times, what nobody expected.
func (s *sync) persist(ctx workflow.Context, step func(workflow.Context) error) error {
	for {
		if err := s.untilResumed(ctx); err != nil {
			return err
		}
		err := step(ctx)
		switch {
		case err == nil:
			s.state.Unexpected = Unexpected{}
			return nil
		case s.mayEnd(err):
			err = s.untilLoggedIn(ctx, err)
		case s.triesAgain(ctx, err):
			err = s.untilNextTry(ctx, err)
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
	switch {
	case dispossessed(failure):
		return false
	case s.isUnexpected(err):
		return true
	case failure.System == fault.Catalog:
		return failure.Class == fault.LoginRefused && s.state.Uploads+s.state.Renames > 0
	case failure.Class == fault.LoginRefused:
		return true
	case failure.Class == fault.SessionPolicy, failure.Class == fault.PermissionMissing:
		return s.cameHome()
	case failure.Class == fault.Invalid: // settings of a worker that differ, a secret that is not there, a bug that a newer worker mends
		return s.cameHome() && failure.System != fault.Temporal
	default:
		return false
	}
}

// cameHome says whether the sync has brought anything that would be lost with it.
func (s *sync) cameHome() bool { return s.state.Reports > 0 || s.state.Plan.States.Reused > 0 }

// unresumed is the failure that blocked a sync which nobody resumed. It blocks no more, whatever step it passes.
type unresumed struct{ error }

// Unwrap gives the failure itself.
func (u *unresumed) Unwrap() error { return u.error }

// Blocked is why a sync is blocked, and until when it waits for resume.
type Blocked struct {
	Failure activities.Failure `json:"failure"`
	Until   time.Time          `json:"until"`
}

// block waits for resume. The reason stands in the details; a sync that nobody resumes fails with it.
func (s *sync) block(ctx workflow.Context, cause error) error {
	s.state.Blocked = &Blocked{Failure: *withoutAccount(explain(cause)), Until: workflow.Now(ctx).UTC().Add(blockedFor)}
	return s.untilUnblocked(ctx)
}

// untilUnblocked waits while the sync is blocked, which may have begun in the run before.
func (s *sync) untilUnblocked(ctx workflow.Context) error {
	if s.state.Blocked == nil {
		return ctx.Err()
	}
	b := *s.state.Blocked
	s.halt(ctx, standstill{phase: PhaseBlocked, why: b.Failure.Message, until: b.Until, cause: &b.Failure})
	_, err := await(ctx, b.Until.Sub(workflow.Now(ctx)), "blocked: "+b.Failure.Message, func() bool {
		return s.state.Blocked == nil || historyFull(ctx)
	})
	blocked := s.state.Blocked != nil
	if err == nil && blocked && workflow.Now(ctx).Before(b.Until) {
		s.state.Blocked.Failure.Message = cut(b.Failure.Message) // the state holds no more
		return s.continueAsNew(ctx)
	}
	s.goOn(ctx)
	if err == nil && blocked {
		return &unresumed{failureOf(&b.Failure, b.Failure)}
	}
	return err
}

// withoutAccount is what is shown of a failure: class, system and sentence. The rest is for the workflow.
func withoutAccount(f *activities.Failure) *activities.Failure {
	return &activities.Failure{Class: f.Class, System: f.System, Message: f.Message}
}

// isCancel says whether the sync ends because somebody cancelled it.
func isCancel(ctx workflow.Context, err error) bool {
	return temporal.IsCanceledError(err) || errors.Is(ctx.Err(), workflow.ErrCanceled)
}
