package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows/call"
)

// authenticatePhase logs in and takes the source, and learns what the other phases need of the org and of the settings.
type authenticatePhase struct {
	own      *loginState
	state    *State
	files    *fileState // named by the login
	wait     *waiter
	budget   *budget
}

// loginState is what the login reports, and what the sync has seen while it waited for the login.
type loginState struct {
	Auth  activities.AuthenticateResult `json:"auth"`
	Other OtherOwner                    `json:"other,omitzero"` // of the source, when the sync began
	Owned time.Time                     `json:"owned,omitzero"` // when the sync came to own its source, if others owned it after it was started

	WorkerSeen bool          `json:"worker_seen,omitempty"` // one that serves the source, at any time
	Unserved   time.Duration `json:"unserved,omitempty"`    // how long the sync has waited for one, while none was seen
}

func (p *authenticatePhase) run(ctx workflow.Context) error {
	auth, err := p.logIn(ctx)
	if err != nil {
		return err
	}
	p.own.Auth = auth
	p.own.Auth.Warnings = nil                                        // kept among the state's
	p.own.Auth.Owner, p.own.Auth.SyncID = activities.Ownership{}, "" // kept in the reference to the sync
	sync := &p.state.Sync
	sync.Bucket, sync.OrgID, sync.UserID = auth.Bucket, auth.Identity.OrgID, auth.Identity.UserID
	sync.APIVersion = auth.Identity.APIVersion
	p.budget.open(ctx, auth)
	p.takeOwnership(ctx, auth)
	p.state.warn(auth.Warnings...)
	if p.state.Upload && !auth.Catalog {
		p.state.warn("the source has no catalog settings, so the extract stays in the bucket")
	}
	return nil
}

// logIn tries a few times, for a wrong host must not look like a long sync; but it waits for what passes by itself.
func (p *authenticatePhase) logIn(ctx workflow.Context) (activities.AuthenticateResult, error) {
	for {
		if err := p.wait.untilResumed(ctx); err != nil {
			return activities.AuthenticateResult{}, err
		}
		auth, paused, err := p.logInOnce(ctx)
		if err != nil {
			p.budget.repay(ctx, activities.Lease{}, activities.Spending{}, err)
			p.noteOwner(ctx, err)
		}
		switch {
		case paused:
			continue
		case !passes(err):
			return auth, err
		}
		err = p.wait.sitOut(ctx, standstill{why: call.Explain(err).Message}, p.untilNextLogin(err))
		if err == nil {
			err = p.wait.continueIfFull(ctx)
		}
		if err != nil {
			return auth, err
		}
	}
}

// logInOnce gives the login its few tries, and says whether a pause cut them short.
func (p *authenticatePhase) logInOnce(ctx workflow.Context) (auth activities.AuthenticateResult, paused bool, err error) {
	params := activities.AuthenticateParams{
		Sync: p.state.Sync, Started: p.state.Started, Upload: p.state.Upload, Seen: p.seenOwner(ctx),
	}
	within, done := p.wait.interruptible(ctx)
	defer done()
	auth, err = p.untilServed(within, call.Start(within, call.ForLogin, "log in, org and permissions", acts.Authenticate, params))
	return auth, err != nil && unlessInterrupted(ctx, within, err) == nil, err
}

// untilNextLogin is how long to wait before a login is tried again that failed for what passes by itself.
func (p *authenticatePhase) untilNextLogin(err error) time.Duration {
	switch failure := call.Details(err); {
	case failure.RetryAfter <= 0:
		return defaultProbe
	case failure.Owner != "":
		return p.own.Other.untilLook(failure.RetryAfter)
	default:
		return min(failure.RetryAfter, longestLogin)
	}
}

// longestLogin is the longest wait for a login that is believed.
const longestLogin = time.Hour

// passes says whether a failure ends by waiting: a spent quota, too many logins in an hour.
func passes(err error) bool {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return false
	}
	class := fault.Class(failure.Type())
	return class == fault.QuotaExhausted || class == fault.Throttled
}
