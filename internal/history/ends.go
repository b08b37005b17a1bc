package history

import (
	"context"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/humanize"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

// How asks Temporal how the chain of a workflow ended that began with a run.
type How func(ctx context.Context, workflow, run string) (Fate, error)

// Fate is what Temporal tells of a sync. The outcome is OutcomeRunning where it goes on, and OutcomeUnknown, with no time, where Temporal
// does not know the run any more.
type Fate struct {
	Outcome string
	At      time.Time // when it ended
	Phase   string    // that it showed last; empty where Temporal does not show phases
	Reason  string    // why it was terminated, as the one who did it gave it; may be empty

	Class, System, Message string // of the failure by which it ended
}

// What How finds beside the outcomes that a sync writes itself.
const (
	OutcomeRunning    = "running"
	OutcomeTerminated = "terminated"
	OutcomeTimedOut   = "timed_out"
	OutcomeUnknown    = "unknown"
)

// OrderTerminate is Temporal's order that ends a workflow at once: the sync itself does not hear of it.
const OrderTerminate = "terminate"

// endlessAsked bounds how many syncs Temporal is asked about at once.
const endlessAsked = 8

// NoteEnds keeps the ends of the newest syncs before one that left neither a record nor an end: they were terminated or timed out, or
// their end could not be written. What goes on, as a sync that was reset, is left alone.
func NoteEnds(ctx context.Context, store *staging.Store, before staging.Sync, how How) error {
	ids, err := Endless(ctx, store, before.Source)
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return id >= before.ID })
	for _, id := range ids[:min(len(ids), endlessAsked)] {
		sync := staging.Sync{Source: before.Source, ID: id}
		var start Start
		switch err := store.ReadJSON(ctx, sync.Start(), &start); {
		case err != nil && store.Unreadable(err):
			continue
		case err != nil:
			return err
		}
		fate, err := how(ctx, start.Workflow, start.Run)
		switch {
		case err != nil:
			return err
		case fate.Outcome == OutcomeRunning:
			continue
		}
		if _, err := store.WriteNewJSON(ctx, sync.End(), start.Ended(ctx, store, sync, fate)); err != nil {
			return err
		}
	}
	return nil
}

// Endless lists the syncs of a source that have a start and neither a record nor an end, the newest first.
func Endless(ctx context.Context, store *staging.Store, source string) (ids []string, err error) {
	over := map[string]bool{}
	for _, prefix := range []string{staging.RecordPrefix(source), staging.EndsPrefix(source)} {
		for id, err := range syncsUnder(ctx, store, prefix) {
			if err != nil {
				return nil, err
			}
			over[id] = true
		}
	}
	for id, err := range syncsUnder(ctx, store, staging.StartsPrefix(source)) {
		if err != nil {
			return nil, err
		}
		if !over[id] {
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids)
	return ids, nil
}

// Ended is the end of a sync that left none, by what Temporal and the log of its API calls tell. Where Temporal does not say when, it is
// the moment at which that was found.
func (s *Start) Ended(ctx context.Context, store *staging.Store, sync staging.Sync, fate Fate) End {
	end := End{
		Outcome: fate.Outcome, At: fate.At.UTC(), Phase: fate.Phase, Class: fate.Class, System: fate.System, Message: fate.Message,
		Course: Course{Trigger: s.Trigger, Workflow: s.Workflow, Run: s.Run},
	}
	if fate.At.IsZero() {
		end.At = time.Now().UTC()
	} else {
		end.Seconds = fate.At.Sub(s.Started).Seconds()
	}
	if fate.Outcome == OutcomeTerminated {
		end.Orders = []Order{{At: end.At, Name: OrderTerminate, Reason: fate.Reason}}
	}
	end.APICalls = s.Made(ctx, store, sync, end.At)
	return end
}

// Why is the reason that somebody gave who ended the sync; empty where nobody did, or gave none.
func (e *End) Why() string {
	by := map[string]string{"cancelled": "cancel", OutcomeTerminated: OrderTerminate}[e.Outcome]
	for _, order := range slices.Backward(e.Orders) {
		if order.Name == by {
			return order.Reason
		}
	}
	return ""
}

// Kept says how many reports a sync without a record leaves described to the next one; empty where nobody knows.
func (e *End) Kept() string {
	if e.Reports == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s are described and kept for the next one", humanize.Number(e.Described+e.Reused), humanize.Count(e.Reports, "report"))
}

// Made adds up the calls that the steps of a sync without a record had noted by a moment: it has made at least as many.
func (s *Start) Made(ctx context.Context, store *staging.Store, sync staging.Sync, by time.Time) int64 {
	ctx, cancel := context.WithTimeout(ctx, callsWithin)
	defer cancel()
	return usage.Of(store, sync.Source).MadeBy(ctx, sync.ID, s.Started, by)
}

// callsWithin bounds how long the calls of one sync are added up: its end is worth more than their number.
const callsWithin = 3 * time.Second
