package staging

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/fault"
)

const (
	// longestSilence is for how long a store may owe an answer. The drivers have no bound of their own, and some repeat a
	// request that is refused as long as they are let.
	longestSilence = 2 * time.Minute
	// longestCopy is the same for a copy, in which a store moves all bytes of an object before it answers.
	longestCopy = 15 * time.Minute
)

// silentFor ends a request to a store that owes an answer for so long.
type silentFor time.Duration

func (d silentFor) Error() string { return fmt.Sprintf("no answer came within %s", time.Duration(d)) }

// silenceOf says whether a context ended because a store owed an answer, and for how long.
func silenceOf(ctx context.Context) (d silentFor, ok bool) {
	ok = errors.As(context.Cause(ctx), &d)
	return d, ok
}

// within makes one request of a store, or a few, in so much time. Whatever the driver does, a panic of it is an error.
func (s *Store) within(ctx context.Context, most time.Duration, do action, key string, request func(context.Context) error) error {
	bounded, cancel := context.WithTimeoutCause(ctx, most, silentFor(most))
	defer cancel()
	return s.failed(bounded, do, key, fault.Caught(func() error { return request(bounded) }))
}

// failed is fault for a request made under a context that may have ended because the store was silent.
func (s *Store) failed(ctx context.Context, do action, key string, err error) error {
	if silence, ok := silenceOf(ctx); ok && err != nil && fault.From(err) == nil {
		return s.silent(do, key, silence, err)
	}
	switch cut := ctx.Err(); {
	case err == nil || fault.From(err) != nil:
	case cut == nil && ended(err): // a driver has bounds of its own, as for who gives credentials
		return s.broken(do, key, err)
	case cut != nil && !ended(err) && errors.Is(err, context.Cause(ctx)): // a connection tells the cause, and callers ask for the end
		err = fmt.Errorf("%w: %w", cut, err)
	}
	return s.fault(do, key, err)
}

// ask is within for a request that is answered at once.
func (s *Store) ask(ctx context.Context, do action, key string, request func(context.Context) error) error {
	return s.within(ctx, s.silence, do, key, request)
}

// silent is the fault of a store that did not answer. A driver may have repeated a request that was refused until then.
func (s *Store) silent(do action, key string, silence silentFor, err error) error {
	f := &fault.Error{
		Class: fault.Transient, System: fault.Bucket, Err: s.cause(key, err),
		Message: fmt.Sprintf("cannot %s the bucket %s: %s; check that it can be reached", do, s.name, silence),
	}
	if a, ok := answerOf(err); ok {
		f.Message = fmt.Sprintf("cannot %s the bucket %s: for %s the store answered %s", do, s.name, time.Duration(silence), a.said())
		if words := s.words(a); words != "" {
			f.Message += ": " + words
		}
	}
	return f
}

// watch ends a transfer when the store does nothing for its next step in time. Between the steps time does not count: what
// writes may have to wait for what it writes.
type watch struct {
	timer *time.Timer
	most  time.Duration
}

func (s *Store) watch(cancel context.CancelCauseFunc) watch {
	w := watch{most: s.silence, timer: time.AfterFunc(s.silence, func() { cancel(silentFor(s.silence)) })}
	w.timer.Stop()
	return w
}

// slowest is the rate, in bytes a second, below which a connection is no use.
const slowest = 64 << 10

// begin begins a step in which so many bytes may have to travel.
func (w watch) begin(bytes int64) { w.timer.Reset(w.most + time.Duration(bytes/slowest)*time.Second) }
func (w watch) end()              { w.timer.Stop() }
