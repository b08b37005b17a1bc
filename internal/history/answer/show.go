package answer

import (
	"context"
	"maps"
	"slices"

	"longhaul/internal/history"
)

// Show shows one sync whole.
func (e *Engine) Show(ctx context.Context, q Query) (*Show, error) {
	syncs, err := e.kept().leftBy(ctx)
	if err != nil {
		return nil, err
	}
	id, err := e.resolve(q.Sync, ids(syncs), "sync")
	if err != nil {
		return nil, err
	}
	show, err := e.look(ctx, syncs[slices.IndexFunc(syncs, func(l left) bool { return l.id == id })])
	if err != nil {
		return nil, wrap("read the sync "+id, err)
	}
	show.bound()
	return show, nil
}

// list is a list of a record that a page may have to cut.
type list struct {
	name string
	len  func() int
	cut  func(n int) // to its first n elements
}

func listOf[T any](name string, of *[]T) list {
	return list{name, func() int { return len(*of) }, func(n int) { *of = slices.Clip((*of)[:n]) }}
}

func mapOf[T any](name string, of *map[string]T) list {
	return list{name, func() int { return len(*of) }, func(n int) {
		kept := make(map[string]T, n)
		for _, key := range slices.Sorted(maps.Keys(*of))[:n] {
			kept[key] = (*of)[key]
		}
		*of = kept
	}}
}

// lists are those that can be long, in the order in which they are cut: what people can do without first.
func (s *Show) lists() (all []list) {
	course := func(c *history.Course) {
		all = append(all, listOf("orders", &c.Orders), listOf("warnings", &c.Warnings), listOf("phases", &c.Phases), mapOf("waits", &c.Waits))
	}
	if s.Record != nil {
		all = append(all, mapOf("audits", &s.Record.Audits))
		for _, export := range slices.Sorted(maps.Keys(s.Record.Exports)) {
			receipts := s.Record.Exports[export].Receipts
			all = append(all, list{"receipts of " + export, func() int { return len(receipts) }, func(n int) {
				receipts = receipts[:n]
				delivery := s.Record.Exports[export]
				delivery.Receipts = receipts
				s.Record.Exports[export] = delivery
			}})
		}
		for _, export := range slices.Sorted(maps.Keys(s.Record.Files)) {
			files := s.Record.Files[export]
			all = append(all, list{"files of " + export, func() int { return len(files) }, func(n int) {
				files = files[:n]
				s.Record.Files[export] = files
			}})
		}
		all = append(all, listOf("gap_folders", &s.Record.GapFolders))
		course(&s.Record.Course)
	}
	if s.End != nil {
		course(&s.End.Course)
	}
	return all
}

// leftOutBytes is the room for what is said of the lists that were cut.
const leftOutBytes = 1000

// bound cuts lists from their ends until the sync fits a page.
func (s *Show) bound() {
	for _, one := range s.lists() {
		whole := one.len()
		for n := whole; n > 0 && bytesOf(s) > PageBytes-leftOutBytes; {
			n /= 2 // the size is measured a few times only
			one.cut(n)
		}
		if cut := whole - one.len(); cut > 0 {
			if s.LeftOut == nil {
				s.LeftOut = map[string]int{}
			}
			s.LeftOut[one.name] = cut
		}
	}
}
