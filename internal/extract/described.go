package extract

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// Settled is what became of the reports of a sync.
type Settled struct {
	Object staging.Object            `json:"object"` // the stream of all descriptions
	States map[inventory.State]int64 `json:"states"`
}

// The streams that Described merges, in this order.
const (
	fromReused = iota
	fromShards
	fromInventory
)

// Described merges what was reused and what the shards brought into the sync's one stream of descriptions. Every report
// of the inventory must be in it once; otherwise nothing is written and the error says how many are not.
func Described(ctx context.Context, in Input, shards int) (Settled, error) {
	reused, err := optional(ctx, in.Store, in.Sync.Reused())
	if err != nil {
		return Settled{}, fmt.Errorf("merge the descriptions: %w", err)
	}
	w, err := in.Store.Create(ctx, in.Sync.Described())
	if err != nil {
		return Settled{}, fmt.Errorf("merge the descriptions: %w", err)
	}
	defer w.Abort()
	b := &balance{states: map[inventory.State]int64{}, progress: in.counter()}
	streams := []inventory.Stream{
		fromReused:    {Lines: reused},
		fromShards:    {Lines: chain(ctx, in.Store, in.Sync, shards)},
		fromInventory: {Lines: in.inventory(ctx, inventory.Reports)},
	}
	for item, err := range inventory.Merge(streams...) {
		if err == nil {
			err = b.take(item, w)
		}
		if err != nil {
			return Settled{}, fmt.Errorf("merge the descriptions: %w", err)
		}
	}
	if err := b.close(); err != nil {
		return Settled{}, err
	}
	object, err := w.Commit()
	if err != nil {
		return Settled{}, fmt.Errorf("merge the descriptions: %w", err)
	}
	return Settled{Object: object, States: b.states}, nil
}

// optional gives a stream that may not be there as an empty one.
func optional(ctx context.Context, store *staging.Store, key string) (iter.Seq2[[]byte, error], error) {
	exists, err := store.Exists(ctx, key)
	if err != nil || exists {
		return store.Lines(ctx, key), err
	}
	return func(func([]byte, error) bool) {}, nil
}

// chain gives the lines of all shards one after another: the plan deals neighbouring Ids, so they are sorted, and the
// merge checks that they are.
func chain(ctx context.Context, store *staging.Store, sync staging.Sync, shards int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for n := range shards {
			for line, err := range store.Lines(ctx, sync.Shard(n)) {
				if errors.Is(err, staging.ErrNotExist) {
					err = wrong("shard %d of %d has not been described; the account does not add up", n, shards)
				}
				if !yield(line, err) || err != nil {
					return
				}
			}
		}
	}
}

// balance holds the descriptions against the inventory, Id by Id.
type balance struct {
	id                     []byte
	listed, known          int
	reports                int64
	missing, twice, beyond int64
	states                 map[inventory.State]int64
	progress               *counter
}

// take adds one line of either side; descriptions are written on.
func (b *balance) take(item inventory.Item, w *staging.Writer) error {
	if string(item.ID) != string(b.id) {
		b.settle()
		b.id = append(b.id[:0], item.ID...)
	}
	if item.Stream == fromInventory {
		b.listed++
		b.progress.add()
		return nil
	}
	b.known++
	head, err := inventory.DecodeHead(item.Line)
	if err != nil {
		return err
	}
	b.states[head.State]++
	return w.Append(item.Line)
}

// settle ends one Id.
func (b *balance) settle() {
	b.reports += int64(min(b.listed, 1))
	switch {
	case b.listed > 0 && b.known == 0:
		b.missing++
	case b.listed == 0 && b.known > 0:
		b.beyond++
	case b.listed > 1 || b.known > 1:
		b.twice++
	}
	b.listed, b.known = 0, 0
}

// close ends the last Id and says whether all is well.
func (b *balance) close() error {
	b.settle()
	if b.missing+b.twice+b.beyond == 0 {
		return nil
	}
	return wrong("the account does not add up: of %d reports %d have no state, %d have two, and %d more are not in the inventory",
		b.reports, b.missing, b.twice, b.beyond)
}
