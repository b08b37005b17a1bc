package answer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/history/chain"
	"longhaul/internal/staging"
)

// left is what a sync left in the bucket.
type left struct {
	id                 string
	record, end, start bool
}

// leftBy lists what the syncs of a source left, the newest first. It costs three lists and reads no object.
func (e *Engine) leftBy(ctx context.Context) ([]left, error) {
	all := map[string]left{}
	for _, one := range []struct {
		prefix string
		note   func(*left)
	}{
		{staging.RecordPrefix(e.Source), func(l *left) { l.record = true }},
		{staging.EndsPrefix(e.Source), func(l *left) { l.end = true }},
		{staging.StartsPrefix(e.Source), func(l *left) { l.start = true }},
	} {
		for key, err := range e.Store.List(ctx, one.prefix) {
			if err != nil {
				return nil, wrap("list the syncs", err)
			}
			id, ok := strings.CutSuffix(strings.TrimPrefix(key, one.prefix), ".json")
			if !ok || strings.Contains(id, "/") {
				continue
			}
			sync := all[id]
			sync.id = id
			one.note(&sync)
			all[id] = sync
		}
	}
	return slices.SortedFunc(maps.Values(all), func(a, b left) int { return strings.Compare(b.id, a.id) }), nil
}

// recorded lists the syncs that have a record, the newest first.
func recorded(syncs []left) (ids []string) {
	for _, sync := range syncs {
		if sync.record {
			ids = append(ids, sync.id)
		}
	}
	return ids
}

func ids(syncs []left) (ids []string) {
	for _, sync := range syncs {
		ids = append(ids, sync.id)
	}
	return ids
}

// chain reads the change logs of the syncs that have a record.
func (e *Engine) chain(ctx context.Context, recorded []string) (*chain.Chain, error) {
	inOrder := slices.Sorted(slices.Values(recorded))
	return chain.Read(ctx, e.Store, e.Source, func(id string) bool {
		_, found := slices.BinarySearch(inOrder, id)
		return found
	})
}
