package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
)

func (s *sync) authenticate(ctx workflow.Context) error {
	if err := s.logIn(ctx); err != nil {
		return err
	}
	auth := s.state.Auth
	s.state.Auth.Warnings = nil // kept among the state's
	s.state.Sync.Bucket, s.state.Sync.OrgID, s.state.Sync.UserID = auth.Bucket, auth.Identity.OrgID, auth.Identity.UserID
	s.state.Sync.APIVersion = auth.Identity.APIVersion
	s.state.Calls += auth.Calls
	s.openQuota(ctx, auth)
	s.own(ctx)
	s.state.warn(auth.Warnings...)
	if s.state.Upload && !auth.Catalog {
		s.state.warn("the source has no catalog settings, so the extract stays in the bucket")
	}
	return nil
}

// openQuota begins the account of API calls with what the login told.
func (s *sync) openQuota(ctx workflow.Context, auth activities.AuthenticateResult) {
	s.applyQuota()
	s.state.Quota.Margin = int64(auth.MaxInFlight)
	s.state.Quota.Return(0, auth.Calls, auth.Told, workflow.Now(ctx))
}

// logIn tries a few times, for a wrong host must not look like a long sync; but it waits for what comes back by itself.
func (s *sync) logIn(ctx workflow.Context) error {
	for {
		if err := s.untilResumed(ctx); err != nil {
			return err
		}
		params := activities.AuthenticateParams{
			Sync: s.state.Sync, Started: s.state.Started, Upload: s.state.Upload, Seen: s.seenOwner(ctx),
		}
		paused, err := s.logInOnce(ctx, params)
		if err != nil {
			s.repay(ctx, activities.Lease{}, activities.Spending{}, err)
			s.noteOwner(ctx, err)
		}
		switch {
		case paused:
			continue
		case !comesBack(err):
			return err
		}
		if err := s.sitOut(ctx, standstill{why: explain(err).Message}, s.untilLogin(err)); err != nil {
			return err
		}
		if historyFull(ctx) {
			return s.continueAsNew(ctx)
		}
	}
}

// logInOnce gives the login its few tries, and says whether a pause cut them short.
func (s *sync) logInOnce(ctx workflow.Context, params activities.AuthenticateParams) (paused bool, err error) {
	within, done := s.interruptible(ctx)
	defer done()
	attempt := limited(with(within, forCall, "log in, org and permissions"), firstAttempts)
	err = s.served(within, workflow.ExecuteActivity(attempt, acts.Authenticate, params))
	return err != nil && unlessCut(ctx, within, err) == nil, err
}

// untilLogin is how long to wait before a login is tried again that failed for what comes back by itself.
func (s *sync) untilLogin(err error) time.Duration {
	switch failure := detailsOf(err); {
	case failure.RetryAfter <= 0:
		return defaultProbe
	case failure.Owner != "":
		return s.state.Other.untilLook(failure.RetryAfter)
	default:
		return min(failure.RetryAfter, longestLogin)
	}
}

// longestLogin is the longest wait for a login that is believed.
const longestLogin = time.Hour

// comesBack says whether a failure ends by waiting: a spent quota, too many logins in an hour.
func comesBack(err error) bool {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return false
	}
	class := fault.Class(failure.Type())
	return class == fault.QuotaExhausted || class == fault.Throttled
}
