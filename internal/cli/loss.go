package cli

import (
	"context"

	"longhaul/internal/fault"
)

// loss brings why Temporal's SDK has stopped the worker of this process, which then does nothing any more. A nil one brings
// nothing.
type loss chan error

func newLoss() loss { return make(loss, 1) }

// tell is what the host calls, once at most.
func (l loss) tell(err error) {
	l.give(&fault.Error{
		Class: fault.Transient, System: fault.Temporal, Err: err,
		Message: "the worker has stopped, for Temporal gives it no work any more: " + fault.Sentence(temporalFault(err)),
	})
}

// give brings an error, unless there is one already.
func (l loss) give(err error) {
	select {
	case l <- err:
	default:
	}
}

// wait returns when ctx has ended, or with the reason once the worker is lost: a process that lived on idle would be
// restarted by nobody.
func (l loss) wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-l:
		return err
	}
}
