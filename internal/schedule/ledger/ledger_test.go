package ledger_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/serviceerror"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"
	"google.golang.org/protobuf/types/known/durationpb"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

var (
	daily  = source.Schedule{Every: 24 * time.Hour}
	hourly = source.Schedule{Every: time.Hour}
)

const (
	asDaily  = "every 24h, up to 10m later"
	asHourly = "every 1h, up to 10m later"
)

func acme(s source.Schedule) map[string]source.Schedule { return map[string]source.Schedule{"acme": s} }

// everyTwoHours is what a person sets in the UI.
func everyTwoHours(s *schedulepb.Schedule) {
	s.Spec.Interval = []*schedulepb.IntervalSpec{{Interval: durationpb.New(2 * time.Hour)}}
}

const asTwoHours = "every 2h, up to 10m later"

// TestReconcile_costsFewRequests counts those for a hundred schedules: 200 at a start, and a few each minute.
func TestReconcile_costsFewRequests(t *testing.T) {
	t.Parallel()
	const sources, atStart, eachMinute = 100, 200, 3
	on, store := newTemporal(), bucketOf(t)
	served := func(s source.Schedule) map[string]source.Schedule {
		all := map[string]source.Schedule{}
		for i := range sources {
			all[fmt.Sprintf("acme-%d", i)] = s
		}
		return all
	}
	count := func(of string, most int) {
		t.Helper()
		n := on.asked()
		t.Logf("%s: %d requests", of, n)
		if n > most {
			t.Errorf("%s costs %d requests, want at most %d", of, n, most)
		}
	}
	first := newWorker(on, store, served(daily))
	first.look(t)
	count("the first start", atStart)
	first.look(t)
	count("the first minute", eachMinute)
	newWorker(on, store, served(daily)).look(t)
	count("a start with nothing to write", eachMinute)
	second := newWorker(on, store, served(hourly))
	second.look(t)
	count("a start with other settings", atStart)
	for range 3 {
		second.look(t)
		first.look(t)
		count("a minute of two workers", 2*eachMinute)
	}
	if len(on.has) != sources {
		t.Errorf("there are %d schedules", len(on.has))
	}
	for id, there := range on.has {
		if got := schedule.SpecWords(there.GetSpec()); got != asHourly {
			t.Errorf("%s starts %s", id, got)
		}
	}
}

// TestReconcile_bringsBackWhatIsGone has the database lost, and the schedule deleted.
func TestReconcile_bringsBackWhatIsGone(t *testing.T) {
	t.Parallel()
	for name, restarts := range map[string]bool{"under a running worker": false, "before a start": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, store := newTemporal(), bucketOf(t)
			w := newWorker(on, store, acme(daily))
			w.look(t)
			on.byHand("longhaul-acme", func(s *schedulepb.Schedule) { s.State = &schedulepb.ScheduleState{Paused: true, Notes: "maintenance"} })
			w.look(t)
			on.byHand("longhaul-acme", nil)
			if restarts {
				w = newWorker(on, store, acme(daily))
			}
			w.look(t)
			there := on.at("longhaul-acme")
			if starts(on) != asDaily || !there.GetState().GetPaused() || there.GetState().GetNotes() != "maintenance" {
				t.Errorf("what came back is %v", there)
			}
			state := w.says(t, schedule.Order{})
			if state.ByHand || !state.Paused || state.Note != "maintenance" || state.By != schedule.BySettings {
				t.Errorf("it is shown as %+v", state)
			}
			w.says(t, schedule.Order{Resume: true})
			on.byHand("longhaul-acme", nil)
			w.look(t)
			w.look(t)
			if there := on.at("longhaul-acme"); there == nil || there.GetState().GetPaused() {
				t.Errorf("what was resumed came back as %v", there)
			}
		})
	}
}

// TestReconcile_endsARollingDeployWithTheNewPeriod has workers of other settings beside each other.
func TestReconcile_endsARollingDeployWithTheNewPeriod(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	before := newWorker(on, store, acme(daily))
	before.look(t)
	after := newWorker(on, store, acme(hourly))
	for range 5 {
		after.look(t)
		before.look(t)
		if got := starts(on); got != asHourly {
			t.Fatalf("it starts %s", got)
		}
	}
	on.asked()
	for range 5 {
		after.look(t)
		before.look(t)
	}
	if wrote := on.requests["update"] + on.requests["create"]; wrote > 0 {
		t.Errorf("two workers that run write %d times", wrote)
	}
	if state := before.says(t, schedule.Order{}); state.Settings == nil || *state.Settings != daily || *state.Wanted != hourly || state.ByHand {
		t.Errorf("the old worker does not show that it differs: %+v", state)
	}
	if newWorker(on, store, acme(daily)).look(t); starts(on) != asDaily {
		t.Errorf("after a start with the old settings it starts %s", starts(on))
	}
}

// TestReconcile_twoStartsAtOnceAgree has another worker write between the look and the write of one.
func TestReconcile_twoStartsAtOnceAgree(t *testing.T) {
	t.Parallel()
	for name, there := range map[string]bool{"a first start": false, "a deploy": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, store := newTemporal(), bucketOf(t)
			if there {
				newWorker(on, store, acme(source.Schedule{Every: 5 * time.Hour})).look(t)
			}
			one, other := newWorker(on, store, acme(daily)), newWorker(on, store, acme(hourly))
			on.between = func() { other.look(t) }
			one.look(t)
			for range 3 {
				one.look(t)
				other.look(t)
			}
			state := one.says(t, schedule.Order{})
			if state.ByHand || state.Spec != asDaily && state.Spec != asHourly || !strings.HasPrefix(state.Spec, schedule.Words(*state.Wanted)) {
				t.Errorf("two starts end with %+v", state)
			}
			on.asked()
			one.look(t)
			other.look(t)
			if n := on.asked(); n != 2 {
				t.Errorf("two workers still ask %d times a minute", n)
			}
		})
	}
}

// TestReconcile_leavesWhatWasChangedByHand whatever happens.
func TestReconcile_leavesWhatWasChangedByHand(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	w := newWorker(on, store, acme(daily))
	w.look(t)
	on.byHand("longhaul-acme", everyTwoHours) // within the minute in which it was made
	stays := func(when string, w *worker, by source.Schedule) {
		t.Helper()
		w.look(t)
		w.look(t)
		if got := starts(on); got != asTwoHours {
			t.Fatalf("%s it starts %s", when, got)
		}
		if state := w.says(t, schedule.Order{}); !state.ByHand || state.Spec != asTwoHours || *state.Wanted != by {
			t.Errorf("%s it is shown as %+v", when, state)
		}
	}
	stays("under a running worker", w, daily)
	stays("after a start", newWorker(on, store, acme(daily)), daily)
	w = newWorker(on, store, acme(hourly))
	stays("after a start with other settings", w, hourly)
	w.says(t, schedule.Order{Pause: true, Reason: "why"})
	stays("paused", w, hourly)
	on.byHand("longhaul-acme", nil)
	if w.look(t); starts(on) != asHourly || !on.at("longhaul-acme").GetState().GetPaused() {
		t.Errorf("deleted, it comes back as %v", on.at("longhaul-acme"))
	}
	on.byHand("longhaul-acme", everyTwoHours)
	if state := w.says(t, schedule.Order{Every: "1h"}); state.ByHand || state.Spec != asHourly || state.By != schedule.BySettings {
		t.Errorf("what the settings say, said by the verb, leaves %+v", state)
	}
}

// TestReconcile_takesNoScheduleThatAPersonMade under the name of the source's.
func TestReconcile_takesNoScheduleThatAPersonMade(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	on.byHand("longhaul-acme", everyTwoHours)
	w := newWorker(on, store, acme(daily))
	for range 2 {
		if w.look(t); starts(on) != "every 2h" {
			t.Errorf("it starts %s", starts(on))
		}
	}
	if state := w.says(t, schedule.Order{}); !state.ByHand || *state.Wanted != daily {
		t.Errorf("it is shown as %+v", state)
	}
}

// TestReconcile_goesOnOnceTemporalDoes has a Temporal that refuses schedules, or is away.
func TestReconcile_goesOnOnceTemporalDoes(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	w := newWorker(on, store, map[string]source.Schedule{"acme": daily, "beta": daily, "gamma": daily})
	logged, logs := observer.New(zapcore.WarnLevel)
	w.Ledger = ledger.New(store, ledger.Kind{Queue: "longhaul", WorkflowType: "SyncSource"}, zap.New(logged))
	on.refuses = serviceerror.NewPermissionDenied("no", "")
	for range 3 {
		w.look(t)
		if n := on.asked(); n != 1 {
			t.Errorf("a Temporal that refuses is asked %d times", n)
		}
	}
	if n := logs.Len(); n != 1 {
		t.Errorf("it is logged %d times: %v", n, logs.All())
	}
	_, err := w.Apply(t.Context(), w.server, "acme", daily, schedule.Order{})
	if want := "Temporal does not let the workers read and write schedules: give their key the right to do so in the namespace (syncs go on without)"; fault.Sentence(err) != want {
		t.Errorf("it says %v", err)
	}
	on.refuses = nil
	if s := w.says(t, schedule.Order{}); s.Exists || s.Wanted == nil || *s.Wanted != daily || s.By != schedule.BySettings || s.Settings != nil {
		t.Errorf("what no worker has written yet is shown as %+v", s)
	}
	if w.look(t); len(on.has) != 3 {
		t.Errorf("there are %d schedules", len(on.has))
	}
}

func TestRead_ofNoSchedule(t *testing.T) {
	t.Parallel()
	store := bucketOf(t)
	if kept, err := ledger.Read(t.Context(), store, "acme"); kept != nil || err != nil {
		t.Errorf("got %+v, %v", kept, err)
	}
	if err := store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), "torn"); err != nil {
		t.Fatal(err)
	}
	on := newTemporal()
	w := newWorker(on, store, map[string]source.Schedule{"acme": daily, "beta": daily})
	if w.look(t); on.at("longhaul-beta") == nil {
		t.Error("an object that cannot be read keeps the schedule of another source away")
	}
}

// A source whose schedule cannot be kept, for as long as nobody mends what is kept of it, hides no schedule of another.
func TestListed_whereWhatIsServedCannotBeKept(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	on.byHand("longhaul-beta", everyTwoHours)
	if err := store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), "torn"); err != nil {
		t.Fatal(err)
	}
	w := newWorker(on, store, acme(daily))
	if w.Listed() != nil {
		t.Error("something is listed before anybody looked")
	}
	w.look(t)
	if listed := w.Listed(); listed["beta"] == nil {
		t.Errorf("listed are %v", listed)
	}
}
