package node

import (
	"context"

	"longhaul/internal/control"
	"longhaul/internal/fault"
)

// Fatal carries the first error after which a process can do nothing any more: Temporal's SDK has stopped its worker, or its
// disk stays unusable. A nil Fatal carries nothing.
type Fatal chan error

// NewFatal makes one without an error.
func NewFatal() Fatal { return make(Fatal, 1) }

// WorkerStopped takes the reason why Temporal's SDK has stopped the worker. The host calls it once at most.
func (f Fatal) WorkerStopped(err error) {
	f.Raise(&fault.Error{
		Class: fault.Transient, System: fault.Temporal, Err: err,
		Message: "the worker has stopped, for Temporal gives it no work any more: " + fault.Sentence(control.Explain(err)),
	})
}

// Raise takes an error, unless there is one already.
func (f Fatal) Raise(err error) {
	select {
	case f <- err:
	default:
	}
}

// Wait returns when ctx has ended, or with the error. A process must end with that error, because nobody restarts one that
// stays up and does nothing.
func (f Fatal) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-f:
		return err
	}
}
