package workflows

import (
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

// OtherOwner is the mark of another Temporal in the bucket, which a sync that begins has met.
type OtherOwner struct {
	Mark  string    `json:"mark,omitempty"`
	Since time.Time `json:"since,omitzero"` // it has not changed, by the workflow's clock
}

// warningOtherOwner tells of a wait that one Temporal would not have.
const warningOtherOwner = "the source belonged to another Temporal in this bucket when the sync began, so it waited until that one was done or " +
	"silent: use one Temporal for a bucket"

// noteOwner remembers the other Temporal that a failed login names.
func (s *sync) noteOwner(ctx workflow.Context, err error) {
	if mark := detailsOf(err).Owner; mark != "" && mark != s.state.Other.Mark {
		s.state.Other = OtherOwner{Mark: mark, Since: workflow.Now(ctx).UTC()}
	}
}

// seenOwner is what a login must know of the other Temporal. A sync that has met one takes a new id whenever it tries to begin:
// in the bucket the order of ids is that in which syncs own the source.
func (s *sync) seenOwner(ctx workflow.Context) staging.Seen {
	other := s.state.Other
	if other.Mark == "" {
		return staging.Seen{}
	}
	now := workflow.Now(ctx)
	s.state.Sync.ID = StagedID(now, workflow.GetInfo(ctx).FirstRunID)
	return staging.Seen{Mark: other.Mark, For: now.Sub(other.Since)}
}

// dispossessed says whether a failure is that another Temporal has taken the source over. Nobody can mend that, and nothing in
// the bucket belongs to the sync any more.
func dispossessed(failure *activities.Failure) bool {
	return failure.Owner != "" && failure.Class == fault.Invalid
}
