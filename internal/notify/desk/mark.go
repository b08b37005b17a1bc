package desk

import (
	"context"
	"errors"
	"slices"
	"time"

	"longhaul/internal/notify"
	"longhaul/internal/staging"
)

// Mark is what the bucket has of one message. It is there before the message is sent.
type Mark struct {
	ID     string         `json:"id"`
	Event  notify.Event   `json:"event"`
	Closes []notify.Event `json:"closes,omitempty"` // what is over by it
	At     time.Time      `json:"at"`               // when happened what it tells
	Told   []notify.Told  `json:"told"`             // what became of it, by receiver; null: whoever began to send it did not come to an end
}

// overtakes says whether what an event opens is no news once this message is there: it closes that, or tells it again.
func (m *Mark) overtakes(event notify.Event) bool {
	return m.Event == event || slices.Contains(m.Closes, event)
}

// notSent is what became of a message that came late.
const notSent = "not sent: a later message of the sync, which says that it is over or tells it again, was there before"

// passOver notes that a message came late for all who asked for it.
func (m *Mark) passOver(wanted []notify.Asking, at time.Time) {
	told := make([]notify.Told, len(wanted))
	for i, to := range wanted {
		told[i] = notify.Told{ID: m.ID, Event: m.Event, Receiver: to.Name, At: at, Failure: notSent}
	}
	m.take(told)
}

// failed says whether a receiver is among those that did not get the message.
func (m *Mark) failed(receiver string) bool {
	return slices.ContainsFunc(m.Told, func(t notify.Told) bool { return t.Receiver == receiver && t.Failure != "" })
}

// take notes what became of the message, in the place of earlier tries.
func (m *Mark) take(told []notify.Told) {
	if m.Told == nil {
		m.Told = []notify.Told{}
	}
	for _, one := range told {
		i := slices.IndexFunc(m.Told, func(t notify.Told) bool { return t.Receiver == one.Receiver })
		if i < 0 {
			m.Told = append(m.Told, one)
		} else {
			m.Told[i] = one
		}
	}
}

// mark notes that a message is about to be sent, and gives what is known of earlier tries; false where the bucket is away, which holds up no
// message.
func (d *Desk) mark(ctx context.Context, message notify.Message) (mark Mark, noted bool) {
	fresh := Mark{ID: message.ID, Event: message.Event, Closes: message.Closes, At: message.At}
	key := staging.ToldKey(message.Source, message.Sync, message.ID)
	mark, err := ask(ctx, d, message.Source, markWithin, func(ctx context.Context) (mark Mark, err error) {
		written, err := d.Store.WriteNewJSON(ctx, key, fresh)
		if mark = fresh; err == nil && !written {
			err = d.Store.ReadJSON(ctx, key, &mark)
		}
		return mark, err
	})
	if err != nil {
		d.unknown(message.Source, "a message is sent that cannot be noted in the bucket", err)
		return fresh, false
	}
	return mark, true
}

// note notes what stands after a message, before it is sent: a receiver may take long.
func (d *Desk) note(ctx context.Context, fact notify.Fact) {
	_, err := ask(ctx, d, fact.Source, markWithin, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, errors.Join(d.open(ctx, fact), d.closeAll(ctx, fact))
	})
	d.unknown(fact.Source, "what stands after a message could not be noted in the bucket", err)
}

// keep writes what became of a message.
func (d *Desk) keep(ctx context.Context, fact notify.Fact, mark Mark) {
	_, err := ask(ctx, d, fact.Source, markWithin, func(ctx context.Context) (struct{}, error) {
		return struct{}{}, d.Store.WriteJSON(ctx, staging.ToldKey(fact.Source, fact.Sync, fact.ID), mark)
	})
	d.unknown(fact.Source, "what became of a message could not be noted in the bucket", err)
}
