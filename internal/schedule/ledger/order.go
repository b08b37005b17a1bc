package ledger

import (
	"context"
	"fmt"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// Apply does what a person asks for, or nothing, and gives what is there then. The settings of this process win over the order.
func (l *Ledger) Apply(ctx context.Context, s Server, name string, settings source.Schedule, o schedule.Order) (schedule.State, error) {
	l.turn.Lock()
	defer l.turn.Unlock()
	if err := o.Check(); err != nil {
		return schedule.State{}, err
	}
	kept, err := Read(ctx, l.store, name)
	if err != nil {
		return schedule.State{}, err
	}
	a := &applied{Ledger: l, server: s, name: name, settings: settings, kept: kept}
	switch wanted, _ := o.Wanted(); {
	case o.Off:
		err = a.end(ctx)
	case o.Pause, o.Resume:
		err = a.pause(ctx, o)
	case !wanted.IsZero():
		err = a.set(ctx, wanted)
	}
	if err != nil {
		return schedule.State{}, explain(err)
	}
	if known := l.seen[name]; known != nil {
		known.kept, known.unsure, known.fresh, known.ordered = a.kept, nil, true, o != schedule.Order{}
	}
	there, err := a.describe(ctx)
	if err != nil {
		return schedule.State{}, explain(err)
	}
	return state(name, settings, a.kept, there), nil
}

// applied is an order that is being done.
type applied struct {
	*Ledger

	server   Server
	name     string
	settings source.Schedule
	kept     *Kept // what the bucket holds; nil for nothing
}

// store writes what is kept.
func (a *applied) store(ctx context.Context, kept Kept) error {
	kept = kept.dated(a.kept, time.Now())
	if err := a.Ledger.store.WriteJSON(ctx, staging.ScheduleKey(a.name), kept); err != nil {
		return fmt.Errorf("writing the schedule of source %q: %w", a.name, err)
	}
	a.kept = &kept
	return nil
}

const (
	// answersWithin is how long Temporal may need to show a schedule: after its own start it does not at once.
	answersWithin = time.Minute
	// againAfter is the pause between two questions.
	againAfter = time.Second
)

// describe gives the schedule; nil for none.
func (a *applied) describe(ctx context.Context) (there *workflowservice.DescribeScheduleResponse, err error) {
	ctx, cancel := context.WithTimeout(ctx, answersWithin)
	defer cancel()
	for {
		if there, err = a.server.Describe(ctx, a.name); err == nil || !passes(err) {
			return there, err
		}
		select {
		case <-ctx.Done():
			return there, err
		case <-time.After(againAfter):
		}
	}
}

// refuse refuses what the settings say otherwise.
func (a *applied) refuse(wanted source.Schedule) error {
	if a.settings.IsZero() || a.settings == wanted {
		return nil
	}
	if wanted.IsZero() {
		return fault.Invalidf("sources.%s.schedule of the settings says %s, and the settings win: remove it there, restart the workers, and then "+
			"say `schedule %s --off` again, or pause the schedule", a.name, schedule.Words(a.settings), a.name)
	}
	return fault.Invalidf("sources.%s.schedule of the settings says %s, and the settings win: change it there and restart the workers, "+
		"or pause the schedule", a.name, schedule.Words(a.settings))
}

// set writes a schedule, over whatever is there.
func (a *applied) set(ctx context.Context, wanted source.Schedule) error {
	if err := a.refuse(wanted); err != nil {
		return err
	}
	want, err := a.make(a.name, wanted)
	if err != nil {
		return err
	}
	kept := Kept{Wanted: wanted, By: schedule.ByVerb}
	if a.settings == wanted {
		kept.By = schedule.BySettings
	}
	for range mostTries {
		there, err := a.describe(ctx)
		if err != nil {
			return err
		}
		if want.State = there.GetSchedule().GetState(); want.State == nil {
			want.State = a.state()
		}
		if wrote, err := a.put(ctx, a.server, a.name, want, there); err != nil {
			return err
		} else if !wrote {
			continue
		}
		now, err := a.describe(ctx)
		if err != nil {
			return err
		}
		current := now.GetSchedule()
		if !schedule.Same(current, want) && schedule.SpecWords(current.GetSpec()) != schedule.SpecWords(want.GetSpec()) {
			continue // a change beside this one won, or undid it
		}
		if kept.Written, err = schedule.Encode(current); err != nil {
			return err
		}
		kept.Paused, kept.Note = current.GetState().GetPaused(), current.GetState().GetNotes()
		delete(a.said, "by hand "+a.name)
		return a.store(ctx, kept)
	}
	return errMeanwhile
}

// state is that of a schedule which is not there: what is gone comes back paused where it was paused.
func (a *applied) state() *schedulepb.ScheduleState {
	if a.kept == nil || a.kept.Off {
		return new(schedulepb.ScheduleState)
	}
	return &schedulepb.ScheduleState{Paused: a.kept.Paused, Notes: a.kept.Note}
}

// end deletes the schedule.
func (a *applied) end(ctx context.Context) error {
	if err := a.refuse(source.Schedule{}); err != nil {
		return err
	}
	if err := a.store(ctx, Kept{By: schedule.ByVerb, Off: true}); err != nil { // first, or a worker makes it again
		return err
	}
	return a.server.remove(ctx, a.name)
}

// pause pauses the schedule, or lets it go on.
func (a *applied) pause(ctx context.Context, o schedule.Order) error {
	note, patch := o.Reason, new(schedulepb.SchedulePatch)
	if o.Pause {
		if note == "" {
			note = "paused by `schedule --pause`"
		}
		patch.Pause = note
	} else {
		if note == "" {
			note = "resumed by `schedule --resume`"
		}
		patch.Unpause = note
	}
	there, err := a.describe(ctx)
	if err != nil {
		return err
	}
	none := a.kept == nil || a.kept.Off
	switch {
	case there == nil && none && o.Pause:
		return nil // nothing starts by itself, as a script wants that stops a source at once
	case there == nil && none:
		return fault.Invalidf("source %s has no schedule: make one by `schedule %s --every 24h`, or in the settings", a.name, a.name)
	case there == nil:
		if err := a.again(ctx, &schedulepb.ScheduleState{Paused: o.Pause, Notes: note}); err != nil {
			return err
		}
	}
	if err := a.server.patch(ctx, a.name, patch); err != nil {
		return err
	}
	if none {
		return nil // a person made this schedule, and it is the person's
	}
	kept := *a.kept
	kept.Paused, kept.Note = o.Pause, note
	return a.store(ctx, kept)
}

// again makes a schedule that is gone, unless a worker has made it at this moment.
func (a *applied) again(ctx context.Context, state *schedulepb.ScheduleState) error {
	want, err := a.make(a.name, a.kept.Wanted)
	if err != nil {
		return err
	}
	want.State = state
	made, err := a.server.create(ctx, a.name, want)
	if err != nil || !made {
		return err
	}
	kept := *a.kept
	kept.Written, err = schedule.Encode(want)
	a.kept = &kept
	return err
}

// Remove deletes the schedule of a source, and what the bucket holds of it. It is no error if there is none, which removed tells.
func Remove(ctx context.Context, c client.ScheduleClient, store *staging.Store, name string) (removed bool, err error) {
	if err := store.Delete(ctx, staging.ScheduleKey(name)); err != nil { // first, or a worker makes the schedule again
		return false, fmt.Errorf("deleting what is kept of the schedule of source %q: %w", name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	switch err = c.GetHandle(ctx, schedule.ID(name)).Delete(ctx); {
	case missing(err):
		return false, nil
	case err != nil:
		return false, explain(err)
	}
	return true, nil
}
