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

// isUnexpected says whether a step failed by a fault of Longhaul, or by answers that contradict themselves, after something had
// come home: it is too much to lose by what another try, or another version, may not meet. An error of the workflow's own is
// not meant, as that comes again at every try.
func (s *sync) isUnexpected(err error) bool {
	if errors.As(err, new(*unresumed)) || !errors.As(err, new(*temporal.ApplicationError)) || !s.cameHome() {
		return false
	}
	failure := explain(err)
	return failure.Class == activities.Internal || failure.Contradicts
}

// triesAgain says whether a step that failed so is tried again by itself.
func (s *sync) triesAgain(err error) bool {
	return s.isUnexpected(err) && s.state.Unexpected < len(unexpectedWaits)
}

// untilNextTry waits before a step is tried again, and shows why. A resume tries it at once.
func (s *sync) untilNextTry(ctx workflow.Context, cause error) error {
	wait := unexpectedWaits[s.state.Unexpected]
	s.state.Unexpected++
	next := workflow.Now(ctx).UTC().Add(wait)
	why := fmt.Sprintf("%s; try %d of %d is at %s",
		explain(cause).Message, s.state.Unexpected, len(unexpectedWaits), next.Format("2006-01-02 15:04 UTC"))
	if err := s.sitOut(ctx, standstill{why: why}, wait); err != nil {
		return err
	}
	if historyFull(ctx) {
		return s.continueAsNew(ctx)
	}
	return nil
}
