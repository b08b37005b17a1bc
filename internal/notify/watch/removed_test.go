package watch_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// goneAndMissed has two events stand of a source whose schedule is kept in the bucket.
func goneAndMissed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	if err := w.Store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), ledger.Kept{Wanted: source.Schedule{Every: time.Hour}}); err != nil {
		t.Fatal(err)
	}
	w.served, w.plans["acme"] = []string{"acme"}, plan(w.now)
	w.runs["acme"] = &history.Missed{Count: 1, First: w.now.Add(-time.Hour), Last: w.now.Add(-time.Hour)}
	w.look(11*time.Minute, notify.ScheduleMissed)
	w.served = nil
	w.look(6*time.Minute, notify.WorkerGone)
	return w
}

// closes are the events that the last messages close.
func (w *world) closes() (events []notify.Event) {
	for _, fact := range w.news {
		events = append(events, fact.Closes...)
	}
	slices.Sort(events)
	return events
}

// A source that is taken out of the settings, and whose schedule is ended, is wanted by nobody: what stood of it is over, once.
func TestWatch_aSourceThatIsRemoved(t *testing.T) {
	t.Parallel()
	for name, remove := range map[string]func(w *world){
		"its schedule is gone, as after a disconnect": func(w *world) {
			delete(w.plans, "acme")
			if err := w.Store.Delete(w.t.Context(), staging.ScheduleKey("acme")); err != nil {
				t.Error(err)
			}
		},
		"its schedule is ended or paused": func(w *world) {
			w.plans["acme"] = plan(time.Time{})
			kept := ledger.Kept{Wanted: source.Schedule{Every: time.Hour}, Paused: true}
			if err := w.Store.WriteJSON(w.t.Context(), staging.ScheduleKey("acme"), kept); err != nil {
				t.Error(err)
			}
		},
	} {
		for who, restarts := range map[string]bool{"and a worker saw it": false, "and a worker starts": true} {
			t.Run(name+" "+who, func(t *testing.T) {
				t.Parallel()
				w := goneAndMissed(t)
				remove(w)
				if restarts {
					w.Watch = w.worker()
				}
				w.look(5*time.Minute, notify.Recovered, notify.Recovered)
				want := []notify.Event{notify.ScheduleMissed, notify.WorkerGone}
				if got := w.closes(); !slices.Equal(got, want) || !strings.Contains(w.news[0].Why, "disconnected") {
					t.Errorf("it closes %v: %q", got, w.news[0].Why)
				}
				w.look(48 * time.Hour)
				w.asked = map[string]int{}
				w.plans["acme"] = plan(w.now.Add(100 * time.Hour)) // wanted anew, it has as long as any other
				w.look(4 * time.Minute)
				w.look(2*time.Minute, notify.WorkerGone)
			})
		}
	}
}

// A schedule that Temporal has lost with its database comes back with the worker, which is still gone.
func TestWatch_aScheduleThatIsLostIsStillWanted(t *testing.T) {
	t.Parallel()
	w := goneAndMissed(t)
	delete(w.plans, "acme")
	w.look(time.Hour)
	w.plans = nil // by a worker that starts, and has listed nothing yet
	w.Watch = w.worker()
	w.look(time.Hour)
}

// That a source failed stands until it is disconnected.
func TestWatch_aFailureOfASourceThatIsDisconnected(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served = []string{"acme"}
	fact := notify.Fact{ID: "notify-acme-s1-failed-1", Event: notify.Failed, Source: "acme", Sync: "s1", Outcome: "failed", At: w.now}
	if err := w.Start(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	w.served = nil // its worker is stopped
	w.look(48 * time.Hour)
	w.served = []string{"acme"}
	w.look(5*time.Minute, notify.Failed)
	w.served, w.left["acme"] = nil, true
	w.look(5*time.Minute, notify.Recovered)
	w.look(48 * time.Hour)
}

// A source whose sync was terminated while its schedule was paused has workers as long to come as any other, once it is wanted again.
func TestWatch_aSourceThatIsWantedAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plans["acme"] = plan(time.Time{})
	fact := notify.Fact{ID: "notify-acme-s1-blocked-1", Event: notify.Blocked, Source: "acme", Sync: "s1", At: w.now, Since: w.now}
	if err := w.Start(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	if err := w.Store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), ledger.Kept{Paused: true}); err != nil {
		t.Fatal(err)
	}
	w.look(9 * time.Minute)
	w.plans["acme"] = plan(w.now.Add(100 * time.Hour))
	w.look(4 * time.Minute)
	w.look(3*time.Minute, notify.WorkerGone)
}

// A worker that starts looks at once, and Temporal's schedules are listed a moment later: until then nobody knows that nobody wants a source.
// The bucket keeps nothing of a schedule that a person has made.
func TestWatch_aWorkerThatStartsBeforeSchedulesAreListed(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plans["acme"] = plan(w.now.Add(100 * time.Hour))
	w.look(6*time.Minute, notify.WorkerGone)
	listed := w.plans
	w.plans, w.Watch = nil, w.worker()
	w.look(time.Hour)
	w.plans = listed
	w.look(time.Hour)
	w.polled["acme"] = w.now
	w.look(time.Minute, notify.Recovered)
}
