package listing

import (
	"context"
	"errors"
	"iter"

	"longhaul/internal/description"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// known gives what the last sync knew of a kind; nil when there is nothing to compare with.
func (m *search) known(ctx context.Context, kind Kind) (iter.Seq2[[]byte, error], error) {
	lines := Read(ctx, m.Store, m.Last.Sync, kind)
	exists, err := m.Store.Exists(ctx, m.Last.Sync.Inventory(string(kind)))
	if err == nil && !exists {
		if kind != Reports {
			return nil, nil
		}
		lines = m.Store.Lines(ctx, m.Last.Descriptions)
		exists, err = m.Store.Exists(ctx, m.Last.Descriptions)
	}
	if err != nil || !exists {
		return nil, err
	}
	err = stream.Check(lines) // nothing of a stream that is torn or out of order is used
	if err != nil && m.useless(err) {
		m.state.Warnings = append(m.state.Warnings, warning.New(warning.LastListingUnreadable, warning.Params{"kind": string(kind)}))
		return nil, nil
	}
	return lines, err
}

// unwanted gives the reports that the last sync found to be gone or filtered. They are in its inventory, as it had listed
// them before it found that out, and it reported them then. Where its descriptions cannot be read to their end, it gives
// only those before.
func (m *search) unwanted(ctx context.Context) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for item, err := range stream.Merge(stream.Stream{Lines: m.Store.Lines(ctx, m.Last.Descriptions)}) {
			var head description.Description
			if err == nil {
				head, err = description.DecodeHead(item.Line)
			}
			switch {
			case err != nil && m.useless(err):
				return
			case err == nil && head.State.Wanted():
				continue
			}
			if !yield(item.Line, err) || err != nil {
				return
			}
		}
	}
}

// useless reports whether a stream of the last sync can never be read.
func (m *search) useless(err error) bool {
	return m.Store.Unreadable(err) || errors.Is(err, stream.ErrMalformed)
}
