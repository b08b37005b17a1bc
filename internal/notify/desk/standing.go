package desk

import (
	"context"
	"errors"
	"strings"
	"time"

	"longhaul/internal/hang"
	"longhaul/internal/notify"
	"longhaul/internal/staging"
)

// Standing is an event of a source that people were told of and that stands until something closes it.
type Standing struct {
	Event   notify.Event `json:"event"`
	Message string       `json:"message"`        // id of the last message
	Sync    string       `json:"sync,omitempty"` // of which it was told last
	Why     string       `json:"why,omitempty"`  // as it was told last
	Do      string       `json:"do,omitempty"`
	Since   time.Time    `json:"since"` // when it was told first, or from when on it is known to stand
	Last    time.Time    `json:"last"`  // when it was told last
	Times   int          `json:"times"` // how often
	Closed  time.Time    `json:"closed,omitzero"`
	By      string       `json:"closed_by,omitempty"` // id of the message that says so
}

// Open says whether it stands.
func (s Standing) Open() bool { return s.Event != "" && s.Closed.IsZero() }

// ReadStanding gives what the bucket knows of the events of a source that stand or stood. One that cannot be read is none.
func ReadStanding(ctx context.Context, store *staging.Store, source string) (map[notify.Event]Standing, error) {
	all := map[notify.Event]Standing{}
	prefix := staging.StandingPrefix(source)
	for key, err := range store.List(ctx, prefix) {
		if err != nil {
			return nil, err
		}
		event := notify.Event(strings.TrimSuffix(strings.TrimPrefix(key, prefix), ".json"))
		if !notify.RowOf(event).Opens {
			continue
		}
		var one Standing
		switch err := store.ReadJSON(ctx, key, &one); {
		case err == nil:
			all[event] = one
		case !store.Unreadable(err):
			return nil, err
		}
	}
	return all, nil
}

// open notes that what a message tells stands. A repeat of the same message counts once.
func (d *Desk) open(ctx context.Context, fact notify.Fact) error {
	if !notify.RowOf(fact.Event).Opens {
		return nil
	}
	key := staging.StandingKey(fact.Source, string(fact.Event))
	var now Standing
	if err := d.Store.ReadJSON(ctx, key, &now); err != nil && !d.Store.Unreadable(err) {
		return err
	}
	if now.Message == fact.ID {
		return nil
	}
	if !now.Open() {
		now = Standing{Event: fact.Event, Since: fact.Since}
		if now.Since.IsZero() {
			now.Since = fact.At
		}
	}
	now.Message, now.Sync, now.Why, now.Do, now.Last = fact.ID, fact.Sync, fact.Why, fact.Do, fact.At
	now.Times = max(now.Times, fact.Repeat) + 1
	return d.Store.WriteJSON(ctx, key, now)
}

// closeAll notes what does not stand any more.
func (d *Desk) closeAll(ctx context.Context, fact notify.Fact) error {
	for _, event := range fact.Closes {
		if err := d.close(ctx, fact, event); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) close(ctx context.Context, fact notify.Fact, event notify.Event) error {
	key := staging.StandingKey(fact.Source, string(event))
	var now Standing
	err := d.Store.ReadJSON(ctx, key, &now)
	switch {
	case errors.Is(err, staging.ErrNotExist), err == nil && !now.Open():
		return nil
	case err != nil && !d.Store.Unreadable(err):
		return err
	}
	now.Event, now.Closed, now.By = event, fact.At, fact.ID
	return d.Store.WriteJSON(ctx, key, now)
}

// Standings is ReadStanding for those who must not wait for a bucket that hangs.
func Standings(ctx context.Context, store *staging.Store, source string) (map[notify.Event]Standing, error) {
	ctx, cancel := context.WithTimeout(ctx, readWithin)
	defer cancel()
	return hang.Ask(ctx, "what stands of "+source+" in "+store.Name(), func() (map[notify.Event]Standing, error) {
		return ReadStanding(ctx, store, source)
	})
}
