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

// Temporal and the worker were away for some runs and start together: Temporal starts the sync that it missed a moment later.
func TestWatch_aRunThatTemporalCatchesUpOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.served = []string{"acme"}
	w.plans["acme"] = plan(w.now.Add(10 * time.Hour))
	missed := &history.Missed{Count: 2, First: w.now.Add(-26 * time.Hour), Last: w.now.Add(-2 * time.Hour)}
	w.runs["acme"] = missed
	w.look(time.Minute)
	w.running["acme"] = true
	w.look(9 * time.Minute)
	if n := w.asked["missed acme"]; n > 0 {
		t.Errorf("it was asked %d times before a run can be late", n)
	}
	w.look(time.Hour)
	w.running = map[string]bool{}
	w.Watch = w.worker() // and they do so again, where Temporal does not
	w.look(10 * time.Minute)
	w.look(time.Minute, notify.ScheduleMissed)
	w.now = w.now.Add(30 * time.Hour)
	w.Watch = w.worker() // it has stood for a day
	w.look(10 * time.Minute)
	w.look(time.Minute, notify.ScheduleMissed)
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

// Of those at which nobody has looked yet, the sources that this worker serves come first, and those that nobody wants last.
func TestWatch_looksAtTheWantedFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, notify.Blocked, notify.WorkerGone, notify.Recovered)
	for n := range 40 {
		name := fmt.Sprintf("s%02d", n)
		fact := notify.Fact{ID: "notify-" + name, Event: notify.Blocked, Source: name, Sync: "s1", At: w.now, Since: w.now}
		if err := w.Start(t.Context(), fact); err != nil {
			t.Fatal(err)
		}
	}
	w.plans["z-wanted"], w.served = plan(w.now.Add(100*time.Hour)), []string{"z-served"}
	closed := notify.Fact{ID: "notify-gone", Event: notify.WorkerGone, Source: "z-served", At: w.now, Since: w.now}
	if err := w.Start(t.Context(), closed); err != nil {
		t.Fatal(err)
	}
	w.look(time.Minute, notify.Recovered)
	if w.asked["polled z-wanted"] != 1 {
		t.Errorf("the first look asked for %v", w.asked)
	}
}

func TestWatch_leavesToAlerts(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Settings.LeaveToAlerts = true
	w.plans["acme"] = plan(w.now)
	w.look(time.Hour)
}
