package answer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/history/chain"
	"longhaul/internal/staging"
)

// kept is what the bucket keeps of a source.
type kept struct {
	store  *staging.Store
	source string
}

// left is what a sync left in the bucket.
type left struct {
	id                 string
	record, end, start bool
}

// leftBy lists what the syncs of a source left, the newest first. It costs three lists and reads no object.
func (k kept) leftBy(ctx context.Context) ([]left, error) {
	all := map[string]left{}
	for _, one := range []struct {
		prefix string
		note   func(*left)
	}{
		{staging.RecordPrefix(k.source), func(l *left) { l.record = true }},
		{staging.EndsPrefix(k.source), func(l *left) { l.end = true }},
		{staging.StartsPrefix(k.source), func(l *left) { l.start = true }},
	} {
		for key, err := range k.store.List(ctx, one.prefix) {
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
func (k kept) chain(ctx context.Context, recorded []string) (*chain.Chain, error) {
	inOrder := slices.Sorted(slices.Values(recorded))
	return chain.Read(ctx, k.store, k.source, func(id string) bool {
		_, found := slices.BinarySearch(inOrder, id)
		return found
	})
}
