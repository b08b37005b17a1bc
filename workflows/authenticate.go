package workflows

import (
	"errors"
	"fmt"
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
	s.state.Sync.APIVersion, s.state.Sync.Owner = auth.Identity.APIVersion, auth.Owner
	s.state.Calls += auth.Calls
	s.openQuota(ctx, auth)
	s.state.Timestamp = max(s.state.Started.Unix(), auth.LastTimestamp+1)
	if s.state.Timestamp > s.state.Started.Add(farAhead).Unix() {
		s.state.warn(fmt.Sprintf("the last sync's files are named for a time still to come, and this one's go on from there, at %d (%s), "+
			"so that they count as newer: a clock was wrong once; it passes when that time has come",
			s.state.Timestamp, time.Unix(s.state.Timestamp, 0).UTC().Format(time.DateTime)))
	}
	s.state.warn(auth.Warnings...)
	if s.state.Other.Mark != "" {
		s.state.warn(warningOtherOwner)
	}
	if s.state.Upload && !auth.Catalog {
		s.state.warn("the source has no catalog settings, so the extract stays in the bucket")
	}
	return nil
}

// farAhead is by how much a timestamp may be ahead of the clock before a sync says so: sets that follow each other within a
// second are ahead by seconds.
const farAhead = 10 * time.Minute

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
		cut, err := s.logInOnce(ctx, params)
		if err != nil {
			s.repay(ctx, activities.Lease{}, activities.Spending{}, err)
			s.noteOwner(ctx, err)
		}
		switch {
		case cut:
			continue
		case !comesBack(err):
			return err
		}
		if err := s.sitOut(ctx, standstill{why: explain(err).Message}, untilLogin(err)); err != nil {
			return err
		}
		if historyFull(ctx) {
			return s.continueAsNew(ctx)
		}
	}
}

// logInOnce gives the login its few tries, and says whether a pause cut them short.
func (s *sync) logInOnce(ctx workflow.Context, params activities.AuthenticateParams) (cut bool, err error) {
	within, done := s.interruptible(ctx)
	defer done()
	attempt := limited(with(within, forCall, "log in, org and permissions"), firstAttempts)
	err = s.served(within, workflow.ExecuteActivity(attempt, acts.Authenticate, params))
	return err != nil && unlessCut(ctx, within, err) == nil, err
}

// untilLogin is how long to wait before a login is tried again that failed for what comes back by itself.
func untilLogin(err error) time.Duration {
	if asked := detailsOf(err).RetryAfter; asked > 0 {
		return min(asked, longestLogin)
	}
	return defaultProbe
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
