package answer

import (
	"context"
	"iter"
	"slices"
	"strings"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// accounts lists the syncs whose accounts are kept, the newest first. That of a sync without a record does not count.
func (k kept) accounts(ctx context.Context, recorded []string) ([]string, error) {
	ids, err := k.allAccounts(ctx)
	return slices.DeleteFunc(ids, func(id string) bool { return !slices.Contains(recorded, id) }), err
}

// allAccounts lists all syncs whose accounts are kept, the newest first.
func (k kept) allAccounts(ctx context.Context) (ids []string, err error) {
	prefix := staging.AccountsPrefix(k.source)
	for key, err := range k.store.List(ctx, prefix) {
		if err != nil {
			return nil, wrap("list the accounts", err)
		}
		if id, ok := strings.CutSuffix(strings.TrimPrefix(key, prefix), ".jsonl.zst"); ok {
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids)
	return ids, nil
}

// items gives the lines of an account whose Ids begin with one of the prefixes that a kind has, all of them for no prefix.
func (k kept) items(ctx context.Context, sync, prefix string) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for line, err := range k.store.Lines(ctx, staging.AccountKey(k.source, sync)) {
			if err != nil {
				yield(nil, err)
				return
			}
			id, err := stream.LineID(line)
			if err != nil {
				yield(nil, err)
				return
			}
			if len(prefix) > 0 {
				if head := string(id[:len(prefix)]); head < prefix {
					continue
				} else if head > prefix {
					return // lines are sorted
				}
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}

// lookUp reads the lines of some Ids in one pass over an account.
func (k kept) lookUp(ctx context.Context, sync string, ids []string) (map[string]item.Item, error) {
	found := map[string]item.Item{}
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	if len(ids) == 0 {
		return found, nil
	}
	for line, err := range k.items(ctx, sync, "") {
		if err != nil {
			return nil, wrap("read the account of "+sync, err)
		}
		id, err := stream.LineID(line)
		if err != nil {
			return nil, err
		}
		for len(ids) > 0 && ids[0] < string(id) {
			ids = ids[1:]
		}
		if len(ids) == 0 {
			break
		}
		if ids[0] == string(id) {
			one, err := item.Decode(line)
			if err != nil {
				return nil, err
			}
			found[one.ID] = one
		}
	}
	return found, nil
}

// forward finds things of a stream that is sorted by Id, for Ids that ascend.
type forward[T any] struct {
	next func() (T, error, bool)
	stop func()
	id   func(T) string
	head T
	have bool
	done bool
}

func newForward[T any](things iter.Seq2[T, error], id func(T) string) *forward[T] {
	f := &forward[T]{id: id}
	f.next, f.stop = iter.Pull2(things)
	return f
}

func (f *forward[T]) find(id string) (thing T, found bool, err error) {
	for !f.done && (!f.have || f.id(f.head) < id) {
		var more bool
		if f.head, err, more = f.next(); err != nil {
			return thing, false, err
		}
		f.have, f.done = more, !more
	}
	if f.have && f.id(f.head) == id {
		return f.head, true, nil
	}
	return thing, false, nil
}

// places knows in which folder a record was at a sync: by the account of that sync, or by that of a later one and what changed between
// them.
type places struct {
	account *forward[item.Item]
	since   *forward[change.Change] // nil: the account is of that sync
}

func (p *places) folder(id string) (string, error) {
	one, there, err := p.account.find(id)
	if err != nil {
		return "", err
	}
	if p.since != nil {
		c, changed, err := p.since.find(id)
		switch {
		case err != nil:
			return "", err
		case changed && c.Added:
			return "", nil
		case changed && (c.Gone || c.Differs(change.Folder)):
			return c.Was[change.Folder], nil
		}
	}
	if !there {
		return "", nil
	}
	return one.Folder, nil
}

func (p *places) close() {
	p.account.stop()
	if p.since != nil {
		p.since.stop()
	}
}

// decoded gives the lines of an account. Lines in folders are those of reports and dashboards.
func decoded(lines iter.Seq2[[]byte, error]) iter.Seq2[item.Item, error] {
	return func(yield func(item.Item, error) bool) {
		for line, err := range lines {
			var one item.Item
			if err == nil {
				one, err = item.Decode(line)
			}
			if !yield(one, err) || err != nil {
				return
			}
		}
	}
}
