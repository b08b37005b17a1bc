package node

import (
	"path/filepath"
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/staging"
)

func newStore(t *testing.T) *staging.Store {
	t.Helper()
	store, err := staging.Open(t.Context(), "file://"+filepath.ToSlash(t.TempDir()))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

func TestUnfinished(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	const older, newer = "20261120T000000Z-aa", "20261122T000000Z-bb"
	at := func(id string) staging.Sync { return staging.Sync{Source: "acme", ID: id} }
	begun := func(id string, age time.Duration) map[string]any {
		return map[string]any{at(id).Start(): history.Start{Deliver: true, Started: now.Add(-age)}}
	}
	with := func(objects map[string]any, key string, content any) map[string]any {
		objects[key] = content
		return objects
	}
	for _, row := range []struct {
		name    string
		objects map[string]any
		want    bool
	}{
		{"an empty bucket", nil, false},
		{"one that was begun", begun(newer, time.Hour), true},
		{"one of another source", map[string]any{
			staging.Sync{Source: "beta", ID: newer}.Start(): history.Start{Deliver: true, Started: now},
		}, false},
		{"one that was recorded", with(begun(newer, time.Hour), staging.RecordKey("acme", newer), history.Record{}), false},
		{"one before another that was recorded", with(begun(older, time.Hour), staging.RecordKey("acme", newer), history.Record{}), false},
		{"one after another that was recorded", with(begun(newer, time.Hour), staging.RecordKey("acme", older), history.Record{}), true},
		{"one that was cancelled", with(begun(newer, time.Hour), at(newer).End(), struct{}{}), false},
		{"one that was begun 31 days ago", begun(newer, 31*24*time.Hour), false},
		{"one that was begun 29 days ago", begun(newer, 29*24*time.Hour), true},
		{"one that did not know yet as whom it reads", map[string]any{at(newer).Prefix() + "inventory/users.json": struct{}{}}, false},
		{"one whose state is none", map[string]any{at(newer).Start(): "torn"}, false},
		{
			"a terminated one before another that was cancelled",
			with(with(begun(older, time.Hour), at(newer).Start(), history.Start{Deliver: true, Started: now}), at(newer).End(), struct{}{}),
			false,
		},
		{"a terminated one before another whose login failed", with(begun(older, time.Hour), at(newer).End(), struct{}{}), false},
		{
			"the second one, whose first was found terminated",
			with(with(begun(older, time.Hour), at(newer).Start(), history.Start{Deliver: true, Started: now}),
				at(older).End(), history.End{Outcome: "terminated"}),
			true,
		},
		{"one before another whose state is none", with(begun(older, time.Hour), at(newer).Start(), "torn"), true},
	} {
		store := newStore(t)
		for key, content := range row.objects {
			if err := store.WriteJSON(t.Context(), key, content); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := unfinished(t.Context(), store, "acme", now.Add(-resumable)); err != nil || (got != nil) != row.want {
			t.Errorf("%s: got %+v, %v", row.name, got, err)
		}
	}
}
