package ledger_test

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// TestReconcile_leavesWhatIsSetWhileItMakesOneAgain has a person set another schedule at the moment in which a worker makes the lost one.
func TestReconcile_leavesWhatIsSetWhileItMakesOneAgain(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	one, other := newWorker(on, store, acme(source.Schedule{})), newWorker(on, store, acme(source.Schedule{}))
	one.says(t, schedule.Order{Every: "24h"})
	one.look(t)
	other.look(t)
	on.byHand("longhaul-acme", nil)
	on.made = func() { other.says(t, schedule.Order{Every: "1h"}) }
	one.look(t)
	if state := other.says(t, schedule.Order{}); state.ByHand || state.Spec != asHourly || *state.Wanted != hourly {
		t.Errorf("what was set is shown as %+v", state)
	}
}

// TestReconcile_believesNoOldList has lists that show what was there before an order of a moment ago.
func TestReconcile_believesNoOldList(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]schedule.Order{"ended": {Off: true}, "changed": {Every: "1h"}, "resumed": {Resume: true}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			on, store := newTemporal(), bucketOf(t)
			logged, logs := observer.New(zapcore.WarnLevel)
			one, other := newWorker(on, store, acme(source.Schedule{})), newWorker(on, store, acme(source.Schedule{}))
			for _, w := range []*worker{one, other} {
				w.Ledger = ledger.New(store, ledger.Kind{Queue: "longhaul", WorkflowType: "SyncSource"}, zap.New(logged))
			}
			one.look(t)
			one.says(t, schedule.Order{Every: "24h"})
			one.says(t, schedule.Order{Pause: true})
			one.look(t)
			one.look(t)
			other.look(t)
			on.lists = copied(on.at("longhaul-acme"))
			one.says(t, order)
			one.look(t)
			other.look(t)
			kept, err := ledger.Read(t.Context(), store, "acme")
			if err != nil || kept == nil || kept.Off != order.Off || order.Resume && kept.Paused {
				t.Errorf("what is kept is %+v, %v", kept, err)
			}
			on.lists = nil
			one.look(t)
			other.look(t)
			if logs.Len() > 0 {
				t.Errorf("it is logged that %v", logs.All())
			}
		})
	}
}

// TestReconcile_saysWhatStays of a schedule that is not as Longhaul wrote it.
func TestReconcile_saysWhatStays(t *testing.T) {
	t.Parallel()
	for says, served := range map[string]source.Schedule{
		"the schedule was made by hand in Temporal, and stays so": {},
		"the schedule was changed by hand in Temporal, and stays so; the settings want every 24h. To have that back, " +
			"say `longhaul schedule acme --every 24h`, or delete the schedule longhaul-acme in Temporal": daily,
	} {
		on, store := newTemporal(), bucketOf(t)
		w := newWorker(on, store, acme(served))
		logged, logs := observer.New(zapcore.WarnLevel)
		w.Ledger = ledger.New(store, ledger.Kind{Queue: "longhaul", WorkflowType: "SyncSource"}, zap.New(logged))
		w.look(t)
		on.byHand("longhaul-acme", everyTwoHours)
		for range 3 {
			w.look(t)
		}
		if all := logs.All(); len(all) != 1 || all[0].Message != says {
			t.Errorf("it is logged that %v, want %q once", all, says)
		}
	}
}

// TestReconcile_saysAFailureAgain once it had passed.
func TestReconcile_saysAFailureAgain(t *testing.T) {
	t.Parallel()
	on, store := newTemporal(), bucketOf(t)
	w := newWorker(on, store, acme(daily))
	logged, logs := observer.New(zapcore.WarnLevel)
	w.Ledger = ledger.New(store, ledger.Kind{Queue: "longhaul", WorkflowType: "SyncSource"}, zap.New(logged))
	for outages := range 3 {
		w.look(t)
		w.look(t)
		kept, err := ledger.Read(t.Context(), store, "acme")
		if err != nil || kept == nil {
			t.Fatalf("%+v, %v", kept, err)
		}
		on.byHand("longhaul-acme", nil)
		for range 3 {
			if err := store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), "torn"); err != nil {
				t.Fatal(err)
			}
			w.look(t)
		}
		if logs.Len() != outages+1 {
			t.Errorf("after %d outages it is logged %d times", outages+1, logs.Len())
		}
		if err := store.WriteJSON(t.Context(), staging.ScheduleKey("acme"), kept); err != nil {
			t.Fatal(err)
		}
	}
}
