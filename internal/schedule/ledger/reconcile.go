package ledger

import (
	"context"
	"maps"
	"slices"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.uber.org/zap"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
)

// Reconcile brings the schedules of sources to Temporal as the settings of this process say, given by source; the zero schedule says
// nothing. What the settings say is written when a source is first given, and when they change; a schedule that was changed by hand is left
// as it is. After that, a call looks at one list: a schedule that is gone comes back as it was, and what a person paused is kept. What
// fails is logged, once for each reason, and tried again by the next call.
func (l *Ledger) Reconcile(ctx context.Context, s Server, served map[string]source.Schedule) {
	names := slices.Sorted(maps.Keys(served))
	l.forget(served)
	look, settled := len(names) == 0, names[:0:0] // who serves none looks after those of others
	for _, name := range names {
		again, err := l.settle(ctx, s, name, served[name])
		if look = look || again || err != nil; err == nil { // one that fails for good keeps nobody from knowing the schedules of others
			settled = append(settled, name)
		} else if l.failed(ctx, name, err) {
			return // it would refuse the others as well
		}
	}
	if !look {
		return
	}
	listed, err := l.list(ctx, s)
	if err != nil {
		l.failed(ctx, "", err)
		return
	}
	for _, name := range settled {
		if err := l.look(ctx, s, name, listed[name]); err == nil {
			l.passed(name)
		} else if l.failed(ctx, name, err) {
			return
		}
	}
	l.passed("")
}

// forget drops what is known of sources that are served no more.
func (l *Ledger) forget(served map[string]source.Schedule) {
	l.turn.Lock()
	defer l.turn.Unlock()
	maps.DeleteFunc(l.seen, func(name string, _ *sight) bool {
		_, still := served[name]
		return !still
	})
}

// failed logs an error, and says whether the other schedules would meet it too: that of a Temporal or a bucket that is away.
func (l *Ledger) failed(ctx context.Context, name string, err error) (all bool) {
	if ctx.Err() != nil {
		return true
	}
	err = explain(err)
	f := fault.From(err)
	if all = f != nil && f.Class == fault.Transient && (f.System == fault.Temporal || f.System == fault.Bucket); all {
		name = ""
	}
	l.turn.Lock()
	defer l.turn.Unlock()
	sentence := "schedules cannot be kept, and are looked at again each minute"
	if name != "" {
		sentence = "the schedule of the source cannot be kept, and is looked at again each minute"
	}
	why := fault.Sentence(err)
	if l.said["failed "+name] != why {
		l.said["failed "+name] = why
		l.logger.Warn(sentence, zap.String("source", name), zap.String("why", why), zap.Error(err))
	}
	return all
}

// passed forgets what was said of a failure.
func (l *Ledger) passed(name string) {
	l.turn.Lock()
	defer l.turn.Unlock()
	delete(l.said, "failed "+name)
}

// settle writes what the settings say of a source, if that is due; look says whether the list is to be asked for the source.
func (l *Ledger) settle(ctx context.Context, s Server, name string, settings source.Schedule) (look bool, err error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	known, before := l.seen[name]
	if before && known.settings == settings && !known.due {
		known.fresh = false
		return true, nil
	}
	if known == nil {
		known = new(sight)
	}
	for range mostTries {
		if known.kept, err = Read(ctx, l.store, name); err != nil {
			return false, err
		}
		l.seen[name], known.settings = known, settings
		if known.due = due(settings, known.kept); !known.due {
			l.orphaned(name, settings, known.kept)
			return true, nil
		}
		wrote, err := l.write(ctx, s, name, settings, nil)
		if err != nil {
			return false, err
		}
		if wrote {
			known.due, known.fresh = false, true // the next call sees whether it is as it was written
			return false, nil
		}
	}
	return false, errMeanwhile
}

// mostTries bounds how often a schedule is written that others write at the same moment.
const mostTries = 3

var errMeanwhile = &fault.Error{
	Class: fault.Transient, System: fault.Longhaul, Message: "the schedule is changed by others at the same moment: try again",
}

// due says whether what the settings say is still to be written.
func due(settings source.Schedule, kept *Kept) bool {
	return !settings.IsZero() && (kept == nil || kept.Off || kept.By != schedule.BySettings || kept.Wanted != settings || kept.written() == nil)
}

// orphaned says that a schedule goes on which the settings have lost.
func (l *Ledger) orphaned(name string, settings source.Schedule, kept *Kept) {
	if settings.IsZero() && kept != nil && kept.By == schedule.BySettings && !kept.Off {
		l.say("orphaned "+name, "the settings of this worker say no schedule for the source, and the one that they or another worker's said goes on: "+
			"to end it, say `schedule "+name+" --off`", zap.String("source", name), zap.String("starts", schedule.Words(kept.Wanted)))
	}
}

// write writes what the settings say, by two requests: over what Longhaul wrote, or over one other schedule. It is false where somebody
// else writes at the same moment. What was changed by hand stays.
func (l *Ledger) write(ctx context.Context, s Server, name string, settings source.Schedule, over *schedulepb.Schedule) (bool, error) {
	want, err := l.make(name, settings)
	if err != nil {
		return false, err
	}
	known := l.of(name)
	kept := Kept{Wanted: settings, By: schedule.BySettings}
	if known.kept != nil && !known.kept.Off {
		kept.Written, kept.Paused, kept.Note = known.kept.Written, known.kept.Paused, known.kept.Note
	}
	want.State = &schedulepb.ScheduleState{Paused: kept.Paused, Notes: kept.Note}
	there, err := s.Describe(ctx, name)
	if err != nil {
		return false, err
	}
	if current := there.GetSchedule(); current != nil {
		want.State = current.GetState()
		kept.Paused, kept.Note = want.GetState().GetPaused(), want.GetState().GetNotes()
		if !schedule.Same(current, want) && !schedule.Same(current, schedule.Decode(kept.Written)) && !schedule.Same(current, over) {
			l.byHand(name, &kept, current.GetSpec())
			return true, l.keep(ctx, name, kept)
		}
	}
	if wrote, err := l.put(ctx, s, name, want, there); !wrote || err != nil {
		return false, err
	}
	if kept.Written, err = schedule.Encode(want); err != nil {
		return false, err
	}
	known.unsure, known.token = want, there.GetConflictToken()
	return true, l.keep(ctx, name, kept)
}

// put writes a schedule where one was described, or where none was. It is false where that has changed since, as far as the server says.
func (l *Ledger) put(
	ctx context.Context, s Server, name string, want *schedulepb.Schedule, there *workflowservice.DescribeScheduleResponse,
) (bool, error) {
	switch {
	case there == nil:
		return s.create(ctx, name, want)
	case schedule.Same(there.GetSchedule(), want):
		return true, nil
	default:
		return s.update(ctx, name, want, there.GetConflictToken())
	}
}

// byHand says once that a schedule was changed by hand, or made so where Longhaul keeps none.
func (l *Ledger) byHand(name string, kept *Kept, spec *schedulepb.ScheduleSpec) {
	var last Kept
	fields := []zap.Field{zap.String("source", name), zap.String("starts", schedule.SpecWords(spec))}
	if kept != nil && !kept.Off {
		last = *kept
		fields = append(fields, zap.String("wanted", schedule.Words(kept.Wanted)))
	}
	l.say("by hand "+name, schedule.Changed(name, last.By, last.Wanted), fields...)
}
