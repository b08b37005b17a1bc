package watch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/hang"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/notify"
	"longhaul/internal/notify/desk"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/sourcename"
)

const (
	// repeatEvery is how often what stands is told again.
	repeatEvery = 24 * time.Hour
	// digestHour is the hour of Monday, in UTC, from which on the week before is told, and digestFor for how long: a worker that was down
	// then tells it later.
	digestHour, digestFor = 6, 36 * time.Hour
	// idTime is how moments stand in the ids of messages.
	idTime = "20060102T150405Z"
)

// subject is one source in one look.
type subject struct {
	*round
	name     string
	asking   []notify.Asking
	standing map[notify.Event]desk.Standing
	sight    *sight
}

// asked says whether anybody wants to be told of an event.
func (s *subject) asked(event notify.Event) bool {
	return slices.ContainsFunc(s.asking, func(a notify.Asking) bool { return slices.Contains(a.Events, event) })
}

// tell starts a message. All workers that see the same give it the same id, so that one of them tells it.
func (s *subject) tell(ctx context.Context, fact notify.Fact, occasion string) error {
	fact.Source, fact.At = s.name, s.now
	if fact.ID == "" {
		fact.ID = fmt.Sprintf("notify-%s-%s-%s", s.name, fact.Event, occasion)
	}
	if fact.Repeat > 0 {
		fact.ID += fmt.Sprintf("-%d", fact.Repeat+1)
	}
	return s.World.Start(ctx, fact)
}

// open says whether people were told that something stands, and not yet that it is over.
func (s *subject) open(event notify.Event) bool { return s.standing[event].Open() }

// runs says whether a sync of the source runs.
func (s *subject) runs() bool {
	_, runs := s.running[s.name]
	return runs
}

// stands tells that something stands, unless that was told within a day.
func (s *subject) stands(ctx context.Context, fact notify.Fact, occasion string) error {
	if !s.asked(fact.Event) {
		return nil
	}
	before := s.standing[fact.Event]
	if before.Open() {
		if s.now.Sub(before.Last) < repeatEvery {
			return nil
		}
		fact.Since, fact.Repeat = before.Since, before.Times
	}
	return s.tell(ctx, fact, occasion)
}

// over tells that something does not stand any more, where it was told that it does; why may be empty.
func (s *subject) over(ctx context.Context, event notify.Event, why string) error {
	before := s.standing[event]
	if !before.Open() {
		return nil
	}
	fact := notify.Fact{Event: notify.Recovered, Closes: []notify.Event{event}, Since: before.Since, Why: why}
	return s.tell(ctx, fact, string(event)+"-"+before.Since.UTC().Format(idTime))
}

// missed looks whether a run of the schedule did not come. It asks only when one should have come, and while it is known that one did not.
func (s *subject) missed(ctx context.Context) error {
	plan := s.plans[s.name]
	due := !s.sight.check.IsZero() && !s.now.Before(s.sight.check)
	if due {
		s.sight.check = time.Time{}
	}
	if next := plan.GetFutureActionTimes(); s.sight.check.IsZero() && len(next) > 0 {
		s.sight.check = next[0].AsTime().Add(s.overdue())
	}
	if !due && !s.open(notify.ScheduleMissed) {
		return nil
	}
	var missed *history.Missed
	if !plan.GetPaused() && !s.runs() {
		var err error
		if missed, err = s.World.Missed(ctx, s.name); err != nil {
			s.sight.check = s.now // again
			return err
		}
	}
	if missed == nil {
		return s.over(ctx, notify.ScheduleMissed, "")
	}
	// Of a run that was to begin before this process looked, nobody knows for how long Temporal has had a chance to start it.
	if from := slices.MaxFunc([]time.Time{missed.First, s.sight.first}, time.Time.Compare); s.now.Sub(from) < s.overdue() {
		s.sight.check = from.Add(s.overdue())
		return nil
	}
	why := "the run of " + humanize.Date(missed.First) + " did not begin"
	if missed.Count > 1 {
		why = fmt.Sprintf("%s did not begin, the last one at %s", humanize.Count(missed.Count, "run"), humanize.Date(missed.Last))
	}
	occasion := missed.First
	if before := s.standing[notify.ScheduleMissed]; before.Open() {
		occasion = before.Since
	}
	fact := notify.Fact{Event: notify.ScheduleMissed, Since: missed.First, Why: why}
	return s.stands(ctx, fact, occasion.UTC().Format(idTime))
}

// failed tells each day that the last sync failed, until somebody begins another one. The sync numbers the ids of its own messages, whatever
// they are of, so those of the watch are called otherwise.
func (s *subject) failed(ctx context.Context) error {
	before := s.standing[notify.Failed]
	if !before.Open() || s.runs() || before.Sync == "" {
		return nil
	}
	fact := notify.Fact{
		ID:    fmt.Sprintf("notify-%s-%s-%s-still", s.name, before.Sync, notify.Failed),
		Event: notify.Failed, Sync: before.Sync, Why: before.Why, Do: before.Do, Outcome: string(notify.Failed),
	}
	return s.stands(ctx, fact, "")
}

// ended tells that nothing stands of a sync that is over and did not say so: it was terminated.
func (s *subject) ended(ctx context.Context) error {
	if s.runs() {
		s.sight.idle = time.Time{}
		return nil
	}
	if s.sight.idle.IsZero() {
		s.sight.idle = s.now
	}
	if s.now.Sub(s.sight.idle) < endedAfter {
		return nil
	}
	for _, event := range desk.OfASync {
		if err := s.over(ctx, event, ""); err != nil {
			return err
		}
	}
	return nil
}

// digest tells the week before.
func (s *subject) digest(ctx context.Context) error {
	monday := s.now.Truncate(24*time.Hour).AddDate(0, 0, -(int(s.now.Weekday())+6)%7)
	from := monday.Add(digestHour * time.Hour)
	if s.now.Before(from) || s.now.After(from.Add(digestFor)) || !s.asked(notify.Digest) {
		return nil
	}
	year, week := monday.AddDate(0, 0, -7).ISOWeek()
	occasion := fmt.Sprintf("%04dw%02d", year, week)
	if s.sight.digest == occasion {
		return nil
	}
	fact := notify.Fact{Event: notify.Digest, Since: monday.AddDate(0, 0, -7), Until: monday}
	err := s.tell(ctx, fact, occasion)
	if err == nil {
		s.sight.digest = occasion
	}
	return err
}

// workerGone looks whether a worker asks for the work of a source that somebody wants: its schedule, or a sync that runs.
func (s *subject) workerGone(ctx context.Context) error {
	at, err := s.World.Polled(ctx, s.name)
	if err != nil {
		return err
	}
	if at.After(s.sight.polled) {
		s.sight.polled = at
	}
	since := s.sight.polled
	if since.IsZero() {
		since = s.sight.first
	}
	if s.now.Sub(since) < s.gone() {
		if s.sight.polled.IsZero() {
			return nil // it is not known yet
		}
		return s.over(ctx, notify.WorkerGone, "")
	}
	occasion := since.Truncate(24 * time.Hour) // by which all workers call the first time the same
	switch before := s.standing[notify.WorkerGone]; {
	case before.Open():
		occasion = before.Since
	case !before.Closed.IsZero():
		occasion = before.Closed
	}
	why := fmt.Sprintf("no worker asks for the work of task queue %s%s", sourcename.QueuePrefix, s.name)
	return s.stands(ctx, notify.Fact{Event: notify.WorkerGone, Since: since.UTC(), Why: why}, occasion.UTC().Format(idTime))
}

// workerBack tells that this worker serves a source of which it was told that none does.
func (s *subject) workerBack(ctx context.Context) error { return s.over(ctx, notify.WorkerGone, "") }

// ofWanted are the events that stand no longer than somebody wants syncs of the source. That it failed stands longer, unless the source was
// disconnected: one without a schedule is wanted again when somebody starts a sync.
func (s *subject) ofWanted() []notify.Event {
	if s.Left(s.name) {
		return []notify.Event{notify.ScheduleMissed, notify.WorkerGone, notify.Failed}
	}
	return []notify.Event{notify.ScheduleMissed, notify.WorkerGone}
}

// unwanted tells that what stands of a source is over, as nobody wants syncs of it any more. Where the bucket keeps a schedule, Temporal may
// have lost it: a worker that serves the source makes it again.
func (s *subject) unwanted(ctx context.Context) error {
	kept, err := s.kept(ctx)
	if err != nil || kept != nil && !kept.Off && !kept.Paused {
		return err
	}
	for _, event := range s.ofWanted() {
		if err := s.over(ctx, event, "no sync of it is wanted any more: the source was disconnected, or its schedule was ended or paused"); err != nil {
			return err
		}
	}
	return nil
}

// kept is what the bucket keeps of the schedule.
func (s *subject) kept(ctx context.Context) (*ledger.Kept, error) {
	ctx, cancel := context.WithTimeout(ctx, askWithin)
	defer cancel()
	return hang.Ask(ctx, "the schedule of "+s.name+" in "+s.Store.Name()+", for messages", func() (*ledger.Kept, error) {
		return ledger.Read(ctx, s.Store, s.name)
	})
}
