package watch_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/notify/watch"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

func TestWatch_aRunThatDidNotCome(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served = []string{"acme"}
	at := w.now.Add(30 * time.Minute)
	w.plans["acme"] = plan(at)
	w.look(30 * time.Minute)
	w.plans["acme"] = plan(at.Add(24 * time.Hour))
	w.runs["acme"] = &history.Missed{Count: 1, First: at, Last: at}
	w.look(9 * time.Minute)
	if n := w.asked["missed acme"]; n != 1 {
		t.Errorf("until then it was asked %d times, want once at the start", n)
	}
	w.look(10*time.Minute, notify.ScheduleMissed)
	fact := w.news[0]
	if want := "notify-acme-schedule_missed-" + at.Format("20060102T150405Z"); fact.ID != want || !fact.Since.Equal(at) || !strings.Contains(fact.Why, "12:30") {
		t.Errorf("got %+v, want the id %s", fact, want)
	}
	w.look(23*time.Hour + 30*time.Minute)
	w.runs["acme"].Count, w.runs["acme"].Last = 2, at.Add(24*time.Hour)
	w.look(time.Hour, notify.ScheduleMissed)
	if again := w.news[0]; again.Repeat != 1 || again.ID != fact.ID+"-2" || !again.Since.Equal(at) || !strings.Contains(again.Why, "2 runs") {
		t.Errorf("a day later it is %+v", again)
	}
	w.running["acme"] = true
	w.look(5*time.Minute, notify.Recovered)
	if over := w.news[0]; !slices.Equal(over.Closes, []notify.Event{notify.ScheduleMissed}) {
		t.Errorf("it closes %v", over.Closes)
	}
	w.running, w.runs = map[string]bool{}, map[string]*history.Missed{}
	w.look(time.Hour)
}

func TestWatch_aScheduleThatRunsCostsAQuestionARun(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served = []string{"acme"}
	for range 3 {
		w.plans["acme"] = plan(w.now.Add(10 * time.Minute))
		w.look(15 * time.Minute)
		w.plans["acme"] = plan(w.now.Add(24 * time.Hour))
		w.look(24 * time.Hour)
	}
	if n := w.asked["missed acme"]; n > 7 {
		t.Errorf("it was asked %d times", n)
	}
}

func TestWatch_aSourceThatNoWorkerServes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plans["acme"] = plan(w.now.Add(100 * time.Hour))
	w.plans["paused"] = plan(time.Time{})
	w.running["silent"] = true
	w.polled["acme"] = w.now
	w.look(5 * time.Minute)
	w.look(3*time.Minute, notify.WorkerGone)
	gone := w.news[0]
	if gone.Source != "acme" || !strings.Contains(gone.Why, "longhaul-acme") || gone.Since.After(w.now.Add(-5*time.Minute)) {
		t.Errorf("got %+v", gone)
	}
	w.look(12 * time.Hour)
	w.look(13*time.Hour, notify.WorkerGone) // the next day
	w.polled["acme"] = w.now
	w.look(2*time.Minute, notify.Recovered)
	w.look(10*time.Minute, notify.WorkerGone) // it is gone once more
	if again := w.news[0]; again.ID == gone.ID || again.Repeat != 0 {
		t.Errorf("got %+v", again)
	}
	w.served = []string{"acme"} // by this worker itself
	w.look(2*time.Minute, notify.Recovered)
	if w.asked["polled paused"] > 0 || w.asked["polled silent"] > 0 {
		t.Errorf("it was asked for %v", w.asked)
	}
}

func TestWatch_workersTellOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plans["acme"] = plan(w.now.Add(100 * time.Hour))
	other := w.worker()
	for range 20 {
		for _, one := range []*watch.Watch{w.Watch, other} {
			if err := one.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		w.now = w.now.Add(time.Minute)
	}
	if len(w.started) != 1 {
		t.Errorf("%d messages were started", len(w.started))
	}
	w.started = map[string]notify.Fact{} // Temporal's database is lost, and a worker begins anew
	w.Watch = w.worker()
	w.look(20 * time.Minute)
}

func TestWatch_aProcessThatSleptKnowsNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.plans["acme"] = plan(w.now.Add(100 * time.Hour))
	w.polled["acme"] = w.now
	w.look(2 * time.Minute)
	w.now = w.now.Add(3 * time.Hour)
	w.polled = map[string]time.Time{}
	w.look(4 * time.Minute)
}

func TestWatch_aFailureThatNobodyMends(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served = []string{"acme"}
	fact := notify.Fact{ID: "notify-acme-s1-failed-1", Event: notify.Failed, Source: "acme", Sync: "s1", Outcome: "failed", At: w.now}
	fact.Why = "the secret is wrong"
	if err := w.Start(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	w.look(23 * time.Hour)
	w.look(2*time.Hour, notify.Failed)
	if again := w.news[0]; again.Sync != "s1" || again.Repeat != 1 || again.Why != fact.Why || again.ID == fact.ID {
		t.Errorf("got %+v", again)
	}
	w.running["acme"] = true
	w.look(48 * time.Hour)
}

// The sync has told of something else before, so the number in the id of its failure is that of the watch's first repeat.
func TestWatch_aFailureAfterOtherMessagesIsToldAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served = []string{"acme"}
	fact := notify.Fact{ID: "notify-acme-s1-failed-2", Event: notify.Failed, Source: "acme", Sync: "s1", Outcome: "failed", At: w.now}
	if err := w.Start(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	w.look(25*time.Hour, notify.Failed)
	w.look(24*time.Hour, notify.Failed)
}

// A sync that is terminated says nothing of its end.
func TestWatch_whatStandsOfASyncThatWasTerminated(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served, w.running["acme"] = []string{"acme"}, true
	fact := notify.Fact{ID: "notify-acme-s1-blocked-1", Event: notify.Blocked, Source: "acme", Sync: "s1", At: w.now, Since: w.now}
	if err := w.Start(t.Context(), fact); err != nil {
		t.Fatal(err)
	}
	w.look(time.Hour)
	w.running = map[string]bool{}
	w.look(9 * time.Minute) // the end of a sync is told by itself
	w.look(5*time.Minute, notify.Recovered)
	if over := w.news[0]; !slices.Equal(over.Closes, []notify.Event{notify.Blocked}) {
		t.Errorf("it closes %v", over.Closes)
	}
	w.look(48 * time.Hour)
}

func TestWatch_theWeek(t *testing.T) {
	t.Parallel()
	w := newWorld(t, notify.Digest)
	w.served = []string{"acme", "silent"}
	w.look(4 * 24 * time.Hour)
	w.look(2*24*time.Hour, notify.Digest)
	digest := w.news[0]
	if digest.ID != "notify-acme-digest-2026w48" || digest.Since.Format(time.DateOnly) != "2026-11-23" ||
		digest.Until.Format(time.DateOnly) != "2026-11-30" ||
		digest.At.Format("Mon 15:04") != "Mon 06:00" {
		t.Errorf("got %+v", digest)
	}
	w.look(5 * 24 * time.Hour)
}

func TestWatch_aHundredSources(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for n := range 100 {
		name := fmt.Sprintf("s%03d", n)
		w.plans[name] = plan(w.now.Add(100 * time.Hour))
	}
	for range 7 {
		w.asked = map[string]int{}
		if err := w.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if len(w.asked) > 15 {
			t.Errorf("one look asked about %d sources", len(w.asked))
		}
		for name := range w.asked {
			w.polled[strings.TrimPrefix(name, "polled ")] = w.now
		}
		w.now = w.now.Add(time.Minute)
	}
	if len(w.polled) != 100 {
		t.Errorf("%d sources were looked at", len(w.polled))
	}
}

func TestWatch_leavesToAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Settings.LeaveToAlerts = true
	w.plans["acme"] = plan(w.now)
	w.look(time.Hour)
}

// goneAndMissed has two events stand of a source whose schedule is kept in the bucket.
func goneAndMissed(t *testing.T) *world {
	t.Helper()
	w := newWorld(t)
	if err := w.Store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), ledger.Kept{Wanted: source.Schedule{Every: time.Hour}}); err != nil {
		t.Fatal(err)
	}
	w.served, w.plans["acme"] = []string{"acme"}, plan(w.now)
	w.runs["acme"] = &history.Missed{Count: 1, First: w.now.Add(-time.Hour), Last: w.now.Add(-time.Hour)}
	w.look(time.Minute, notify.ScheduleMissed)
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
