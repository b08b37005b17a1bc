package planning

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
)

// ReplanInput is the input of Replan.
type ReplanInput struct {
	Store     *staging.Store
	Sync      staging.Sync
	Shards    int // of the first round; all of them are described
	MaxShards int
	ShardSize int         // the most reports of a shard; 250 when 0
	Progress  func(int64) // receives the number of reports read so far; may be nil
}

// Replanned counts what the second round describes.
type Replanned struct {
	ToDescribe int64 `json:"to_describe"`
	Shards     int   `json:"shards"`   // further ones, numbered on from those of the first round
	Changed    int64 `json:"changed"`  // their date differs from the one that they were described for
	Added      int64 `json:"added"`    // nothing is known of them yet
	Deferred   int64 `json:"deferred"` // the first round deferred them to this one
}

// Replan joins the reports as they stand with what was reused and what the first round described. Reports that were
// deferred, that are new and that have changed since are dealt into further shards. Called again after success it returns
// the same.
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
	p := &replanner{ReplanInput: in, draft: d}
	if p.Progress == nil {
		p.Progress = func(int64) {}
	}
	if p.ShardSize == 0 {
		p.ShardSize = defaultShardSize
	}
	defer d.remove(ctx)
	if err := p.run(ctx); err != nil {
		return Replanned{}, description.TornShard(ctx, in.Store, in.Sync, in.Shards, err)
	}
	return d.publish(ctx, p.Replanned)
}

// secondDraft is a draft of the second round's plan, after a first round of shards.
func secondDraft(store *staging.Store, sync staging.Sync, shards int, id string) draft[Replanned] {
	return draft[Replanned]{store, sync, id, round[Replanned]{sync.PlanSecondChoice(), sync.PlanSecond(), func(p Replanned) []string {
		return shardKeys(sync, shards, p.Shards)
	}}}
}

// replanner is a Replan in progress.
type replanner struct {
	ReplanInput
	Replanned
	draft   draft[Replanned]
	reports int64
	todo    *staging.Writer
	line    []byte
}

// run writes the draft.
func (p *replanner) run(ctx context.Context) (err error) {
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
	p.Replanned.Shards = shardCount(p.ToDescribe, p.MaxShards, p.ShardSize)
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

// join reads the reports as they stand, and beside them what the first round knows.
func (p *replanner) join(ctx context.Context) error {
	reused, err := description.Reused(ctx, p.Store, p.Sync)
	if err != nil {
		return err
	}
	streams := []stream.Stream{
		knownReused: {Lines: reused},
		knownShards: {Lines: description.ShardLines(ctx, p.Store, p.Sync, 0, p.ReplanInput.Shards)},
		asItStands:  {Lines: listing.Read(ctx, p.Store, p.Sync, listing.Reports)},
	}
	var id []byte
	var head description.Description
	for item, err := range stream.Merge(streams...) {
		if err != nil {
			return err
		}
		if item.Stream != asItStands {
			if head, err = description.DecodeHead(item.Line); err != nil {
				return err
			}
			id = append(id[:0], item.ID...)
			continue
		}
		if !bytes.Equal(item.ID, id) {
			head = description.Description{}
		}
		if err := p.decide(item, &head); err != nil {
			return err
		}
	}
	return nil
}

// decide decides whether the second round describes a report; known has no state when nothing is known of it.
func (p *replanner) decide(report stream.Item, known *description.Description) error {
	if p.reports++; p.reports%stream.Beat == 0 {
		p.Progress(p.reports)
	}
	modified, err := stream.TextMember(report.Line, "LastModifiedDate")
	if err != nil {
		return err
	}
	switch {
	case known.State == "":
		p.Added++
	case known.State == description.StateDeferred:
		p.Deferred++
	case known.Modified != modified:
		p.Changed++
	default:
		return nil
	}
	p.ToDescribe++
	next := task{id: report.ID, modified: modified}
	if next.folder, err = folderOf(report.Line); err != nil {
		return err
	}
	if known.State == description.StateDeferred && known.Modified == modified {
		next.denials, next.audit = known.Denials, known.Audited
	}
	return next.add(p.todo, &p.line)
}
