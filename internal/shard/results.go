package shard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/shard/parts"
	"longhaul/internal/shard/retry"
	"longhaul/internal/staging"
)

// results is what the run has of its reports, and what of it is stored.
type results struct {
	in     Input
	shard  parts.Shard
	led    *ledger
	queue  *retry.Queue
	writer *parts.Writer
}

// record keeps what an answer brings.
func (s *results) record(a answer) {
	switch a.request.kind {
	case known:
		s.led.repeated++
		return
	case probe:
		return
	case inTurn, sample:
	}
	s.keep(a.request.report, a.request.seq, a.state, a.reason, a.line)
}

// keep gives a report its state and hands its line to the writer.
func (s *results) keep(report int, seq int64, state description.State, reason description.Reason, line []byte) {
	s.led.set(report, state, reason)
	s.queue.Done(report)
	s.writer.Add(parts.Line{Report: report, ID: s.led.reports[report].id, Seq: seq, At: time.Now(), Data: line})
	if s.in.Progress != nil {
		s.in.Progress(s.led.done, len(s.led.reports))
	}
}

// deferOrFail ends the tries of reports that failed: they are deferred or, in the last round, failed. number numbers them as
// if they were requests.
func (s *results) deferOrFail(reports []int, number func() int64) error {
	s.queue.Remove(reports)
	state := unansweredState(s.in.LastRound)
	for _, report := range reports {
		last, r := s.queue.Why(report), s.led.reports[report]
		reason := failure(last)
		line, err := r.describe(state, reason, last).Append(nil)
		if err != nil {
			return err
		}
		s.keep(report, number(), state, reason, line)
	}
	return nil
}

// flushed notes the end of a flush, and stops the run where the store refuses for good.
func (s *results) flushed(life *lifetime, done parts.Flush) {
	lines, err := s.writer.Flushed(life.caller, done)
	s.stored(lines)
	if err != nil {
		life.stop(err, graceFatal)
	}
}

// stored notes lines that the writer has stored.
func (s *results) stored(lines []parts.Line) {
	for _, l := range lines {
		s.led.markStored(l.Report)
	}
	s.in.tellStored(s.led)
}

// finish stores what the loop left and makes the result. When every report has its state the parts are joined; when the
// run ended early the pending lines become one more part.
func (s *results) finish(life *lifetime) (Result, error) {
	stop := life.err
	if stop == nil || life.ranOut() && s.led.done == len(s.led.reports) {
		var object staging.Object
		stop = s.writer.Persist(life.caller, func() error {
			return parts.Within(life.caller, func(ctx context.Context) (err error) {
				object, err = s.join(ctx)
				return err
			})
		})
		if stop == nil {
			return s.led.result(object), nil
		}
	}
	err := s.writer.Persist(life.caller, func() error {
		lines, err := s.writer.StoreRest(life.writes)
		s.stored(lines)
		return err
	})
	if err != nil {
		if errors.Is(stop, errSlice) {
			stop = nil // which is no error beside this one
		}
		stop = errors.Join(stop, fmt.Errorf("store what was done: %w", err))
	}
	return s.led.result(staging.Object{}), stop
}

// join makes the object of the shard and removes the parts. If another process has made the object first, that one is
// as good.
func (s *results) join(ctx context.Context) (staging.Object, error) {
	object, err := s.writer.Join(ctx, s.led.ids())
	switch {
	case errors.Is(err, staging.ErrExist) || errors.Is(err, staging.ErrNotExist):
		object, err = s.adopt(ctx, err)
	case err == nil:
		s.stored(s.writer.TakePending())
	}
	if err != nil {
		return staging.Object{}, err
	}
	s.shard.Clear(ctx)
	return object, nil
}

// adopt takes the object that another process has made of the same shard.
func (s *results) adopt(ctx context.Context, cause error) (staging.Object, error) {
	led := s.led.fresh()
	object, err := readObject(ctx, s.shard, led)
	switch {
	case errors.Is(err, staging.ErrNotExist): // a part was lost, or the other object was damaged and is removed
		return staging.Object{}, &fault.Error{
			Class: fault.Transient, System: fault.Bucket, Err: errors.Join(cause, err),
			Message: "something of what was stored is not there any more: the reports in it are described again",
		}
	case err != nil:
		return staging.Object{}, errors.Join(cause, err)
	}
	led.repeated = s.led.repeated + int64(len(s.writer.TakePending()))
	s.led = led
	return object, nil
}
