package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"longhaul/internal/notify"
	"longhaul/internal/staging"
)

const (
	// turnWithin is how long a message waits at most until the one before it was sent. A try ends within it: who needs a second one gets the
	// two in any order, and holds up nobody for longer.
	turnWithin = 15 * time.Second
	// turnEvery is how often it looks.
	turnEvery = 2 * time.Second
)

// turn is where a message is among those of its sync.
type turn struct {
	passed bool // a later one that makes it no news was told, or is about to be
	waits  bool // the one before it is being sent
}

// late waits until the message before this one was sent, and says whether a later one is before it that closes what this one opens, or tells it
// again. What stands is then not told any more. Each writes its marker first and then looks, so of two at least one sees the other.
func (d *Desk) late(ctx context.Context, fact notify.Fact) bool {
	if notify.NumberOf(fact.Source, fact.Sync, fact.ID) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, turnWithin)
	defer cancel()
	ticker := time.NewTicker(turnEvery)
	defer ticker.Stop()
	for {
		now, err := ask(ctx, d, fact.Source, markWithin, func(ctx context.Context) (turn, error) { return d.turnOf(ctx, fact) })
		switch {
		case ctx.Err() != nil:
			return false
		case err != nil:
			d.unknown(fact.Source, "a message is sent though the bucket does not say whether it is its turn", err)
			return false
		case now.passed && notify.RowOf(fact.Event).Opens:
			return true
		case !now.waits:
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
}

// turnOf looks at the markers of the sync.
func (d *Desk) turnOf(ctx context.Context, fact notify.Fact) (now turn, err error) {
	number := func(id string) int { return notify.NumberOf(fact.Source, fact.Sync, id) }
	own, before, last := number(fact.ID), 0, ""
	prefix := staging.ToldPrefix(fact.Source, fact.Sync)
	for key, err := range d.Store.List(ctx, prefix) {
		if err != nil {
			return turn{}, err
		}
		switch n := number(strings.TrimSuffix(strings.TrimPrefix(key, prefix), ".json")); {
		case n > own && !now.passed:
			later, _, err := markOf(ctx, d.Store, key)
			if err != nil {
				return turn{}, err
			}
			now.passed = later.overtakes(fact.Event)
		case n < own && n > before:
			before, last = n, key
		}
	}
	if last == "" {
		return now, nil
	}
	mark, known, err := markOf(ctx, d.Store, last)
	now.waits = known && mark.Told == nil
	return now, err
}

// markOf reads the marker of a message; false where it cannot be read, or is gone by now.
func markOf(ctx context.Context, store *staging.Store, key string) (mark Mark, known bool, err error) {
	err = store.ReadJSON(ctx, key, &mark)
	if errors.Is(err, staging.ErrNotExist) || store.Unreadable(err) {
		return Mark{}, false, nil
	}
	return mark, err == nil, err
}
