package account

import (
	"context"
	"errors"
	"iter"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/staging"
)

// auditsOf gives the descriptions of the sync before, where this one audits some of them: an audit that fails leaves what it was to look at
// again. It gives none where the sync before read another org or as somebody else.
func auditsOf(ctx context.Context, in Input) (iter.Seq2[[]byte, error], error) {
	none := func(func([]byte, error) bool) {}
	var plan struct {
		Audits int64 `json:"audits"`
	}
	var start history.Start
	for key, into := range map[string]any{in.Sync.Plan(): &plan, in.Sync.Start(): &start} {
		if err := in.Store.ReadJSON(ctx, key, into); err != nil {
			return none, unlessUnreadable(in.Store, err)
		}
	}
	if plan.Audits == 0 {
		return none, nil
	}
	record, err := history.RecordedBefore(ctx, in.Store, in.Sync)
	switch {
	case errors.Is(err, history.ErrRecordUnreadable), errors.Is(err, staging.ErrNotExist):
		return none, nil
	case err != nil:
		return none, err
	case record.Identity.Differs(start.Identity) != "":
		return none, nil
	}
	past := before{sync: staging.Sync{Source: in.Sync.Source, ID: record.Sync}}
	return past.descriptions(ctx, in.Store), nil
}

// unlessUnreadable is the error of an object that may be read by another try.
func unlessUnreadable(store *staging.Store, err error) error {
	if store.Unreadable(err) {
		return nil
	}
	return err
}

// fallback is the description that the sync before had of one report.
type fallback struct {
	has  bool
	head description.Description
	line []byte
	made []byte // from it
}

// take keeps a line.
func (f *fallback) take(line []byte) (err error) {
	if f.head, err = description.DecodeHead(line); err != nil {
		return &unreadError{details: true, err: err}
	}
	f.has, f.line = true, append(f.line[:0], line...)
	return nil
}

// instead gives the line that is kept where this sync brought one. Of an audit that failed it is the one of the sync before: Salesforce has
// said nothing of the report, whose date stands still, so its columns stay, or why it has none. It is as overdue as before, and the next sync
// audits it again.
func (f *fallback) instead(brought *description.Description, line []byte) ([]byte, description.State, error) {
	if !f.has || !brought.Audited || brought.State != description.StateFailed || f.head.Modified != brought.Modified {
		return line, brought.State, nil
	}
	switch {
	case f.head.State.HasColumns():
		var err error
		f.made, err = description.SetState(f.made[:0], f.line, description.StateReused)
		return f.made, description.StateReused, err
	case f.head.State == description.StateObsolete:
		return f.line, f.head.State, nil
	}
	return line, brought.State, nil
}
