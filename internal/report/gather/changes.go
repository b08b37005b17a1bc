package gather

import (
	"context"

	"longhaul/internal/history/chain"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

// lost are the changes that people look for first, each in a pass of its own over the logs; what is none of them comes last. Of a change the
// first one counts that fits.
var lost = []func(*change.Change) bool{
	(*change.Change).LosesColumns,
	goneOf(item.Report),
	goneOf(item.Dashboard),
	goneOf(item.Folder),
}

func goneOf(kind item.Kind) func(*change.Change) bool {
	return func(c *change.Change) bool { return c.Gone && c.Kind == kind }
}

// rank is the pass in which a change comes.
func rank(c *change.Change) int {
	for i, is := range lost {
		if is(c) {
			return i
		}
	}
	return len(lost)
}

// readLogs finds the logs between the sync and the one that the record counts its changes from.
func (p *sheet) readLogs(ctx context.Context) error {
	p.data.Changes = func(func(change.Change) bool) error { return nil }
	record := p.data.Record
	if record == nil || record.Compared == "" {
		return nil
	}
	logs, err := chain.Read(ctx, p.Store, p.Name, func(string) bool { return true })
	if err != nil {
		return err
	}
	path, ok := logs.Path(record.Compared, p.sync.ID)
	if !ok || len(path) == 0 {
		return nil
	}
	p.data.Logged = true
	p.data.Changes = func(yield func(change.Change) bool) error {
		changes, err := logs.Between(ctx, path, false)
		if err != nil {
			return err
		}
		defer changes.Close(ctx)
		for pass := range len(lost) + 1 {
			for one, err := range changes.Each(ctx) {
				if err != nil {
					return err
				}
				if rank(&one) == pass && !yield(one) {
					return nil
				}
			}
		}
		return nil
	}
	return nil
}
