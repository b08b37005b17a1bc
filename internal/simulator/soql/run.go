package soql

import (
	"context"
	"slices"
	"sort"
)

// Run finds the rows of the answer in their order. With deleted, rows in the recycle bin count too.
func (p *Plan) Run(ctx context.Context, deleted bool) ([]int32, error) {
	bound := NoLimit
	if p.query.Limit != NoLimit {
		bound = p.query.Limit + p.query.Offset
	}
	byID := len(p.order) == 0 || len(p.order[0].term.path) == 1 && p.order[0].field.Name == "Id"
	backwards := len(p.order) > 0 && p.order[0].term.descending
	limit := bound
	if !byID {
		limit = NoLimit
	}
	rows, err := p.scan(ctx, deleted, byID && backwards, limit)
	if err != nil {
		return nil, err
	}
	if !byID {
		p.sort(rows)
	}
	rows = rows[:min(len(rows), bound)]
	return rows[min(len(rows), p.query.Offset):], nil
}

// scan collects up to limit rows in order of rank, or from the last one backwards.
func (p *Plan) scan(ctx context.Context, deleted, backwards bool, limit int) ([]int32, error) {
	var rows []int32
	ranking := p.view.Ranking(p.object.Name)
	for n := range max(p.high-p.low, 0) {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if len(rows) >= limit {
			break
		}
		rank := p.low + n
		if backwards {
			rank = p.high - 1 - n
		}
		row := ranking.At(rank)
		if !p.pinned && p.view.Concealed(p.object.Name, row) {
			continue
		}
		if p.view.In(p.object.Name, row, p.scope, deleted) && (p.accepts == nil || p.accepts(row)) {
			rows = append(rows, int32(row))
		}
	}
	return rows, nil
}

// sort orders rows by the terms of ORDER BY; rows that are equal in all of them stay in order of id.
func (p *Plan) sort(rows []int32) {
	keys := make(map[int32][]any, len(rows))
	for _, row := range rows {
		values := make([]any, len(p.order))
		for k := range p.order {
			values[k] = p.order[k].read(int(row))
			if at, ok := momentOf(values[k]); ok && p.order[k].field.Type == "datetime" {
				values[k] = at // read once, not at every comparison
			}
		}
		keys[row] = values
	}
	order := p.view.Ranking(p.object.Name).order
	sort.SliceStable(rows, func(a, b int) bool {
		x, y := keys[rows[a]], keys[rows[b]]
		for k := range p.order {
			if n := p.order[k].compare(order, x[k], y[k]); n != 0 {
				return n < 0
			}
		}
		return false
	})
}

func (k *sortKey) compare(order Order, a, b any) int {
	if a == nil || b == nil {
		n := truth(b == nil) - truth(a == nil)
		if k.term.nullsLast {
			return -n
		}
		return n
	}
	n, _ := compareValues(k.field, order, a, b)
	if k.term.descending {
		return -n
	}
	return n
}

// Counts reports whether the query is a SELECT COUNT().
func (p *Plan) Counts() bool { return p.query.Count }

// children are the rows of a subquery below one parent.
func (p *Plan) children(rows []int) []int32 {
	var kept []int32
	for _, row := range rows {
		if p.view.In(p.object.Name, row, "everything", false) && (p.accepts == nil || p.accepts(row)) {
			kept = append(kept, int32(row))
		}
	}
	ranking := p.view.Ranking(p.object.Name)
	slices.SortFunc(kept, func(a, b int32) int {
		return ranking.order.Compare(p.view.ID(p.object.Name, int(a)), p.view.ID(p.object.Name, int(b)))
	})
	if len(p.order) > 0 {
		p.sort(kept)
	}
	kept = kept[min(len(kept), p.query.Offset):]
	return kept[:min(len(kept), p.query.Limit)]
}
