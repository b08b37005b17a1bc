package parts

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

// Shard is where the bucket holds one shard.
type Shard struct {
	Store  Store
	Sync   staging.Sync
	Number int
}

// Entry is the head of a stored line: which report it is about and what came out.
type Entry struct {
	ID     string
	State  description.State
	Reason description.Reason
}

// Read gives the parts that earlier attempts have stored, and their entries, those of the lowest attempt first. A torn part
// is removed, or left unread where the bucket refuses that: new parts get other names. With an error it gives the entries
// that it had read by then.
func (s Shard) Read(ctx context.Context) (parts []Part, entries []Entry, err error) {
	found, err := s.list(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, p := range found {
		read, err := ReadEntries(ctx, s.Store, p.key)
		switch {
		case errors.Is(err, staging.ErrTorn):
			_ = s.Store.Delete(ctx, p.key)
		case errors.Is(err, staging.ErrNotExist): // a zombie of an older attempt has finished and removed it
		case err != nil:
			return nil, entries, err
		case len(read) > 0:
			p.first = read[0].ID
			parts, entries = append(parts, p), append(entries, read...)
		}
	}
	return parts, entries, nil
}

// list names the parts of the shard, the lowest attempt first.
func (s Shard) list(ctx context.Context) (found []Part, err error) {
	for key, err := range s.Store.List(ctx, s.Sync.PartPrefix(s.Number)) {
		if err != nil {
			return nil, err
		}
		if name, ok := staging.ParsePart(key); ok {
			found = append(found, Part{key: key, attempt: name.Attempt})
		}
	}
	slices.SortStableFunc(found, byAttempt)
	return found, nil
}

// Clear removes the parts of a shard that has its object. Whether that works makes no difference to the shard: a bucket
// may refuse deletes, and what is left goes when the sync is pruned.
func (s Shard) Clear(ctx context.Context) {
	_, _ = s.Store.DeleteAll(ctx, s.Sync.PartPrefix(s.Number))
}

// ReadEntries reads the heads of all lines of a stream. A stream that is not in order counts as torn: it cannot be joined.
func ReadEntries(ctx context.Context, store Store, key string) ([]Entry, error) {
	var entries []Entry
	for line, err := range store.Lines(ctx, key) {
		if err != nil {
			return nil, err
		}
		head, err := description.DecodeHead(line)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", staging.ErrTorn, key, err)
		}
		if n := len(entries); n > 0 && entries[n-1].ID >= head.ID {
			return nil, fmt.Errorf("%w: %s: report %s comes after %s", staging.ErrTorn, key, head.ID, entries[n-1].ID)
		}
		entries = append(entries, Entry{ID: head.ID, State: head.State, Reason: head.Reason})
	}
	return entries, nil
}

// Beats says whether a state is taken in place of one from a lower attempt: any answer of Salesforce is better than
// none. It is the one rule for lines about the same report, wherever they are counted or joined.
func Beats(state, lower description.State) bool { return !unanswered(state) && unanswered(lower) }

// unanswered says whether a state stands for want of an answer.
func unanswered(state description.State) bool {
	return state == description.StateDeferred || state == description.StateFailed
}
