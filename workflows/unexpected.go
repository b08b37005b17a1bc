package workflows

import (
	"errors"
	"fmt"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// unexpectedWaits are the waits before a step is tried again that failed for what nobody expected. What is left after the last one
// is a matter for somebody: a newer worker, or a proxy that is taken away.
var unexpectedWaits = []time.Duration{time.Minute, 4 * time.Minute, 16 * time.Minute, time.Hour, time.Hour}

// Unexpected counts the failures of a step that nobody expected.
type Unexpected struct {
	Tries   int       `json:"tries,omitempty"`
	Since   time.Time `json:"since,omitzero"`    // when the last of these tries began
	Reports int64     `json:"reports,omitempty"` // that had come home by then
}

// unrelated is for how long a try must have brought reports before its failure counts as the first one again: describing takes
// two days, in which six faults may pass that have nothing to do with each other.
const unrelated = time.Hour

// isUnexpected says whether a step failed by a fault of Longhaul, or by answers that contradict themselves, after something had
// come home: it is too much to lose by what another try, or another version, may not meet. An error of the workflow's own is
// not meant, as that comes again at every try. A sync that somebody waits for and starts again by himself fails at once.
func (s *sync) isUnexpected(err error) bool {
	if s.state.Attended || errors.As(err, new(*unresumed)) || !errors.As(err, new(*temporal.ApplicationError)) || !s.cameHome() {
		return false
	}
	failure := explain(err)
	return failure.Class == activities.Internal || failure.Contradicts
}

// triesAgain says whether a step that failed so is tried again by itself.
func (s *sync) triesAgain(ctx workflow.Context, err error) bool {
	if !s.isUnexpected(err) {
		return false
	}
	u := &s.state.Unexpected
	if u.Tries > 0 && s.state.Reports > u.Reports && workflow.Now(ctx).Sub(u.Since) > unrelated {
		*u = Unexpected{}
	}
	return u.Tries < len(unexpectedWaits)
}

// untilNextTry waits before a step is tried again, and shows why. A resume tries it at once.
func (s *sync) untilNextTry(ctx workflow.Context, cause error) error {
	u := &s.state.Unexpected
	wait := unexpectedWaits[u.Tries]
	u.Tries++
	next := workflow.Now(ctx).UTC().Add(wait)
	why := fmt.Sprintf("%s; try %d of %d is at %s", explain(cause).Message, u.Tries, len(unexpectedWaits), minute(next))
	if err := s.sitOut(ctx, standstill{why: why}, wait); err != nil {
		return err
	}
	u.Since, u.Reports = workflow.Now(ctx).UTC(), s.state.Reports
	if historyFull(ctx) {
		return s.continueAsNew(ctx)
	}
	return nil
}
