package account

import (
	"bytes"
	"context"
	"errors"
	"iter"
	"maps"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// before is what the sync that was recorded before this one left, as far as it can be read.
type before struct {
	sync      staging.Sync
	delivered map[string]string // that sync, by each export that was delivered
	audits    map[string]history.Audit
	items     bool // its account can be read: since when things are as they are
	details   bool // its descriptions and users can be read too: what changed
}

// findBefore finds the sync to compare with. There is none for a first sync and for one of another org.
func findBefore(ctx context.Context, in Input, identity description.Identity) (past before, warnings []warning.Warning, err error) {
	record, err := history.RecordedBefore(ctx, in.Store, in.Sync)
	switch {
	case errors.Is(err, history.ErrRecordUnreadable):
		return before{}, []warning.Warning{warning.New(warning.LastAccountUnreadable, nil)}, nil
	case errors.Is(err, staging.ErrNotExist):
		return before{}, nil, nil
	case err != nil:
		return before{}, nil, err
	case record.Identity.OrgID != identity.OrgID:
		return before{}, nil, nil
	}
	past = before{
		sync: staging.Sync{Source: in.Sync.Source, ID: record.Sync}, delivered: map[string]string{}, audits: record.Audits,
		items: true, details: true,
	}
	for export, d := range record.Exports {
		if d.Delivered {
			past.delivered[export] = record.Sync
		}
	}
	return past, nil, nil
}

// unreadError says that a stream of the sync before can never be read.
type unreadError struct {
	details bool // not its account, but its descriptions or users
	err     error
}

func (e *unreadError) Error() string { return "what the last sync left: " + e.err.Error() }

// Unwrap returns what is wrong with the stream.
func (e *unreadError) Unwrap() error { return e.err }

// without is what is left of the sync before when a stream of it cannot be read; known is false where err is about something else.
func (b *before) without(err error) (left before, of warning.Warning, known bool) {
	unread, known := errors.AsType[*unreadError](err)
	if !known {
		return before{}, of, false
	}
	if unread.details {
		left = *b
		left.details = false
		return left, warning.New(warning.ChangesUnknown, nil), true
	}
	return before{}, warning.New(warning.LastAccountUnreadable, nil), true
}

// account gives the lines of the account of the sync before.
func (b *before) account(ctx context.Context, store *staging.Store) iter.Seq2[[]byte, error] {
	return earlier(store, false, store.Lines(ctx, staging.AccountKey(b.sync.Source, b.sync.ID)))
}

func (b *before) descriptions(ctx context.Context, store *staging.Store) iter.Seq2[[]byte, error] {
	return earlier(store, true, description.Read(ctx, store, b.sync))
}

func (b *before) users(ctx context.Context, store *staging.Store) iter.Seq2[[]byte, error] {
	return earlier(store, true, listing.Read(ctx, store, b.sync, listing.Users))
}

// earlier gives the lines of a stream of the sync before, with an unreadError where it is of no use.
func earlier(store *staging.Store, details bool, lines iter.Seq2[[]byte, error]) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		var last []byte
		for line, err := range lines {
			var id []byte
			if err == nil {
				id, err = stream.LineID(line)
			}
			if err == nil && bytes.Compare(id, last) < 0 {
				err = stream.ErrMalformed
			}
			if err != nil && (store.Unreadable(err) || errors.Is(err, stream.ErrMalformed)) {
				err = &unreadError{details, err}
			}
			last = append(last[:0], id...)
			if !yield(line, err) || err != nil {
				return
			}
		}
	}
}

// carry takes over what the sync before knew of a record: since when it is as it is, and who got it when.
func (b *before) carry(i, was *item.Item) {
	if was.FirstSeen != "" {
		i.FirstSeen = was.FirstSeen
	}
	if was.Since != "" && sameState(was, i) {
		i.Since = was.Since
	}
	if !i.State.HasColumns() {
		i.Described = was.Described
	}
	i.Delivered = was.Delivered
	if !was.Exists() || len(b.delivered) == 0 { // it was in no file
		return
	}
	for export := range was.Delivered {
		if b.delivered[export] == "" {
			i.Delivered = maps.Clone(was.Delivered)
			maps.Copy(i.Delivered, b.delivered)
			return
		}
	}
	i.Delivered = b.delivered
}

// sameState compares the states of two syncs, of what has but one its reason.
func sameState(was, now *item.Item) bool {
	return settled(was.State) == settled(now.State) && (now.State != description.StateListed || was.Reason == now.Reason)
}

// settled is a state as people compare it: which sync described a report makes no difference.
func settled(state description.State) description.State {
	if state == description.StateReused {
		return description.StateDescribed
	}
	return state
}
