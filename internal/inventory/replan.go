package inventory

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"iter"

	"longhaul/internal/staging"
)

// ReplanInput says what the second round of a sync is planned from, and into how many shards.
type ReplanInput struct {
	Store     *staging.Store
	Sync      staging.Sync
	Shards    int // of the first round; all of them are described
	MaxShards int
	ShardSize int         // the most reports of a shard; 250 when 0
	Progress  func(int64) // told the reports looked at so far; may be nil
}

// Replanned counts what is described in the second round.
type Replanned struct {
	ToDescribe int64 `json:"to_describe"`
	Shards     int   `json:"shards"`   // further ones, numbered on from those of the first round
	Changed    int64 `json:"changed"`  // their date is another than the one they were described for
	Added      int64 `json:"added"`    // nothing is known of them yet
	Deferred   int64 `json:"deferred"` // the first round put them off to this one
}

// Replan joins the reports as they stand with what was reused and what the first round brought. What was put off, what
// is new and what has changed since is dealt into further shards. Called again after it has ended well, it answers the
// same.
func Replan(ctx context.Context, in ReplanInput) (Replanned, error) {
	planned, err := makeReplan(ctx, in)
	if err != nil {
		return Replanned{}, fmt.Errorf("plan the second round: %w", err)
	}
	return planned, nil
}

func makeReplan(ctx context.Context, in ReplanInput) (Replanned, error) {
	d := secondDraft(in.Store, in.Sync, in.Shards, rand.Text())
	if done, found, err := d.published(ctx); err != nil || found {
		return done, err
	}
	p := &replanning{ReplanInput: in, draft: d}
	if p.Progress == nil {
		p.Progress = func(int64) {}
	}
	if p.ShardSize == 0 {
		p.ShardSize = defaultShardSize
	}
	defer d.remove(ctx)
	if err := p.run(ctx); err != nil {
		return Replanned{}, TornShard(ctx, in.Store, in.Sync, in.Shards, err)
	}
	return d.publish(ctx, p.Replanned)
}

// secondDraft is a draft of the second round's plan, after a first round of so many shards.
func secondDraft(store *staging.Store, sync staging.Sync, shards int, id string) draft[Replanned] {
	return draft[Replanned]{store, sync, id, round[Replanned]{sync.PlanAgainChoice(), sync.PlanAgain(), func(p Replanned) []string {
		return shardKeys(sync, shards, p.Shards)
	}}}
}

// replanning is a Replan under way.
type replanning struct {
	ReplanInput
	Replanned
	draft   draft[Replanned]
	reports int64
	todo    *staging.Writer
	line    []byte
}

// run writes the draft.
func (p *replanning) run(ctx context.Context) (err error) {
	if p.todo, err = p.Store.Create(ctx, p.draft.key(p.Sync.PlanTodo())); err != nil {
		return err
	}
	defer p.todo.Abort()
	if err := p.join(ctx); err != nil {
		return err
	}
	if _, err := p.todo.Commit(); err != nil {
		return err
	}
	p.Replanned.Shards = ShardCount(p.ToDescribe, p.MaxShards, p.ShardSize)
	return deal(ctx, p.Store, dealing{
		todo: p.draft.key(p.Sync.PlanTodo()), reports: p.ToDescribe, shards: p.Replanned.Shards,
		key:  func(n int) string { return p.draft.key(p.Sync.PlanShard(p.ReplanInput.Shards + n)) },
		tick: func() { p.Progress(p.reports) },
	})
}

// The streams that join merges: of one Id what is known comes before the report.
const (
	knownReused = iota
	knownShards
	asItStands
)

// join walks over the reports as they stand, and beside them over what the first round knows.
func (p *replanning) join(ctx context.Context) error {
	reused, err := Reused(ctx, p.Store, p.Sync)
	if err != nil {
		return err
	}
	streams := []Stream{
		knownReused: {Lines: reused},
		knownShards: {Lines: ShardLines(ctx, p.Store, p.Sync, 0, p.ReplanInput.Shards)},
		asItStands:  {Lines: Read(ctx, p.Store, p.Sync, Reports)},
	}
	var id []byte
	var head Described
	for item, err := range Merge(streams...) {
		if err != nil {
			return err
		}
		if item.Stream != asItStands {
			if head, err = DecodeHead(item.Line); err != nil {
				return err
			}
			id = append(id[:0], item.ID...)
			continue
		}
		if !bytes.Equal(item.ID, id) {
			head = Described{}
		}
		if err := p.decide(item, &head); err != nil {
			return err
		}
	}
	return nil
}

// decide says whether a report is described in the second round; known has no state when nothing is known of it.
func (p *replanning) decide(report Item, known *Described) error {
	if p.reports++; p.reports%beat == 0 {
		p.Progress(p.reports)
	}
	modified, err := textMember(report.Line, "LastModifiedDate")
	if err != nil {
		return err
	}
	switch {
	case known.State == "":
		p.Added++
	case known.State == StateDeferred:
		p.Deferred++
	case known.Modified != modified:
		p.Changed++
	default:
		return nil
	}
	p.ToDescribe++
	p.line = appendTodo(p.line[:0], report.ID, modified)
	return p.todo.Append(p.line)
}

// Reused gives the descriptions that the plan took over from earlier syncs; nothing when there is no such stream.
func Reused(ctx context.Context, store *staging.Store, sync staging.Sync) (iter.Seq2[[]byte, error], error) {
	exists, err := store.Exists(ctx, sync.Reused())
	if err != nil || exists {
		return store.Lines(ctx, sync.Reused()), err
	}
	return func(func([]byte, error) bool) {}, nil
}

// ShardLines gives the results of shards, count of them from first on, one after another. The plan deals neighbouring
// Ids, so those of one round are sorted. A shard that has no result is an error, and one that is torn a *TornShardError.
func ShardLines(ctx context.Context, store *staging.Store, sync staging.Sync, first, count int) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		for n := range count {
			for line, err := range store.Lines(ctx, sync.Shard(first+n)) {
				switch {
				case errors.Is(err, staging.ErrNotExist):
					err = fmt.Errorf("shard %d of %d has not been described; the account does not add up", first+n, first+count)
				case errors.Is(err, staging.ErrTorn):
					err = &TornShardError{Shard: first + n, Err: err}
				}
				if !yield(line, err) || err != nil {
					return
				}
			}
		}
	}
}
