package inventory

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"

	"longhaul/internal/staging"
)

// PlanInput says what is planned, for whom, and into how many shards.
type PlanInput struct {
	Store     *staging.Store
	Sync      staging.Sync
	Identity  Identity
	Full      bool // reuse nothing
	MaxShards int
	ShardSize int         // the most reports of a shard; 250 when 0
	Progress  func(int64) // told the reports looked at so far; may be nil
}

// Planned counts what lies in the bucket after planning.
type Planned struct {
	Reports    int64           `json:"reports"`
	Reused     int64           `json:"reused"` // lines of the reused stream, kept obsolete and unsupported ones among them
	ToDescribe int64           `json:"to_describe"`
	Shards     int             `json:"shards"`
	States     map[State]int64 `json:"states"` // of the reused stream
	Warnings   []string        `json:"warnings,omitempty"`
}

// Plan joins the sync's reports with what earlier syncs know of them. What still holds goes into the sync's reused stream,
// the rest is dealt into shards. Called again after it has ended well, it answers the same.
func Plan(ctx context.Context, in PlanInput) (Planned, error) {
	planned, err := makePlan(ctx, in)
	if err != nil {
		return Planned{}, fmt.Errorf("plan: %w", err)
	}
	return planned, nil
}

func makePlan(ctx context.Context, in PlanInput) (Planned, error) {
	d := firstDraft(in.Store, in.Sync, rand.Text())
	if done, found, err := d.published(ctx); err != nil || found {
		return done, err
	}
	p := &planning{PlanInput: in, draft: d}
	if p.Progress == nil {
		p.Progress = func(int64) {}
	}
	if p.ShardSize == 0 {
		p.ShardSize = defaultShardSize
	}
	p.States = map[State]int64{}
	defer d.remove(ctx)
	if err := p.run(ctx); err != nil {
		return Planned{}, err
	}
	return d.publish(ctx, p.Planned)
}

// firstDraft is a draft of the first round's plan.
func firstDraft(store *staging.Store, sync staging.Sync, id string) draft[Planned] {
	return draft[Planned]{store, sync, id, round[Planned]{sync.PlanChoice(), sync.Plan(), func(p Planned) []string {
		return append([]string{sync.Reused()}, shardKeys(sync, 0, p.Shards)...)
	}}}
}

// shardKeys are where the plan has shards, count from first on.
func shardKeys(sync staging.Sync, first, count int) []string {
	keys := make([]string, 0, count+1)
	for n := range count {
		keys = append(keys, sync.PlanShard(first+n))
	}
	return keys
}

// planning is a Plan under way.
type planning struct {
	PlanInput
	Planned
	draft        draft[Planned]
	todo, reused *staging.Writer
	line         []byte
}

// run writes the draft.
func (p *planning) run(ctx context.Context) (err error) {
	var known []Stream
	if !p.Full {
		if known, err = p.known(ctx); err != nil {
			return err
		}
	}
	if p.todo, err = p.Store.Create(ctx, p.draft.key(p.Sync.PlanTodo())); err != nil {
		return err
	}
	defer p.todo.Abort()
	if p.reused, err = p.Store.Create(ctx, p.draft.key(p.Sync.Reused())); err != nil {
		return err
	}
	defer p.reused.Abort()
	if err := p.join(ctx, known); err != nil {
		return err
	}
	if _, err := p.reused.Commit(); err != nil {
		return err
	}
	if _, err := p.todo.Commit(); err != nil {
		return err
	}
	return p.deal(ctx)
}

// join walks over the reports, and beside them over all that is known.
func (p *planning) join(ctx context.Context, known []Stream) error {
	reports := Stream{Lines: Read(ctx, p.Store, p.Sync, Reports)}
	var r candidate
	for item, err := range Merge(append([]Stream{reports}, known...)...) {
		switch {
		case err != nil:
			return err
		case item.Stream == 0: // of one Id the report comes first
			if err := p.decide(&r); err != nil {
				return err
			}
			modified, err := textMember(item.Line, "LastModifiedDate")
			if err != nil {
				return err
			}
			r.begin(item.ID, modified)
		case bytes.Equal(item.ID, r.id):
			if err := r.consider(item.Line); err != nil {
				return err
			}
		}
	}
	return p.decide(&r)
}

// decide puts a report where it belongs, once all that is known of it was seen.
func (p *planning) decide(r *candidate) error {
	if len(r.id) == 0 {
		return nil
	}
	p.Reports++
	if p.Reports%beat == 0 {
		p.Progress(p.Reports)
	}
	if !reusable(&r.head, r.modified) || !r.check() {
		p.ToDescribe++
		p.line = appendTodo(p.line[:0], r.id, r.modified)
		return p.todo.Append(p.line)
	}
	if err := r.reuse(); err != nil {
		return err
	}
	p.Reused++
	p.States[r.head.State]++
	return p.reused.Append(r.line)
}

func appendTodo(dst, id []byte, modified string) []byte {
	l := lineWriter{buf: append(dst, '{')}
	l.buf = append(append(l.member("Id", '"'), id...), '"')
	l.text("modified", modified)
	return append(l.buf, '}')
}

// deal splits what is to be described into shards of neighbouring Ids.
func (p *planning) deal(ctx context.Context) error {
	p.Shards = ShardCount(p.ToDescribe, p.MaxShards, p.ShardSize)
	return deal(ctx, p.Store, dealing{
		todo: p.draft.key(p.Sync.PlanTodo()), reports: p.ToDescribe, shards: p.Shards,
		key:  func(n int) string { return p.draft.key(p.Sync.PlanShard(n)) },
		tick: func() { p.Progress(p.Reports) },
	})
}
