package planning

import (
	"context"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/staging"
)

// Foreseen counts what a refresh does with the reports of the last recorded sync, if none of them changes.
type Foreseen struct {
	Again   int64 // are tried again, since the last sync got no columns of them
	Waiting int64 // were denied or gone, and are not tried yet
	Audits  int64 // are due for an audit
	Renewed int64 // are of a type that is described again as a whole
	Without int64 // have no columns by what they are
}

// Foresee reads what the last recorded sync knows.
func Foresee(ctx context.Context, store *staging.Store, last history.Record, by Refresh) (f Foreseen, err error) {
	by.Renewed, by.Rights = last.Renewed(), differ(last.Permissions, by.Permissions)
	for line, err := range staging.Kept(store.Lines(ctx, last.Descriptions())) {
		if err != nil {
			return Foreseen{}, err
		}
		head, err := description.DecodeHead(line)
		if err != nil {
			return Foreseen{}, err
		}
		f.add(by.judge(&candidate{modified: head.Modified, folder: head.Folder, head: head, recorded: true}), head.State)
	}
	return f, nil
}

func (f *Foreseen) add(v verdict, state description.State) {
	switch {
	case v == audit:
		f.Audits++
	case v == renew:
		f.Renewed++
	case v != keep:
		f.Again++
	case state == description.StateDenied, state == description.StateGone:
		f.Waiting++
	case !state.HasColumns():
		f.Without++
	}
}
