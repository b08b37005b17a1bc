package answer

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/staging"
)

// The outcomes beside those that records, ends and How know.
const (
	outcomeFailed     = "failed"     // of a sync that gave up a delivery
	outcomeUnreadable = "unreadable" // of one whose record or end cannot be read
)

const (
	usualLimit = 20
	mostLimit  = 200
	atOnce     = 8 // objects that are read at once
)

// History lists the syncs of a source, the newest first. It lists three prefixes and reads the objects of its page only.
func (e *Engine) History(ctx context.Context, q Query) (*History, error) {
	syncs, err := e.kept().leftBy(ctx)
	if err != nil {
		return nil, err
	}
	total := len(syncs)
	if q.Cursor != "" {
		if began(q.Cursor).IsZero() {
			return nil, badCursor(q.Cursor)
		}
		syncs = slices.DeleteFunc(syncs, func(l left) bool { return l.id >= q.Cursor })
	}
	limit := q.Limit
	if limit <= 0 {
		limit = usualLimit
	}
	limit = min(limit, mostLimit, len(syncs))
	lines := make([]Sync, limit)
	group, groupCtx := errgroup.WithContext(ctx)
	group.SetLimit(atOnce)
	for i := range lines {
		group.Go(func() error {
			return fault.Caught(func() (err error) {
				show, err := e.look(groupCtx, syncs[i])
				lines[i] = show.Sync
				return err
			})
		})
	}
	if err := group.Wait(); err != nil {
		return nil, wrap("read the history", err)
	}
	page := &History{Source: e.Source, Syncs: []Sync{}, Total: total, Newer: total - len(syncs)}
	if page.Newer == 0 {
		page.Missed = e.missed(ctx, lines)
	}
	size := bytesOf(page) + cursorBytes
	for _, line := range lines {
		if size += bytesOf(line) + 1; size > PageBytes && len(page.Syncs) > 0 {
			break
		}
		page.Syncs = append(page.Syncs, line)
		page.Totals.APICalls += line.APICalls
	}
	if page.Newer == 0 {
		page.Catalog = e.catalog(page.Syncs)
	}
	if n := len(page.Syncs); n > 0 && n < len(syncs) {
		page.Cursor = page.Syncs[n-1].Sync
	}
	return page, nil
}

// catalog is the newest delivered sync among some, the newest first.
func (e *Engine) catalog(syncs []Sync) *Catalog {
	for _, s := range syncs {
		done := s.Outcome != history.OutcomeRunning && len(s.Delivered) > 0
		for _, delivered := range s.Delivered {
			done = done && delivered
		}
		if done {
			at := s.Started.Add(time.Duration(s.Seconds * float64(time.Second)))
			return &Catalog{Sync: s.Sync, At: at.UTC().Truncate(time.Second), Seconds: max(e.now().Sub(at).Seconds(), 0)}
		}
	}
	return nil
}

// look reads what one sync left. What cannot be read is no error: its line says so.
func (e *Engine) look(ctx context.Context, sync left) (*Show, error) {
	show := &Show{Source: e.Source, Sync: Sync{Sync: sync.id, Started: began(sync.id), Delivered: map[string]bool{}}}
	key := staging.Sync{Source: e.Source, ID: sync.id}
	var err error
	if sync.start {
		if show.Start, err = read[history.Start](ctx, e.Store, key.Start()); err != nil {
			return show, err
		}
	}
	switch {
	case sync.record:
		show.Record, err = read[history.Record](ctx, e.Store, staging.RecordKey(e.Source, sync.id))
	case sync.end:
		show.End, err = read[history.End](ctx, e.Store, key.End())
	}
	if err != nil {
		return show, err
	}
	line := &show.Sync
	if start := show.Start; start != nil {
		line.Started, line.Trigger, line.Deliver = start.Started, start.Trigger, start.Deliver
	}
	switch {
	case show.Record != nil:
		show.Record.Sync = sync.id // records are sorted by their keys
		line.ofRecord(show.Record)
	case show.End != nil:
		line.ofEnd(show.End)
	case sync.record || sync.end:
		line.Outcome = outcomeUnreadable
	default:
		e.find(ctx, key, show)
	}
	if line.Outcome == history.OutcomeRunning && !line.Started.IsZero() {
		line.Seconds = max(e.now().Sub(line.Started).Seconds(), 0)
	}
	return show, nil
}

// find asks what became of a sync that left its start only. Nobody may know any more: that is no error.
func (e *Engine) find(ctx context.Context, sync staging.Sync, show *Show) {
	line, start := &show.Sync, show.Start
	line.Outcome = history.OutcomeUnknown
	if e.How == nil || start == nil || start.Workflow == "" {
		return
	}
	fate, err := e.How(ctx, start.Workflow, start.Run)
	if err != nil || fate.Outcome == "" {
		return
	}
	if line.Outcome = fate.Outcome; fate.Outcome == history.OutcomeRunning {
		line.APICalls = start.Made(ctx, e.Store, sync, e.now())
		return
	}
	end := start.Ended(ctx, e.Store, sync, fate)
	show.End = &end
	line.ofEnd(show.End)
}

func (s *Sync) ofRecord(r *history.Record) {
	s.Started, s.Seconds, s.Outcome, s.APICalls = r.Started, r.Seconds, r.Outcome, r.APICalls
	if s.Seconds == 0 {
		s.Seconds = max(r.Finished.Sub(r.Started).Seconds(), 0)
	}
	if r.Trigger != "" {
		s.Trigger = r.Trigger
	}
	s.Deliver = s.Deliver || r.Baseline // its start may be gone by now
	s.Skips, s.Missed = r.Skips, r.Missed
	s.Coverage, s.Unseen, s.Waits, s.Changes, s.Compared = &r.Coverage, r.Unseen, r.Waits, r.Changes, r.Compared
	for _, name := range slices.Sorted(maps.Keys(r.Exports)) {
		delivery := r.Exports[name]
		s.Delivered[name] = delivery.Delivered
		if delivery.Reason != "" && s.Class == "" { // it read all that it could, and failed by what it gave up
			s.Outcome, s.Class, s.System = outcomeFailed, delivery.Reason, delivery.System
		}
	}
}

func (s *Sync) ofEnd(end *history.End) {
	s.Seconds, s.Outcome, s.APICalls, s.Waits = end.Seconds, end.Outcome, end.APICalls, end.Waits
	if s.Seconds == 0 && !end.At.IsZero() && !s.Started.IsZero() && end.Outcome != history.OutcomeUnknown { // that is dated by who found it
		s.Seconds = max(end.At.Sub(s.Started).Seconds(), 0)
	}
	if end.Trigger != "" {
		s.Trigger = end.Trigger
	}
	s.Class, s.System, s.Phase, s.Message = end.Class, end.System, end.Phase, end.Message
	s.Skips, s.Missed, s.Reason = end.Skips, end.Missed, end.Why()
}

// read reads an object; nil where there is none that can be read.
func read[T any](ctx context.Context, store *staging.Store, key string) (*T, error) {
	var object T
	err := store.ReadJSON(ctx, key, &object)
	switch {
	case err == nil:
		return &object, nil
	case errors.Is(err, staging.ErrNotExist), store.Unreadable(err):
		return nil, nil //nolint:nilnil // absent, and so said above
	}
	return nil, err
}

// cursorBytes is the room that a cursor takes at most.
const cursorBytes = 300

// bytesOf is the size of a value as JSON.
func bytesOf(v any) int {
	raw, err := json.Marshal(v)
	if err != nil {
		return PageBytes
	}
	return len(raw)
}

func badCursor(cursor string) error {
	return fault.Invalidf("%.60q is no cursor of this question: give the one of the page before, or none for the first page", cursor)
}
