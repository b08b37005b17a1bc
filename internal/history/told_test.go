package history

import (
	"slices"
	"testing"
	"time"

	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestPrune_keepsWhatPeopleWereToldAsLongAsLogs(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	began := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	recent, old := staging.SyncID(began.AddDate(0, 0, -3), "ab12cd34"), staging.SyncID(began.AddDate(-2, 0, 0), "ab12cd34")
	now := staging.Sync{Source: "acme", ID: staging.SyncID(began, "ab12cd34")}
	put := func(sync, message string, at time.Time) string {
		t.Helper()
		key := staging.ToldKey("acme", sync, message)
		if err := s.WriteJSON(t.Context(), key, map[string]any{"id": message, "at": at}); err != nil {
			t.Fatal(err)
		}
		return key[len(staging.ToldSyncs("acme")):]
	}
	young := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	want := []string{
		put(recent, "notify-acme-failed-1", young),
		put("", "notify-acme-digest-2026w40", time.Time{}),
		put("", "notify-acme-schedule_missed-20261101T050000Z-2", time.Time{}),
		put("", "notify-acme-test-abcdef", young),
	}
	put(old, "notify-acme-failed-1", young)
	put("", "notify-acme-digest-2025w02", time.Time{})
	put("", "notify-acme-schedule_missed-20250101T050000Z-2", time.Time{})
	put("", "notify-acme-test-ghijkl", young.AddDate(-2, 0, 0))
	r, err := newRetention(t.Context(), s, now, Keep{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.removeTold(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(want)
	if got := streamtest.Keys(t, s, staging.ToldSyncs("acme")); !slices.Equal(got, want) {
		t.Errorf("left are %v, want %v", got, want)
	}
}
