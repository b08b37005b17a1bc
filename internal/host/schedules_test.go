package host

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/roster"
	"longhaul/internal/schedule"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// TestSchedules_knowWhoseSettingsWin of a source in these settings, one that was connected, one of another worker, and one of nobody.
func TestSchedules_knowWhoseSettingsWin(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	store, err := staging.Open(ctx, "file://"+filepath.ToSlash(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	daily := source.Schedule{Every: 24 * time.Hour}
	registry, err := source.NewRegistry(source.Source{Name: "acme", Schedule: daily})
	if err != nil {
		t.Fatal(err)
	}
	for key, object := range map[string]any{
		staging.SavedKey("connected", "20261129T120000.000Z-abcdefgh"): "sealed",
		staging.ScheduleKey("elsewhere"):                               ledger.Kept{Wanted: daily, By: schedule.BySettings},
	} {
		if err := store.WriteJSON(ctx, key, object); err != nil {
			t.Fatal(err)
		}
	}
	s := &schedules{registry: registry, roster: roster.New(registry, nil), store: store}
	show, pause, set, off := schedule.Order{}, schedule.Order{Pause: true}, schedule.Order{Every: "1h"}, schedule.Order{Off: true}
	for _, row := range []struct {
		name    string
		order   schedule.Order
		want    source.Schedule
		refused bool
	}{
		{"acme", show, daily, false},
		{"acme", set, daily, false}, // the ledger refuses it
		{"connected", set, source.Schedule{}, false},
		{"connected", off, source.Schedule{}, false},
		{"elsewhere", show, source.Schedule{}, false},
		{"elsewhere", pause, source.Schedule{}, false},
		{"elsewhere", set, source.Schedule{}, true},
		{"elsewhere", off, source.Schedule{}, true},
		{"nobody", show, source.Schedule{}, true},
		{"nobody", pause, source.Schedule{}, true},
	} {
		got, err := s.settings(ctx, row.name, row.order)
		if got != row.want || (err != nil) != row.refused {
			t.Errorf("%s, %+v: got %+v, %v", row.name, row.order, got, err)
		}
	}
}

// TestSchedules_sayThatASourceWasDisconnected, before this process has seen that and after, and name all sources that it serves.
func TestSchedules_sayThatASourceWasDisconnected(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	h, version := hostWith(t, nil)
	look := func() {
		if err := h.roster.Look(ctx, false); err != nil {
			t.Fatal(err)
		}
	}
	says := func(name, want string) {
		t.Helper()
		_, err := h.schedules.settings(ctx, name, schedule.Order{})
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), want) {
			t.Errorf("it says %v, and not %q", err, want)
		}
	}
	if err := h.saved.Promote(ctx, "acme", version); err != nil {
		t.Fatal(err)
	}
	look()
	says("nobody", `source "nobody" is not configured; this worker knows: acme`)
	if err := h.saved.Remove(ctx, "acme"); err != nil {
		t.Fatal(err)
	}
	const gone = `source "acme" was disconnected, and its schedule went with it: connect it again (longhaul connect acme), and give it a schedule then; this worker serves: `
	says("acme", gone)
	look()
	says("acme", gone)
}
