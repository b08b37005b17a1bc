package ledger

import (
	"bytes"
	"context"
	"encoding/binary"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.uber.org/zap"

	"longhaul/internal/schedule"
)

// look compares what the list shows of a source with what is known.
func (l *Ledger) look(ctx context.Context, s Server, name string, listed *schedulepb.ScheduleListInfo) error {
	l.turn.Lock()
	defer l.turn.Unlock()
	known := l.seen[name]
	if known == nil || known.due || known.fresh {
		return nil
	}
	if unsure := known.unsure; unsure != nil {
		if known.unsure = nil; listed != nil && !schedule.SameSpec(unsure, listed.GetSpec()) {
			return l.verify(ctx, s, name, unsure)
		}
	}
	ordered := known.ordered
	known.ordered = false
	if !differs(known.kept, listed) {
		return nil
	}
	kept, err := Read(ctx, l.store, name) // another worker may have written it
	if err != nil {
		return err
	}
	newer := ordered || !known.kept.equal(kept)
	if known.kept = kept; !differs(kept, listed) {
		return nil
	}
	switch {
	case listed == nil:
		return l.recreate(ctx, s, name, *kept)
	case newer: // the list may be older than what was written, as the next call sees
		return nil
	case kept == nil, kept.Off:
		l.byHand(name, nil, listed.GetSpec())
		return nil
	}
	changed := *kept
	changed.Paused, changed.Note = listed.GetPaused(), listed.GetNotes()
	if !schedule.SameSpec(kept.written(), listed.GetSpec()) {
		if want, err := l.make(name, kept.Wanted); err == nil && schedule.SameSpec(want, listed.GetSpec()) {
			changed.Written, _ = schedule.Encode(want) // a person has made it what is wanted
		} else {
			l.byHand(name, kept, listed.GetSpec())
		}
	}
	if changed.Paused == kept.Paused && changed.Note == kept.Note && bytes.Equal(changed.Written, kept.Written) {
		return nil
	}
	return l.keep(ctx, name, changed)
}

// differs says whether the list shows something else than what is kept.
func differs(kept *Kept, listed *schedulepb.ScheduleListInfo) bool {
	switch {
	case kept == nil || kept.Off:
		return listed != nil
	case listed == nil:
		return true
	default:
		return kept.Paused != listed.GetPaused() || kept.Note != listed.GetNotes() || !schedule.SameSpec(kept.written(), listed.GetSpec())
	}
}

// recreate makes a schedule that is gone as it was, paused where it was.
func (l *Ledger) recreate(ctx context.Context, s Server, name string, kept Kept) error {
	before := kept
	want, err := l.make(name, kept.Wanted)
	if err != nil {
		return err
	}
	want.State = &schedulepb.ScheduleState{Paused: kept.Paused, Notes: kept.Note}
	made, err := s.create(ctx, name, want)
	if err != nil || !made { // the list is a moment old, and another worker may have made it
		return err
	}
	delete(l.said, "by hand "+name)
	l.logger.Info("the schedule of the source was gone and is there again", zap.String("source", name),
		zap.String("starts", schedule.Words(kept.Wanted)), zap.Bool("paused", kept.Paused))
	if kept.Written, err = schedule.Encode(want); err != nil {
		return err
	}
	now, err := Read(ctx, l.store, name)
	switch {
	case err != nil:
		return err
	case now == nil || now.Off: // it was ended meanwhile
		l.of(name).kept = now
		return s.remove(ctx, name)
	case !now.equal(&before): // somebody has set another one meanwhile, over this
		l.of(name).kept = now
		return nil
	}
	return l.keep(ctx, name, kept)
}

// verify looks whether what was written stands there. A server whose schedules are workflows drops what was written beside another
// change, and says nothing.
func (l *Ledger) verify(ctx context.Context, s Server, name string, wrote *schedulepb.Schedule) error {
	known := l.of(name)
	there, err := s.Describe(ctx, name)
	if err != nil {
		known.unsure = wrote
		return err
	}
	kept, err := Read(ctx, l.store, name)
	if err != nil || there == nil || kept == nil {
		return err // it was deleted meanwhile, as the next call sees
	}
	known.kept = kept
	current := there.GetSchedule()
	switch {
	case schedule.Same(current, kept.written()), !schedule.Same(wrote, kept.written()):
		return nil // the list was old, or another worker wrote later
	case schedule.SpecWords(current.GetSpec()) == schedule.SpecWords(wrote.GetSpec()): // the server's own form of it
		own := *kept
		if own.Written, err = schedule.Encode(current); err != nil {
			return err
		}
		return l.keep(ctx, name, own)
	case follows(there.GetConflictToken(), known.token):
		_, err := l.write(ctx, s, name, known.settings, current)
		return err
	}
	l.byHand(name, kept, current.GetSpec())
	return nil
}

// follows says whether a schedule was written once since it had a token. Servers count what is written in eight bytes.
func follows(token, before []byte) bool {
	const size = 8
	return len(token) == size && len(before) == size && binary.BigEndian.Uint64(token) == binary.BigEndian.Uint64(before)+1
}
