package account

import (
	"context"
	"errors"
	"iter"
	"time"

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
	began time.Time // this sync

	has  bool
	head description.Description
	line []byte
	made []byte // from it
	kept []byte // from that
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
// said nothing of the report, whose date stands still, so its columns stay, or why it has none. It is as overdue as before, and a later sync
// audits it again, after more and more days. unaudited says that what is kept is of such a report.
func (f *fallback) instead(brought *description.Description, line []byte) (kept []byte, state description.State, unaudited bool, err error) {
	if !f.has || !brought.Audited || brought.State != description.StateFailed || f.head.Modified != brought.Modified {
		return line, brought.State, brought.AuditFailures > 0, nil
	}
	switch {
	case f.head.State.HasColumns():
		state = description.StateReused
		if f.made, err = description.SetState(f.made[:0], f.line, state); err != nil {
			return nil, state, true, err
		}
	case f.head.State == description.StateObsolete:
		state, f.made = f.head.State, append(f.made[:0], f.line...)
	default:
		return line, brought.State, false, nil
	}
	if len(f.made)+description.FailedAuditBytes >= staging.MaxLine {
		return f.made, state, true, nil // the next sync audits it again
	}
	at := brought.At
	if at.IsZero() { // no answer came at all
		at = f.began
	}
	f.kept, err = description.MarkFailedAudit(f.kept[:0], f.made, f.head.AuditFailures, at)
	return f.kept, state, true, err
}
