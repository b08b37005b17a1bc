// Package hang asks what may never answer, such as a disk whose mount is dead, and waits no longer than it should.
package hang

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"longhaul/internal/fault"
)

// Error says that a thing gave no answer. What was asked of it goes on, and nothing more is asked of it until that has ended.
type Error struct{ After time.Duration }

// Error says for how long there was no answer.
func (e *Error) Error() string { return fmt.Sprintf("gave no answer within %d s", e.Seconds()) }

// Seconds is for how long there was no answer.
func (e *Error) Seconds() int64 { return max(int64(e.After.Round(time.Second)/time.Second), 1) }

// soonest is the age from which on a question that nobody waits for any more counts as one that hangs.
const soonest = time.Second

// question is what is asked of a thing at this moment.
type question struct {
	since time.Time
	ended chan struct{} // closed when it was answered
	given chan struct{} // closed when it was given up
	once  sync.Once     // guards given
}

// giveUp is the error for who does not wait any more.
func (q *question) giveUp(ctx context.Context) error {
	age := time.Since(q.since)
	if age < soonest || !errors.Is(ctx.Err(), context.DeadlineExceeded) { // the thing had no time, or whoever asked was stopped
		return fmt.Errorf("wait for an answer: %w", ctx.Err())
	}
	q.once.Do(func() { close(q.given) })
	return &Error{After: age}
}

// asked holds what is asked at this moment, by thing: the system that hangs is the same for all of a process.
var (
	mu    sync.Mutex
	asked = map[string]*question{}
)

// Ask calls f, which asks a thing, and waits for its answer until ctx ends. It then returns, with an Error where ctx had a deadline, while f
// may go on for ever. So that no more than one f hangs for each thing of a process, a call waits for the one before it, and returns an
// Error at once where that was given up. f shares nothing that it changes with the caller. A panic of f is an error.
func Ask[T any](ctx context.Context, thing string, f func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	var none T
	mine, err := turn(ctx, thing)
	if err != nil {
		return none, err
	}
	answered := make(chan answer, 1)
	go func() {
		var a answer
		a.err = fault.Caught(func() (err error) {
			a.value, err = f()
			return err
		})
		end(thing, mine)
		answered <- a
	}()
	select {
	case a := <-answered:
		return a.value, a.err
	case <-ctx.Done():
		return none, mine.giveUp(ctx)
	}
}

// turn waits until nothing is asked of the thing any more, and takes it.
func turn(ctx context.Context, thing string) (*question, error) {
	for {
		mu.Lock()
		before, busy := asked[thing]
		if !busy {
			mine := &question{since: time.Now(), ended: make(chan struct{}), given: make(chan struct{})}
			asked[thing] = mine
			mu.Unlock()
			return mine, nil
		}
		mu.Unlock()
		select {
		case <-before.ended:
			continue
		case <-before.given:
		case <-ctx.Done():
			return nil, before.giveUp(ctx)
		}
		select {
		case <-before.ended: // it was given up, and has answered after all
		default:
			return nil, &Error{After: time.Since(before.since)}
		}
	}
}

func end(thing string, q *question) {
	mu.Lock()
	delete(asked, thing)
	mu.Unlock()
	close(q.ended)
}
