package shard

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

// stateLine is the stored line of report i in a state.
func stateLine(t *testing.T, i int, state description.State) []byte {
	t.Helper()
	line, err := (&description.Description{ID: reportID(i), State: state}).Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return line
}

func putIn(t *testing.T, store *staging.Store, key string, lines ...[]byte) {
	t.Helper()
	w, err := store.Create(t.Context(), key)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, line := range lines {
		if err := w.Append(line); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}

func TestFindCanary_isAReportKnownToBeAnswered(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		put  func(t *testing.T, store *staging.Store)
		want string
	}{
		"none, of an empty sync": {func(*testing.T, *staging.Store) {}, ""},
		"one that was reused, and not what is kept obsolete": {func(t *testing.T, store *staging.Store) {
			putIn(t, store, testSync.Reused(), stateLine(t, 1, description.StateObsolete), stateLine(t, 2, description.StateReused))
			putIn(t, store, testSync.Shard(0), stateLine(t, 3, description.StateDescribed))
		}, reportID(2)},
		"one of a finished shard where nothing was reused": {func(t *testing.T, store *staging.Store) {
			putIn(t, store, testSync.Reused())
			putIn(t, store, testSync.Shard(0), stateLine(t, 3, description.StateFailed))
			putIn(t, store, testSync.Shard(7), stateLine(t, 4, description.StateGone), stateLine(t, 5, description.StateDescribed))
		}, reportID(5)},
		"one of a part": {func(t *testing.T, store *staging.Store) {
			putIn(t, store, testSync.Part(3, reportID(1), reportID(1), 2), stateLine(t, 1, description.StateDescribed))
		}, reportID(1)},
		"one beside a torn stream": {func(t *testing.T, store *staging.Store) {
			if err := store.Write(t.Context(), testSync.Shard(0), []byte("torn")); err != nil {
				t.Fatal(err)
			}
			putIn(t, store, testSync.Shard(1), stateLine(t, 1, description.StateDescribed))
		}, reportID(1)},
		"one beside what is no description": {func(t *testing.T, store *staging.Store) {
			putIn(t, store, testSync.Shard(0), []byte(`{"Id":1}`))
			putIn(t, store, testSync.Shard(1), stateLine(t, 1, description.StateDescribed))
		}, reportID(1)},
		"none, where only failures are stored": {func(t *testing.T, store *staging.Store) {
			putIn(t, store, testSync.Shard(0), stateLine(t, 1, description.StateFailed))
		}, ""},
		"none, where too many shards would have to be read": {func(t *testing.T, store *staging.Store) {
			for n := range canarySearch {
				putIn(t, store, testSync.Shard(n), stateLine(t, n, description.StateFailed))
			}
			putIn(t, store, testSync.Shard(canarySearch), stateLine(t, 1, description.StateDescribed))
		}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := openStore(t, "mem://")
			test.put(t, store)
			id, ok, err := FindCanary(t.Context(), store, testSync)
			if err != nil || id != test.want || ok != (test.want != "") {
				t.Errorf("got %q, %v, %v, want %q", id, ok, err, test.want)
			}
		})
	}
}

func TestFindCanary_saysWhenTheBucketDoesNot(t *testing.T) {
	t.Parallel()
	store := openStore(t, "mem://")
	putIn(t, store, testSync.Shard(0), fmt.Appendf(nil, `{"Id":%q}`, reportID(1)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if id, ok, err := FindCanary(ctx, store, testSync); !errors.Is(err, context.Canceled) {
		t.Errorf("got %q, %v, %v", id, ok, err)
	}
}
