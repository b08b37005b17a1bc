package account

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/description"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// Merged counts what became of the reports of a sync, and what vanished since the one before.
type Merged struct {
	Object   staging.Object              `json:"object"` // the stream of all descriptions
	States   map[description.State]int64 `json:"states"`
	Vanished map[listing.Kind]int64      `json:"vanished"` // reports and dashboards that are in no inventory any more, and so in no state

	Unaudited int64 `json:"unaudited,omitempty"` // reports whose last audit failed
}

// The streams that MergeDescriptions merges, in this order: of one Id what the second round brought comes before the others of this sync.
const (
	fromBefore = iota // the sync that was recorded before
	fromSecondRound
	fromReused
	fromFirstRound
	fromInventory
)

// MergeDescriptions merges what was reused and what the shards brought into the sync's one stream of descriptions. shards is
// the number of shards of both rounds, second that of the second round, the last ones. Every report of the inventory must be
// in the stream once, with a final state and with a reason where it has no columns; otherwise nothing is written and the
// error says how many are not. It is a *description.TornShardError where a shard must be described again.
func MergeDescriptions(ctx context.Context, in Input, shards, second int) (Merged, error) {
	before, err := auditsOf(ctx, in)
	if err != nil {
		return Merged{}, fmt.Errorf("merge the descriptions: %w", err)
	}
	merged, err := merge(ctx, in, before, shards-second, second)
	if _, unread := errors.AsType[*unreadError](err); unread {
		merged, err = merge(ctx, in, func(func([]byte, error) bool) {}, shards-second, second)
	}
	if err != nil {
		return Merged{}, fmt.Errorf("merge the descriptions: %w", description.TornShard(ctx, in.Store, in.Sync, shards, err))
	}
	return merged, nil
}

func merge(ctx context.Context, in Input, before iter.Seq2[[]byte, error], first, second int) (Merged, error) {
	reused, err := description.Reused(ctx, in.Store, in.Sync)
	if err != nil {
		return Merged{}, err
	}
	streams := []stream.Stream{
		fromBefore:      {Lines: before},
		fromSecondRound: {Lines: description.ShardLines(ctx, in.Store, in.Sync, first, second)},
		fromReused:      {Lines: reused},
		fromFirstRound:  {Lines: description.ShardLines(ctx, in.Store, in.Sync, 0, first)},
		fromInventory:   {Lines: in.inventory(ctx, listing.Reports)},
	}
	w, err := in.Store.Create(ctx, in.Sync.Described())
	if err != nil {
		return Merged{}, err
	}
	defer w.Abort()
	b := &balance{states: map[description.State]int64{}, progress: in.counter()}
	b.before.began, _, _ = staging.ParseSyncID(in.Sync.ID)
	for item, err := range stream.Merge(streams...) {
		if err == nil {
			err = b.add(item, w)
		}
		if err != nil {
			return Merged{}, err
		}
	}
	if err := b.close(); err != nil {
		return Merged{}, err
	}
	vanished, err := countVanished(ctx, in)
	if err != nil {
		return Merged{}, err
	}
	object, err := w.Commit()
	return Merged{Object: object, States: b.states, Vanished: vanished, Unaudited: b.unaudited}, err
}

// countVanished counts what the last sync knew and what is not there any more.
func countVanished(ctx context.Context, in Input) (map[listing.Kind]int64, error) {
	vanished := make(map[listing.Kind]int64, len(listing.LookedUpKinds))
	for _, kind := range listing.LookedUpKinds {
		vanished[kind] = 0
		for _, err := range listing.Gone(ctx, in.Store, in.Sync, kind) {
			if err != nil {
				return nil, err
			}
			vanished[kind]++
		}
	}
	return vanished, nil
}

// balance compares the descriptions with the inventory, Id by Id.
type balance struct {
	id                     []byte // of the lines that are being counted
	listed, known, again   int    // lines of it: of the inventory, of the first round or reused, of the second round
	reports                int64
	missing, twice, beyond int64
	deferred, unexplained  int64
	unaudited              int64
	states                 map[description.State]int64
	before                 fallback
	progress               *stream.Counter
}

// add counts one line of either side; of the descriptions of one Id it writes the one that counts.
func (b *balance) add(item stream.Item, w *staging.Writer) error {
	if string(item.ID) != string(b.id) {
		b.endID()
		b.id = append(b.id[:0], item.ID...)
	}
	switch item.Stream {
	case fromBefore:
		return b.before.take(item.Line)
	case fromInventory:
		b.listed++
		b.progress.Add()
		return nil
	case fromSecondRound:
		b.again++
	default:
		if b.known++; b.again > 0 {
			return nil
		}
	}
	head, err := description.DecodeHead(item.Line)
	if err != nil {
		return err
	}
	if head.State == description.StateDeferred {
		b.deferred++
	} else if !head.Explained() {
		b.unexplained++
	}
	line, state, unaudited, err := b.before.instead(&head, item.Line)
	if err != nil {
		return err
	}
	if unaudited {
		b.unaudited++
	}
	b.states[state]++
	return w.Append(line)
}

// endID ends one Id.
func (b *balance) endID() {
	b.reports += int64(min(b.listed, 1))
	switch described := b.known + b.again; {
	case b.listed > 0 && described == 0:
		b.missing++
	case b.listed == 0 && described > 0:
		b.beyond++
	case b.listed > 1 || b.known > 1 || b.again > 1:
		b.twice++
	}
	b.listed, b.known, b.again, b.before.has = 0, 0, 0, false
}

// close ends the last Id and returns what does not add up.
func (b *balance) close() error {
	b.endID()
	switch {
	case b.missing+b.twice+b.beyond > 0:
		return doesNotAddUp("of %d reports %d have no state, %d have two, and %d more are not in the inventory",
			b.reports, b.missing, b.twice, b.beyond)
	case b.deferred > 0:
		return doesNotAddUp("of %d reports %d were deferred and not tried again", b.reports, b.deferred)
	case b.unexplained > 0:
		return doesNotAddUp("of %d reports %d have no columns and no reason for it", b.reports, b.unexplained)
	}
	return nil
}
