// Package desk tells people: it finds out what happened by what the bucket knows, sends the messages, and keeps there what was told and what
// stands.
package desk

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
	"longhaul/internal/notify"
	"longhaul/internal/notify/words"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Bounds of what a message waits for. Together with the sending they stay below the four minutes that the activity has.
const (
	readWithin = 10 * time.Second // what the bucket knows of a sync
	lostWithin = 30 * time.Second // its change logs, and the columns of all reports
	markWithin = 5 * time.Second  // the marker of a message
)

// Desk sends messages to the receivers of the settings. It is safe for concurrent use.
type Desk struct {
	Store    *staging.Store
	Settings notify.Settings
	// Own is what the settings of a source say of receivers; nil for a source that this process does not know.
	Own func(source string) source.Notify
	// Send sends a message to those of the asking who want it, within a minute, and says what became of it at each.
	Send func(ctx context.Context, message notify.Message, asking []notify.Asking) []notify.Told
	// Next is when the schedule of a source starts the next sync; zero: not known, or never. May be nil.
	Next func(source string) time.Time
	// Links say where people find more, for the Temporal that an activity runs for.
	Links  func(ctx context.Context) words.Links
	Logger *zap.Logger
}

// about is one message in the making.
type about struct {
	fact  notify.Fact
	known words.Facts
	first bool // of the end of the first sync that delivers
}

// Tell says what became of a message at each receiver that asked for it. See activities/tell.
func (d *Desk) Tell(ctx context.Context, fact notify.Fact) ([]notify.Told, error) {
	asking := d.Settings.Asking(d.Own(fact.Source))
	if len(asking) == 0 {
		return nil, nil
	}
	all := d.derive(ctx, fact, asking)
	told := make([][]notify.Told, len(all))
	var group sync.WaitGroup
	for i, one := range all {
		group.Go(func() {
			if err := fault.Caught(func() error { told[i] = d.message(ctx, one, asking); return nil }); err != nil {
				d.Logger.Error("a message could not be made", zap.String("source", fact.Source), zap.String("of", string(one.fact.Event)), zap.Error(err))
			}
		})
	}
	group.Wait()
	if ctx.Err() != nil { // those that did not get it are tried again
		return nil, &fault.Error{
			Class: fault.Transient, System: fault.Longhaul, Message: "the worker was stopped while it sent a message: it is sent again", Err: ctx.Err(),
		}
	}
	return slices.Concat(told...), nil
}

// message tells those who ask for one message, unless they were told before.
func (d *Desk) message(ctx context.Context, one about, asking []notify.Asking) []notify.Told {
	message := words.Of(one.fact, one.known, d.Links(ctx))
	var wanted []notify.Asking
	for _, a := range asking {
		if a = heeding(a, one); a.Asks(message) {
			wanted = append(wanted, a)
		}
	}
	if len(wanted) == 0 {
		return nil
	}
	mark, noted := d.mark(ctx, message)
	if mark.Told != nil {
		wanted = slices.DeleteFunc(wanted, func(a notify.Asking) bool { return !mark.failed(a.Name) })
	}
	if len(wanted) == 0 {
		return mark.Told
	}
	if noted && d.late(ctx, message.Fact) {
		mark.passOver(wanted, time.Now().UTC())
	} else {
		if noted && mark.Told == nil {
			d.note(ctx, message.Fact)
		}
		mark.take(d.Send(ctx, message, wanted))
	}
	d.keep(context.WithoutCancel(ctx), one.fact, mark)
	return mark.Told
}

// heeding is what a receiver asks for of one message. That something is over is for those who asked to hear of it. Who waits for the first
// sync to be complete hears of its end with gaps too.
func heeding(a notify.Asking, one about) notify.Asking {
	closes := one.fact.Closes
	if len(closes) > 0 && !slices.ContainsFunc(closes, func(e notify.Event) bool { return slices.Contains(a.Events, e) }) {
		a.Events = slices.DeleteFunc(slices.Clone(a.Events), func(e notify.Event) bool { return e == notify.Recovered })
	}
	if one.first && one.fact.Event == notify.Gaps && slices.Contains(a.Events, notify.FirstSyncComplete) {
		a.Events = append(slices.Clone(a.Events), notify.Gaps)
	}
	return a
}

// asked says whether anybody asks for an event.
func asked(asking []notify.Asking, event notify.Event) bool {
	return slices.ContainsFunc(asking, func(a notify.Asking) bool { return slices.Contains(a.Events, event) })
}

// ask asks the bucket, and waits no longer than a message may.
func ask[T any](ctx context.Context, d *Desk, of string, within time.Duration, f func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	return hang.Ask(ctx, "what was told of "+of+" in "+d.Store.Name(), func() (T, error) { return f(ctx) })
}

// columnsOf is what is asked where all reports are read, which may take too long: the marks of messages neither wait for that nor are given
// up with it.
func columnsOf(source string) string { return "the columns of " + source }

// unknown logs what the bucket did not say. The message goes out without it.
func (d *Desk) unknown(source, what string, err error) {
	if err == nil || errors.Is(err, staging.ErrNotExist) {
		return
	}
	why := fault.Sentence(err)
	if silent, hangs := errors.AsType[*hang.Error](err); hangs {
		why = "the bucket " + silent.Error()
	}
	d.Logger.Warn(what, zap.String("event", "warning"), zap.String("source", source), zap.String("why", why))
}
