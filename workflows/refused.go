package workflows

import (
	"fmt"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/internal/fault"
)

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

// mayEnd says whether a failure is a refused login that may end by itself, as with the login hours of a profile. The words of
// the refusal are not known, and a login of this sync has succeeded before, so the setup was right.
func (s *sync) mayEnd(err error) bool {
	failure := explain(err)
	return failure.Class == fault.LoginRefused && failure.System == fault.Salesforce && failure.Unknown && s.state.Sync.OrgID != ""
}

// untilLoggedIn waits before a refused login is tried again, and shows why. A resume tries it at once. What lasts for as long
// as a block may fails as a block does.
func (s *sync) untilLoggedIn(ctx workflow.Context, cause error) error {
	failure, refused, now := explain(cause), &s.state.Refused, workflow.Now(ctx).UTC()
	if refused.Since.IsZero() {
		refused.Since = now
	}
	if now.Sub(refused.Since) >= blockedFor {
		return cause
	}
	wait := min(firstRefused<<min(refused.Times, 10), longestRefused)
	until := now.Add(wait)
	refused.Times++
	err := s.sitOut(ctx, standstill{
		why: fmt.Sprintf("%s; tried again at %s", failure.Message, minute(until)), refused: withoutAccount(failure),
	}, wait)
	if err != nil {
		return err
	}
	if historyFull(ctx) {
		return s.continueAsNew(ctx)
	}
	return nil
}
