package answer

import (
	"context"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

// formerly finds the records that had a name and have it no more: they were renamed, or are gone. anyCase takes them in another case too,
// where there is none of exactly that name.
func (n *inquiry) formerly(ctx context.Context, in logs, name string, anyCase bool) (all []sighting, more int64, err error) {
	var exact, like idsOfName
	err = in.search(ctx, wanted{name: name}, func(one seen) bool {
		if one.Was[change.Name] == name {
			exact.add(one.ID)
		} else {
			like.add(one.ID)
		}
		return len(exact.beyond) < mostOfLog
	})
	if err != nil {
		return nil, 0, err
	}
	best := exact
	if anyCase && len(best.ids) == 0 {
		best = like
	}
	ids := slices.Sorted(maps.Keys(best.ids))
	if len(ids) == 0 {
		further, err := n.beyond(ctx, func(one *item.Item) bool { return one.Name == name || anyCase && strings.EqualFold(one.Name, name) })
		if err != nil {
			return nil, 0, err
		}
		for _, s := range further {
			ids = append(ids, s.item.ID)
		}
	}
	all, err = n.asTheyAre(ctx, ids)
	for i := range all {
		if !strings.EqualFold(all[i].item.Name, name) {
			all[i].former = name
		}
	}
	return all, int64(len(best.beyond)), err
}

// asTheyAre finds what became of some records: those that the newest account has, then those that are gone.
func (n *inquiry) asTheyAre(ctx context.Context, ids []string) (all []sighting, err error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found map[string]item.Item
	err = n.newest(ctx, func(account string) (err error) {
		found, err = n.kept().lookUp(ctx, account, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	for _, id := range slices.Sorted(maps.Keys(found)) {
		all = append(all, n.present(found[id]))
	}
	absent := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { _, there := found[id]; return there })
	if len(absent) == 0 {
		return all, nil
	}
	lost, err := n.lostOrBeyond(ctx, absent)
	return append(all, lost...), err
}

// idsOfName are the Ids of the first records that had a name, and of the others as many as are counted.
type idsOfName struct{ ids, beyond map[string]bool }

func (n *idsOfName) add(id string) {
	if n.ids == nil {
		n.ids, n.beyond = map[string]bool{}, map[string]bool{}
	}
	switch {
	case n.ids[id]:
	case len(n.ids) < MostMatches:
		n.ids[id] = true
	case len(n.beyond) < mostOfLog:
		n.beyond[id] = true
	}
}
