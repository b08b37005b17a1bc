package extract

import (
	"context"
	"fmt"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// Settled is what became of the reports of a sync, and what vanished since the one before.
type Settled struct {
	Object   staging.Object            `json:"object"` // the stream of all descriptions
	States   map[inventory.State]int64 `json:"states"`
	Vanished map[inventory.Kind]int64  `json:"vanished"` // reports and dashboards that are in no inventory any more, and so in no state
}

// The streams that Described merges, in this order: of one Id what the second round brought comes first.
const (
	fromAgain = iota
	fromReused
	fromShards
	fromInventory
)

// Described merges what was reused and what the shards brought into the sync's one stream of descriptions. Every report
// of the inventory must be in it once, settled and with a reason where it has no columns; otherwise nothing is written
// and the error says how many are not; it is an *inventory.TornShardError where a shard must be described again. shards
// counts those of both rounds.
func Described(ctx context.Context, in Input, shards int) (Settled, error) {
	settled, err := describe(ctx, in, shards)
	if err != nil {
		return Settled{}, fmt.Errorf("merge the descriptions: %w", inventory.TornShard(ctx, in.Store, in.Sync, shards, err))
	}
	return settled, nil
}

func describe(ctx context.Context, in Input, shards int) (Settled, error) {
	reused, err := inventory.Reused(ctx, in.Store, in.Sync)
	if err != nil {
		return Settled{}, err
	}
	first := shards - in.Again
	streams := []inventory.Stream{
		fromAgain:     {Lines: inventory.ShardLines(ctx, in.Store, in.Sync, first, in.Again)},
		fromReused:    {Lines: reused},
		fromShards:    {Lines: inventory.ShardLines(ctx, in.Store, in.Sync, 0, first)},
		fromInventory: {Lines: in.inventory(ctx, inventory.Reports)},
	}
	w, err := in.Store.Create(ctx, in.Sync.Described())
	if err != nil {
		return Settled{}, err
	}
	defer w.Abort()
	b := &balance{states: map[inventory.State]int64{}, progress: in.counter()}
	for item, err := range inventory.Merge(streams...) {
		if err == nil {
			err = b.take(item, w)
		}
		if err != nil {
			return Settled{}, err
		}
	}
	if err := b.close(); err != nil {
		return Settled{}, err
	}
	vanished, err := countVanished(ctx, in)
	if err != nil {
		return Settled{}, err
	}
	object, err := w.Commit()
	return Settled{Object: object, States: b.states, Vanished: vanished}, err
}

// countVanished counts what the last sync knew and what is not there any more.
func countVanished(ctx context.Context, in Input) (map[inventory.Kind]int64, error) {
	vanished := make(map[inventory.Kind]int64, len(inventory.Missable))
	for _, kind := range inventory.Missable {
		vanished[kind] = 0
		for _, err := range inventory.GoneSince(ctx, in.Store, in.Sync, kind) {
			if err != nil {
				return nil, err
			}
			vanished[kind]++
		}
	}
	return vanished, nil
}

// balance holds the descriptions against the inventory, Id by Id.
type balance struct {
	id                     []byte
	listed, known, again   int
	reports                int64
	missing, twice, beyond int64
	deferred, unexplained  int64
	states                 map[inventory.State]int64
	progress               *counter
}

// take adds one line of either side; of descriptions the one that counts is written on.
func (b *balance) take(item inventory.Item, w *staging.Writer) error {
	if string(item.ID) != string(b.id) {
		b.settle()
		b.id = append(b.id[:0], item.ID...)
	}
	switch item.Stream {
	case fromInventory:
		b.listed++
		b.progress.add()
		return nil
	case fromAgain:
		b.again++
	default:
		if b.known++; b.again > 0 {
			return nil
		}
	}
	head, err := inventory.DecodeHead(item.Line)
	if err != nil {
		return err
	}
	if head.State == inventory.StateDeferred {
		b.deferred++
	} else if unexplained(&head) {
		b.unexplained++
	}
	b.states[head.State]++
	return w.Append(item.Line)
}

// unexplained says whether a report has no columns and nothing says why.
func unexplained(head *inventory.Described) bool {
	if head.State == inventory.StateDescribed || head.State == inventory.StateReused {
		return false
	}
	return head.Reason == "" || head.Message == ""
}

// settle ends one Id.
func (b *balance) settle() {
	b.reports += int64(min(b.listed, 1))
	switch described := b.known + b.again; {
	case b.listed > 0 && described == 0:
		b.missing++
	case b.listed == 0 && described > 0:
		b.beyond++
	case b.listed > 1 || b.known > 1 || b.again > 1:
		b.twice++
	}
	b.listed, b.known, b.again = 0, 0, 0
}

// close ends the last Id and says whether all is well.
func (b *balance) close() error {
	b.settle()
	switch {
	case b.missing+b.twice+b.beyond > 0:
		return wrong("the account does not add up: of %d reports %d have no state, %d have two, and %d more are not in the inventory",
			b.reports, b.missing, b.twice, b.beyond)
	case b.deferred > 0:
		return wrong("the account does not add up: of %d reports %d were put off and not tried again", b.reports, b.deferred)
	case b.unexplained > 0:
		return wrong("the account does not add up: of %d reports %d have no columns and no reason for it", b.reports, b.unexplained)
	}
	return nil
}
