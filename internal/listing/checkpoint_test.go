package listing

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
)

func TestEnumerate_goesOnAfterTheLastRun(t *testing.T) {
	t.Parallel()
	for name, order := range map[string]func(a, b string) int{"by bytes": binary, "without case": caseless} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := streamtest.Open(t, "mem://")
			client := newServer(order, map[string][]string{"": streamtest.ReportIDs(0, 8000), "allPrivate": streamtest.ReportIDs(8000, 14000)})
			client.record, client.page = fat, 1000
			broken := errors.New("the line was cut")
			in := EnumerateInput{Client: client, Store: store, Sync: current, Kind: Reports, Private: true}
			for _, page := range []int{2, 6, 13, 16} { // in both passes
				client.failAt, client.failure = page, broken
				if _, err := Enumerate(t.Context(), in); !errors.Is(err, broken) {
					t.Fatalf("page %d: %v, want the server's error", page, err)
				}
			}
			client.failAt = 0
			sorted(t, store, enumerate(t, store, client, true), streamtest.ReportIDs(0, 14000))
			last := client.asked[len(client.asked)-1]
			if last.Scope != "allPrivate" || last.After == "" {
				t.Errorf("the last attempt asked %+v, want it to go on in the second pass", last)
			}
			if pages := client.version; pages != 14+4 {
				t.Errorf("%d pages were asked for, want 14 and the 4 that failed", pages)
			}
		})
	}
}

func TestEnumerate_answersTheSameWhenAskedAgain(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 100)})
	client.dropped = []string{"Description"}
	want := enumerate(t, store, client, false)
	if diff := cmp.Diff(want, enumerate(t, store, client, false)); diff != "" || len(client.asked) != 1 {
		t.Errorf("asked %d times; (-first +second):\n%s", len(client.asked), diff)
	}

	// A process may die between the inventory and its result.
	var state checkpoint
	if err := store.ReadJSON(t.Context(), current.InventoryState("reports"), &state); err != nil {
		t.Fatal(err)
	}
	state.Result = nil
	if err := store.WriteJSON(t.Context(), current.InventoryState("reports"), state); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, enumerate(t, store, client, false)); diff != "" || len(client.asked) != 1 {
		t.Errorf("after a kill: asked %d times; (-first +second):\n%s", len(client.asked), diff)
	}
}

// What cannot be removed once the inventory is there makes no difference to it.
func TestEnumerate_endsThoughItsRunsCannotBeRemoved(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "file://"+filepath.ToSlash(t.TempDir()))
	runs := strings.TrimSuffix(current.InventoryRuns("reports"), "/")
	if err := store.Write(t.Context(), runs, nil); err != nil { // a file where the folder of the runs would be
		t.Fatal(err)
	}
	if _, err := store.DeleteAll(t.Context(), runs+"/"); err == nil {
		t.Fatal("the runs could be removed")
	}
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 100)})
	want := enumerate(t, store, client, false)
	if diff := cmp.Diff(want, enumerate(t, store, client, false)); diff != "" || want.Count != 100 || len(client.asked) != 1 {
		t.Errorf("asked %d times for %d records; (-first +second):\n%s", len(client.asked), want.Count, diff)
	}
}

func TestEnumerate_makesADamagedInventoryAnew(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(t *testing.T, s *staging.Store){
		"a torn inventory without a result": func(t *testing.T, s *staging.Store) {
			if err := errors.Join(s.Write(t.Context(), current.Inventory("reports"), []byte("x")),
				s.Delete(t.Context(), current.InventoryState("reports"))); err != nil {
				t.Fatal(err)
			}
		},
		"a result without an inventory": func(t *testing.T, s *staging.Store) {
			if err := s.Delete(t.Context(), current.Inventory("reports")); err != nil {
				t.Fatal(err)
			}
		},
		"a checkpoint of what was only in memory": func(t *testing.T, s *staging.Store) {
			if err := errors.Join(s.Delete(t.Context(), current.Inventory("reports")),
				s.WriteJSON(t.Context(), current.InventoryState("reports"), checkpoint{Pass: 1, Seen: 100})); err != nil {
				t.Fatal(err)
			}
		},
		"a checkpoint of lost runs": func(t *testing.T, s *staging.Store) {
			if err := errors.Join(s.Delete(t.Context(), current.Inventory("reports")),
				s.WriteJSON(t.Context(), current.InventoryState("reports"), checkpoint{Cursor: streamtest.ReportID(50), Runs: []stream.Run{{Key: "none"}}})); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := streamtest.Open(t, "mem://")
			client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 100)})
			enumerate(t, store, client, false)
			damage(t, store)
			sorted(t, store, enumerate(t, store, client, false), streamtest.ReportIDs(0, 100))
		})
	}
}

func TestEnumerate_mergesAgainAfterAnErrorInTheMerge(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 9000)})
	client.record, client.dropped = fat, []string{"Format"}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	reported := 0
	_, err := Enumerate(ctx, EnumerateInput{Client: client, Store: store, Sync: current, Kind: Reports, Progress: func(int64) {
		if reported++; reported == 6 { // five pages, then the merge
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v, want the context's error", err)
	}
	got := enumerate(t, store, client, false)
	sorted(t, store, got, streamtest.ReportIDs(0, 9000))
	if len(client.asked) != 1 || len(got.Warnings) != 1 {
		t.Errorf("asked %d times, warnings %q; want one each", len(client.asked), got.Warnings)
	}
}
