package bucket

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// answerTimeout is for how long a store may owe an answer. The drivers have no bound of their own, and some repeat a
	// refused request for as long as they may.
	answerTimeout = 2 * time.Minute
	// copyTimeout is the bound of a copy: a store moves all bytes of the object before it answers.
	copyTimeout = 15 * time.Minute
	// startTimeout bounds the requests at the start of a process, whatever the store does with them.
	startTimeout = 20 * time.Second
)

// timeoutError ends a request that a store did not answer for that long.
type timeoutError time.Duration

// Error says for how long no answer came.
func (d timeoutError) Error() string {
	return fmt.Sprintf("no answer came within %s", time.Duration(d))
}

// timedOut reports whether a context ended because a store owed an answer, and for how long it did.
func timedOut(ctx context.Context) (d timeoutError, ok bool) {
	ok = errors.As(context.Cause(ctx), &d)
	return d, ok
}

// watchdog cancels a transfer when the store does not complete its next step in time. Time between two steps does not
// count: a writer may have to wait for the data that it writes.
type watchdog struct {
	timer *time.Timer
	most  time.Duration
}

// slowest is the rate, in bytes a second, below which a connection is useless.
const slowest = 64 << 10

// begin starts a step that may have to transfer this many bytes.
func (w watchdog) begin(bytes int64) {
	w.timer.Reset(w.most + time.Duration(bytes/slowest)*time.Second)
}

// end ends the step.
func (w watchdog) end() { w.timer.Stop() }
