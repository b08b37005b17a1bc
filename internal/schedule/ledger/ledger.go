// Package ledger keeps the schedules of sources on Temporal, and in the bucket what was written there, so that a schedule that was lost
// comes back as it was.
package ledger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.uber.org/zap"

	"longhaul/internal/schedule"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Kept is what the bucket holds of the schedule of a source.
type Kept struct {
	Wanted  source.Schedule `json:"wanted"`
	By      string          `json:"by"`                // see schedule.BySettings
	Written json.RawMessage `json:"written,omitempty"` // see schedule.Encode; without it Longhaul has written none
	Paused  bool            `json:"paused,omitempty"`
	Note    string          `json:"note,omitempty"`
	Off     bool            `json:"off,omitempty"`  // a person has ended the schedule
	Since   time.Time       `json:"since,omitzero"` // from when on it has been wanted so, and paused or not
}

// written is the schedule as it was last written; nil for none.
func (k *Kept) written() *schedulepb.Schedule {
	if k == nil {
		return nil
	}
	return schedule.Decode(k.Written)
}

// equal says whether two are the same, whoever has read or written them.
func (k *Kept) equal(other *Kept) bool {
	if k == nil || other == nil {
		return k == other
	}
	one, two := k.written(), other.written()
	return k.Wanted == other.Wanted && k.By == other.By && k.Paused == other.Paused && k.Note == other.Note && k.Off == other.Off &&
		(one == nil && two == nil || schedule.Same(one, two))
}

// Kind is what a schedule starts: the same for all sources.
type Kind struct {
	Queue, WorkflowType string
}

// Ledger keeps the schedules of the sources of a process. It is safe for concurrent use.
type Ledger struct {
	store  *staging.Store
	kind   Kind
	logger *zap.Logger

	turn sync.Mutex // one source at a time
	seen map[string]*sight
	said map[string]string // what was logged last, by subject

	listed atomic.Pointer[map[string]*schedulepb.ScheduleListInfo] // by source, as the last call of Reconcile saw them
}

// sight is what a process knows of the schedule of a source.
type sight struct {
	settings source.Schedule // as they were when it was last written
	kept     *Kept           // as it was last read or written; nil for none
	due      bool            // it is still to be written, as at the start of the process
	fresh    bool            // it was just written, and lists may not show it yet
	ordered  bool            // a person has changed it since the last look, which may have been a moment ago

	unsure *schedulepb.Schedule // what was written and was not seen there; nil for none
	token  []byte               // of the schedule over which that was written; empty where there was none
}

// New makes a Ledger.
func New(store *staging.Store, kind Kind, logger *zap.Logger) *Ledger {
	if logger == nil {
		logger = zap.NewNop()
	}
	return &Ledger{store: store, kind: kind, logger: logger, seen: map[string]*sight{}, said: map[string]string{}}
}

// Next is when the schedule of a source starts a sync after a moment, by what Temporal listed last; zero where that is not known, or none is to
// start.
func (l *Ledger) Next(source string, after time.Time) time.Time {
	listed := l.Listed()[source]
	if listed.GetPaused() {
		return time.Time{}
	}
	for _, at := range listed.GetFutureActionTimes() {
		if at.AsTime().After(after) {
			return at.AsTime()
		}
	}
	return time.Time{}
}

// Listed are the schedules by source, of those that are not served here too, as Temporal listed them last; nil where it has listed nothing
// yet. Nobody may change them.
func (l *Ledger) Listed() map[string]*schedulepb.ScheduleListInfo {
	if listed := l.listed.Load(); listed != nil {
		return *listed
	}
	return nil
}

// list lists the schedules by source.
func (l *Ledger) list(ctx context.Context, s Server) (map[string]*schedulepb.ScheduleListInfo, error) {
	listed, err := s.List(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]*schedulepb.ScheduleListInfo{}
	for id, info := range listed {
		if name, ours := schedule.SourceOf(id); ours {
			all[name] = info
		}
	}
	l.listed.Store(&all)
	return all, nil
}

// Read reads what the bucket holds of the schedule of a source; nil for none.
func Read(ctx context.Context, store *staging.Store, name string) (*Kept, error) {
	kept := new(Kept)
	switch err := store.ReadJSON(ctx, staging.ScheduleKey(name), kept); {
	case errors.Is(err, staging.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("reading the schedule of source %q: %w", name, err)
	}
	return kept, nil
}

// keep writes it.
func (l *Ledger) keep(ctx context.Context, name string, kept Kept) error {
	kept = kept.dated(l.of(name).kept, time.Now())
	if err := l.store.WriteJSON(ctx, staging.ScheduleKey(name), kept); err != nil {
		return fmt.Errorf("writing the schedule of source %q: %w", name, err)
	}
	l.of(name).kept = &kept
	return nil
}

// of is what is known of a source. The caller has the turn.
func (l *Ledger) of(name string) *sight {
	if l.seen[name] == nil {
		l.seen[name] = new(sight)
	}
	return l.seen[name]
}

// make makes the schedule of a source.
func (l *Ledger) make(name string, s source.Schedule) (*schedulepb.Schedule, error) {
	return schedule.Make(name, l.kind.Queue, l.kind.WorkflowType, s)
}

// say logs a sentence about a subject once, until the subject has another one.
func (l *Ledger) say(subject, sentence string, fields ...zap.Field) {
	if l.said[subject] == sentence {
		return
	}
	l.said[subject] = sentence
	if sentence != "" {
		l.logger.Warn(sentence, fields...)
	}
}
