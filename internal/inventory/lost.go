package inventory

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/staging"
)

// known gives what the last sync knew of a kind; nil when there is nothing to compare with.
func (m *search) known(ctx context.Context, kind Kind) (iter.Seq2[[]byte, error], error) {
	last := staging.Sync{Source: m.Sync.Source, ID: m.Last.Sync}
	lines := Read(ctx, m.Store, last, kind)
	exists, err := m.Store.Exists(ctx, last.Inventory(string(kind)))
	if err == nil && !exists {
		if kind != Reports {
			return nil, nil
		}
		lines = m.Store.Lines(ctx, m.Last.described())
		exists, err = m.Store.Exists(ctx, m.Last.described())
	}
	if err != nil || !exists {
		return nil, err
	}
	err = walk(lines) // nothing of a stream that is torn or out of order is believed
	if err != nil && m.useless(err) {
		m.state.Warnings = append(m.state.Warnings, fmt.Sprintf(
			"which %s the last sync knew cannot be read from the bucket, so none is looked up that this one did not list", kind))
		return nil, nil
	}
	return lines, err
}

// lost gives the reports of which the last sync knew already that they are gone or not wanted: they are in its inventory,
// for it had listed them before it found out, and were told of then. Where its descriptions cannot be read to their end,
// only those read until there are left out.
func (m *search) lost(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for item, err := range Merge(Stream{Lines: m.Store.Lines(ctx, m.Last.described())}) {
			var head Described
			if err == nil {
				head, err = DecodeHead(item.Line)
			}
			switch {
			case err != nil && m.useless(err):
				return
			case err == nil && head.State != StateGone && head.State != StateFiltered:
				continue
			}
			if !yield(item.Line, err) || err != nil {
				return
			}
		}
	}
}

// useless says that a stream of the last sync cannot be read, now or later.
func (m *search) useless(err error) bool {
	return m.Store.Unreadable(err) || errors.Is(err, errMalformed)
}

// walk reads lines to their end and gives the error in them, one of order included.
func walk(lines iter.Seq2[[]byte, error]) error {
	for _, err := range Merge(Stream{Lines: lines}) {
		if err != nil {
			return err
		}
	}
	return nil
}
