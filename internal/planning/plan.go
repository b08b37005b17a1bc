// Package planning decides which reports a sync must describe and which descriptions of earlier syncs it may reuse, and deals
// the reports to describe into shards.
package planning

import (
	"bytes"
	"context"
	"crypto/rand"
	"fmt"
	"strconv"

	"longhaul/internal/description"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/warning"
)

// Input is the input of Plan.
type Input struct {
	Store    *staging.Store
	Sync     staging.Sync
	Identity description.Identity
	Full     bool  // reuse nothing
	Room     int64 // API calls that the sync may make without a wait
	Refresh
	MaxShards int
	ShardSize int         // the most reports of a shard; 250 when 0
	Progress  func(int64) // receives the number of reports read so far; may be nil
}

// Planned counts what lies in the bucket after planning.
type Planned struct {
	Reports    int64                       `json:"reports"`
	Reused     int64                       `json:"carried_over"` // lines of the reused stream, kept obsolete and unsupported ones among them
	ToDescribe int64                       `json:"to_describe"`
	Audits     int64                       `json:"audits,omitempty"` // of them, those whose date stands still
	Shards     int                         `json:"shards"`
	States     map[description.State]int64 `json:"states"` // of the reused stream
	Warnings   []warning.Warning           `json:"warnings,omitempty"`
}

// Plan joins the sync's reports with what earlier syncs know of them. What still holds goes into the sync's reused stream,
// the rest is dealt into shards. Called again after success it returns the same.
func Plan(ctx context.Context, in Input) (Planned, error) {
	planned, err := makePlan(ctx, in)
	if err != nil {
		return Planned{}, fmt.Errorf("plan: %w", err)
	}
	return planned, nil
}

func makePlan(ctx context.Context, in Input) (Planned, error) {
	d := firstDraft(in.Store, in.Sync, rand.Text())
	if done, found, err := d.published(ctx); err != nil || found {
		return done, err
	}
	p := &planner{Input: in, draft: d}
	if p.Progress == nil {
		p.Progress = func(int64) {}
	}
	if p.ShardSize == 0 {
		p.ShardSize = defaultShardSize
	}
	p.States, p.renewed = map[description.State]int64{}, map[string]bool{}
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

// shardKeys returns where the plan has its shards, count of them from first on.
func shardKeys(sync staging.Sync, first, count int) []string {
	keys := make([]string, 0, count+1)
	for n := range count {
		keys = append(keys, sync.PlanShard(first+n))
	}
	return keys
}

// planner is a Plan in progress.
type planner struct {
	Input
	Planned
	draft        draft[Planned]
	seen         int64 // reports, in both passes
	todo, reused *staging.Writer
	line         []byte

	audits  auditing
	renewed map[string]bool // of the types that are described again, those of which there are reports
	last    bool            // the first of the known streams is that of the last recorded sync
}

// run writes the draft.
func (p *planner) run(ctx context.Context) (err error) {
	var known []stream.Stream
	if !p.Full {
		if known, err = p.known(ctx); err != nil {
			return err
		}
	}
	if err := p.chooseAudits(ctx, known); err != nil {
		return err
	}
	if p.todo, err = p.Store.Create(ctx, p.draft.key(p.Sync.PlanTodo())); err != nil {
		return err
	}
	defer p.todo.Abort()
	if p.reused, err = p.Store.Create(ctx, p.draft.key(p.Sync.Reused())); err != nil {
		return err
	}
	defer p.reused.Abort()
	if err := p.join(ctx, known, p.decide); err != nil {
		return err
	}
	if len(p.renewed) > 0 {
		p.warn(warning.New(warning.TypesRenewed, warning.Params{"count": strconv.Itoa(len(p.renewed))}))
	}
	if _, err := p.reused.Commit(); err != nil {
		return err
	}
	if _, err := p.todo.Commit(); err != nil {
		return err
	}
	return p.deal(ctx)
}

// join reads the reports, and beside them everything that is known. It calls decide for each report once all that is known of it was
// read.
func (p *planner) join(ctx context.Context, known []stream.Stream, decide func(*candidate) error) error {
	reports := stream.Stream{Lines: listing.Read(ctx, p.Store, p.Sync, listing.Reports)}
	var r candidate
	for item, err := range stream.Merge(append([]stream.Stream{reports}, known...)...) {
		switch {
		case err != nil:
			return err
		case item.Stream == 0: // of one Id the report comes first
			if err := p.read(&r, decide); err != nil {
				return err
			}
			if err := r.begin(item); err != nil {
				return err
			}
		case bytes.Equal(item.ID, r.id):
			if err := r.consider(item.Line, p.last && item.Stream == 1); err != nil {
				return err
			}
		}
	}
	return p.read(&r, decide)
}

// read ends what is known of a report.
func (p *planner) read(r *candidate, decide func(*candidate) error) error {
	if len(r.id) == 0 {
		return nil
	}
	if p.seen++; p.seen%stream.Beat == 0 {
		p.Progress(p.Reports)
	}
	return decide(r)
}

// decide puts a report where it belongs.
func (p *planner) decide(r *candidate) error {
	p.Reports++
	next := task{id: r.id, modified: r.modified, folder: r.folder}
	switch p.judge(r) {
	case keep:
		if !r.check() {
			break
		}
		if err := r.reuse(); err != nil {
			return err
		}
		p.Reused++
		p.States[r.head.State]++
		return p.reused.Append(r.line)
	case renew:
		p.renewed[r.head.Type] = true
	case audit:
		p.Audits++
		next.audit = true
	case tryAgain:
		next.denials = r.head.Denials
	case describe:
	}
	p.ToDescribe++
	return next.add(p.todo, &p.line)
}

// deal splits the reports to describe into shards of neighbouring Ids.
func (p *planner) deal(ctx context.Context) error {
	p.Shards = shardCount(p.ToDescribe, p.MaxShards, p.ShardSize)
	return deal(ctx, p.Store, dealing{
		todo: p.draft.key(p.Sync.PlanTodo()), reports: p.ToDescribe, shards: p.Shards,
		key:  func(n int) string { return p.draft.key(p.Sync.PlanShard(n)) },
		tick: func() { p.Progress(p.Reports) },
	})
}
