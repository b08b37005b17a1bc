package ledger_test

import (
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
)

func TestApply_theVerbSetsWhatTheSettingsLeaveOpen(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	w := newWorker(on, store, acme(source.Schedule{}))
	w.look(t)
	if state := w.says(t, schedule.Order{}); state.Exists || state.Wanted != nil {
		t.Errorf("without any schedule it is shown as %+v", state)
	}
	if state := w.says(t, schedule.Order{Every: "24h"}); state.Spec != asDaily || state.By != schedule.ByVerb || state.ByHand {
		t.Errorf("it is shown as %+v", state)
	}
	w.look(t)
	on.byHand("longhaul-acme", nil)
	if w.look(t); starts(on) != asDaily {
		t.Errorf("what the verb set comes back as %q", starts(on))
	}
	w.says(t, schedule.Order{Pause: true})
	if state := w.says(t, schedule.Order{Cron: "0 2 * * *", Timezone: "Europe/Paris"}); !state.Paused {
		t.Errorf("a new period lets a paused schedule go on: %+v", state)
	}
	w.look(t)
	w.look(t)
	state := w.says(t, schedule.Order{Off: true})
	if newWorker(on, store, acme(source.Schedule{})).look(t); state.Exists || !state.Off || starts(on) != "" {
		t.Errorf("what was ended is there: %+v", state)
	}
	w.look(t)
	if starts(on) != "" {
		t.Error("the worker that ended it made it again")
	}
	if state := w.says(t, schedule.Order{Pause: true, Reason: "stopped"}); state.Exists || state.Paused || !state.Off || starts(on) != "" {
		t.Errorf("a pause of nothing leaves %+v", state)
	}
	_, err := w.Apply(t.Context(), w.server, "acme", source.Schedule{}, schedule.Order{Resume: true})
	if want := "source acme has no schedule: make one by `schedule acme --every 24h`, or in the settings"; fault.Sentence(err) != want {
		t.Errorf("a resume of nothing says %v", err)
	}
	if newWorker(on, store, acme(hourly)).look(t); starts(on) != asHourly || on.at("longhaul-acme").GetState().GetPaused() {
		t.Errorf("settings that say a schedule after it was ended leave %q", starts(on))
	}
}

func TestApply_theSettingsWin(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	w := newWorker(on, store, acme(daily))
	w.look(t)
	for _, o := range []schedule.Order{{Every: "1h"}, {Cron: "0 2 * * *"}, {Off: true}} {
		_, err := w.Apply(t.Context(), w.server, "acme", daily, o)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(fault.Sentence(err), "sources.acme.schedule of the settings says every 24h") {
			t.Errorf("%+v: got %v", o, err)
		}
	}
	// Without those lines it still goes on.
	if _, err := w.Apply(t.Context(), w.server, "acme", daily, schedule.Order{Off: true}); !strings.Contains(fault.Sentence(err),
		"remove it there, restart the workers, and then say `schedule acme --off` again") {
		t.Errorf("it does not say what ends it: %v", err)
	}
	if starts(on) != asDaily {
		t.Errorf("it starts %q", starts(on))
	}
	if state := w.says(t, schedule.Order{Pause: true, Reason: "why"}); !state.Paused || state.Note != "why" {
		t.Errorf("it is shown as %+v", state)
	}
	// Settings that say nothing any more end nothing.
	w = newWorker(on, store, acme(source.Schedule{}))
	if w.look(t); starts(on) != asDaily {
		t.Errorf("it starts %q", starts(on))
	}
	if w.says(t, schedule.Order{Off: true}); starts(on) != "" {
		t.Errorf("it starts %q", starts(on))
	}
}

// TestApply_toAScheduleThatIsGone has the database lost, and an order before a worker has seen that.
func TestApply_toAScheduleThatIsGone(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		order  schedule.Order
		starts string
		paused bool
		note   string
	}{
		"another period": {schedule.Order{Every: "1h"}, asHourly, true, "why"},
		"a pause":        {schedule.Order{Pause: true, Reason: "more"}, asDaily, true, "more"},
		"a resume":       {schedule.Order{Resume: true, Reason: "done"}, asDaily, false, "done"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, store := newTemporal(), bucketOf(t)
			w := newWorker(on, store, acme(source.Schedule{}))
			w.says(t, schedule.Order{Every: "24h"})
			w.says(t, schedule.Order{Pause: true, Reason: "why"})
			on.byHand("longhaul-acme", nil)
			state := w.says(t, row.order)
			if state.Spec != row.starts || state.Paused != row.paused || state.Note != row.note || state.ByHand {
				t.Errorf("it is shown as %+v", state)
			}
			for range 2 {
				w.look(t)
			}
			kept, err := ledger.Read(t.Context(), store, "acme")
			if err != nil || kept.Paused != row.paused || kept.Note != row.note || starts(on) != row.starts {
				t.Errorf("kept is %+v, %v", kept, err)
			}
		})
	}
}
