package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/workflows/call"
)

// recovery decides what happens to a step that failed: it is tried again, it blocks the sync until somebody has fixed the cause,
// or it fails the sync.
type recovery struct {
	own   *recoveryState
	state *State
	wait  *waiter
}

// recoveryState counts the failures that are tried again, and holds the one that blocks the sync.
type recoveryState struct {
	Blocked    *Blocked   `json:"blocked,omitempty"` // nil when the sync is not
	Refused    Refused    `json:"refused,omitzero"`
	Unexpected Unexpected `json:"unexpected,omitzero"` // of the step under way
}

// blockedFor is how long a blocked sync waits to be resumed before it fails.
const blockedFor = 7 * 24 * time.Hour

// run runs a step until it succeeds or fails for good. What somebody must fix blocks the sync until it is resumed; a login that
// may be refused for the hour of the day is tried again, and so is, a few times, an unexpected failure.
func (r *recovery) run(ctx workflow.Context, step func(workflow.Context) error) error {
	for {
		if err := r.wait.untilResumed(ctx); err != nil {
			return err
		}
		err := step(ctx)
		switch {
		case err == nil:
			r.own.Unexpected = Unexpected{}
			return nil
		case r.mayPass(err):
			err = r.untilLoginPasses(ctx, err)
		case r.triesAgain(ctx, err):
			err = r.untilNextTry(ctx, err)
		case r.blocks(err):
			err = r.block(ctx, err)
		default:
			return err
		}
		if err != nil {
			return err
		}
	}
}

// resume forgets the failures of before: they say nothing about what is tried after an operator has resumed the sync.
func (r *recovery) resume() { *r.own = recoveryState{} }

// forget forgets a step that was given up while the sync goes on: its failures, and the block that nobody ended, say nothing about the
// next step.
func (r *recovery) forget() { r.own.Blocked, r.own.Unexpected = nil, Unexpected{} }

// loggedIn notes that a session was good.
func (r *recovery) loggedIn() { r.own.Refused = Refused{} }

// cameHome says whether the sync has brought anything that would be lost with it.
func (r *recovery) cameHome() bool { return r.state.Reports > 0 || r.state.Plan.States.Reused > 0 }

// Refused counts the logins that Salesforce refuses in words that are not known, since one was good or somebody resumed the sync.
type Refused struct {
	Since time.Time `json:"since,omitzero"` // the first
	Times int       `json:"times,omitempty"`
}

// The waits before such a login is tried again: each is twice as long as the one before.
const (
	firstRefused   = 15 * time.Minute
	longestRefused = time.Hour
)

// mayPass says whether a failure is a refused login that may end by itself, as with the login hours of a profile. The words of
// the refusal are not known, and a login of this sync has succeeded before, so the setup was right.
func (r *recovery) mayPass(err error) bool {
	failure := call.Explain(err)
	return failure.Class == fault.LoginRefused && failure.System == fault.Salesforce && failure.Unknown && r.state.Sync.OrgID != ""
}

// untilLoginPasses waits before a refused login is tried again, and shows why. A resume tries it at once. What lasts for as long
// as a block may fails as a block does.
func (r *recovery) untilLoginPasses(ctx workflow.Context, cause error) error {
	failure, refused, now := call.Explain(cause), &r.own.Refused, workflow.Now(ctx).UTC()
	if refused.Since.IsZero() {
		refused.Since = now
	}
	if now.Sub(refused.Since) >= blockedFor {
		return cause
	}
	wait := min(firstRefused<<min(refused.Times, 10), longestRefused)
	why := fmt.Sprintf("%s; refused since %s, tried again at %s and then at least once an hour until %s; a resume tries at once",
		failure.Message, humanize.Moment(refused.Since), humanize.Moment(now.Add(wait)), humanize.Moment(refused.Since.Add(blockedFor)))
	refused.Times++
	if err := r.wait.sitOut(ctx, standstill{reason: history.WaitRetry, why: why, refused: shownFailure(failure)}, wait); err != nil {
		return err
	}
	return r.wait.continueIfFull(ctx)
}

// Unexpected counts the failures of a step that nobody expected.
type Unexpected struct {
	Tries   int       `json:"tries,omitempty"`
	Since   time.Time `json:"since,omitzero"`    // when the last of these tries began
	Reports int64     `json:"reports,omitempty"` // that had come home by then
}

// stoodStill leaves a standstill out of the time that the try has worked.
func (u *Unexpected) stoodStill(d time.Duration) {
	if u.Tries > 0 {
		u.Since = u.Since.Add(d)
	}
}

// unexpectedWaits are the waits before a step is tried again that failed unexpectedly. What is left after the last wait needs
// somebody: a newer worker, or a proxy that is taken away.
var unexpectedWaits = []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute, time.Hour, time.Hour}

// unrelated is for how long a try must have brought reports before its failure counts as the first one again: describing takes
// two days, in which six faults may pass that have nothing to do with each other.
const unrelated = time.Hour

// isUnexpected says whether a step failed by a fault of Longhaul, or by answers that contradict themselves, after something had
// come home: that is too much to lose by what another try, or another version, may not meet. An error of the workflow's own is
// not meant, as it comes again at every try. A sync that somebody waits for and starts again fails at once.
func (r *recovery) isUnexpected(err error) bool {
	if r.state.Attended || errors.As(err, new(*unresumed)) || !errors.As(err, new(*temporal.ApplicationError)) || !r.cameHome() {
		return false
	}
	failure := call.Explain(err)
	return failure.Class == activities.Internal || failure.Contradicts
}

// triesAgain says whether a step that failed unexpectedly is tried again by itself.
func (r *recovery) triesAgain(ctx workflow.Context, err error) bool {
	if !r.isUnexpected(err) {
		return false
	}
	u := &r.own.Unexpected
	if u.Tries > 0 && r.state.Reports > u.Reports && workflow.Now(ctx).Sub(u.Since) > unrelated {
		*u = Unexpected{}
	}
	return u.Tries < len(unexpectedWaits)
}

// untilNextTry waits before a step is tried again, and shows why. A resume tries it at once.
func (r *recovery) untilNextTry(ctx workflow.Context, cause error) error {
	u := &r.own.Unexpected
	wait := unexpectedWaits[u.Tries]
	u.Tries++
	next := workflow.Now(ctx).UTC().Add(wait)
	why := fmt.Sprintf("%s; try %d of %d is at %s", call.Explain(cause).Message, u.Tries, len(unexpectedWaits), humanize.Moment(next))
	if err := r.wait.sitOut(ctx, standstill{reason: history.WaitRetry, why: why, retries: true}, wait); err != nil {
		return err
	}
	u.Since, u.Reports = workflow.Now(ctx).UTC(), r.state.Reports
	return r.wait.continueIfFull(ctx)
}

// blocks says whether a failure is one that somebody can fix while the sync waits. As long as the sync has brought nothing home
// it fails at once instead: a wrong setup must not look like a long sync. A login that was refused after the first one had
// succeeded was taken away, whatever has come home.
func (r *recovery) blocks(err error) bool {
	if errors.As(err, new(*unresumed)) {
		return false
	}
	failure := call.Explain(err)
	switch {
	case lostOwnership(failure):
		return false
	case r.isUnexpected(err):
		return true
	case failure.System == fault.Catalog:
		return failure.Class == fault.LoginRefused && r.state.sending()
	case failure.Class == fault.LoginRefused:
		return true
	case failure.Class == fault.SessionPolicy, failure.Class == fault.PermissionMissing:
		return r.cameHome()
	case failure.Class == fault.Invalid: // settings of a worker that differ, a secret that is not there, a bug that a newer worker fixes
		return r.cameHome() && failure.System != fault.Temporal
	default:
		return false
	}
}

// Blocked is why a sync is blocked, and until when it waits for resume.
type Blocked struct {
	Failure activities.Failure `json:"failure"`
	Until   time.Time          `json:"until"`
}

// unresumed is the failure that blocked a sync which nobody resumed. It blocks no more, whatever step it passes.
type unresumed struct{ error }

// Unwrap gives the failure itself.
func (u *unresumed) Unwrap() error { return u.error }

// block waits for resume. The reason stands in the details; a sync that nobody resumes fails with it.
func (r *recovery) block(ctx workflow.Context, cause error) error {
	r.own.Blocked = &Blocked{Failure: *shownFailure(call.Explain(cause)), Until: workflow.Now(ctx).UTC().Add(blockedFor)}
	return r.untilUnblocked(ctx)
}

// untilUnblocked waits while the sync is blocked, which may have begun in the previous run.
func (r *recovery) untilUnblocked(ctx workflow.Context) error {
	if r.own.Blocked == nil {
		r.state.passed(string(PhaseBlocked))
		return ctx.Err()
	}
	b := *r.own.Blocked
	at := standstill{
		phase: PhaseBlocked, reason: history.WaitBlocked, why: b.Failure.Message, until: b.Until, cause: &b.Failure,
		do: Unblock(b.Failure, r.state.Auth.Kept, r.state.Sync.Source).Do,
	}
	r.wait.halt(ctx, at)
	_, err := await(ctx, b.Until.Sub(workflow.Now(ctx)), at.summary(), func() bool {
		return r.own.Blocked == nil || historyFull(ctx)
	})
	blocked := r.own.Blocked != nil
	if err == nil && blocked && workflow.Now(ctx).Before(b.Until) {
		r.own.Blocked.Failure.Message = clip(b.Failure.Message) // the state holds no more
		return r.wait.continueAsNew(ctx)
	}
	r.wait.goOn(ctx)
	if err == nil && blocked {
		return &unresumed{call.Fail(&b.Failure, b.Failure)}
	}
	return err
}

// shownFailure is what is shown of a failure: class, system, sentence and setting. The rest is for the workflow.
func shownFailure(f *activities.Failure) *activities.Failure {
	return &activities.Failure{Class: f.Class, System: f.System, Message: f.Message, Setting: f.Setting}
}
