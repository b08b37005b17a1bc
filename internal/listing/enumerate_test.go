package listing

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
)

// fat makes records so large that few of them fill a run.
func fat(id string, version int) string {
	return fmt.Sprintf(`{"attributes":{},"Id":"%s","Name":"n%d","Description":"%s"}`, id, version, strings.Repeat("x", 1800))
}

func enumerate(t *testing.T, store *staging.Store, client Pager, private bool) Enumerated {
	t.Helper()
	got, err := Enumerate(t.Context(), EnumerateInput{Client: client, Store: store, Sync: current, Kind: Reports, Private: private})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// sorted fails unless the inventory holds exactly these ids, in order.
func sorted(t *testing.T, store *staging.Store, got Enumerated, want []string) []string {
	t.Helper()
	lines := streamtest.Read(t, store, current.Inventory("reports"))
	if got.Count != int64(len(want)) || len(lines) != len(want) {
		t.Fatalf("count %d and %d lines, want %d", got.Count, len(lines), len(want))
	}
	for i, line := range lines {
		if id, err := stream.LineID([]byte(line)); err != nil || string(id) != want[i] {
			t.Fatalf("line %d has id %q, %v; want %q", i, id, err, want[i])
		}
	}
	if left := streamtest.Keys(t, store, current.InventoryRuns("reports")); len(left) > 0 {
		t.Errorf("runs are left: %q", left)
	}
	return lines
}

func TestEnumerate_sortsWhateverTheServersOrder(t *testing.T) {
	t.Parallel()
	orders := map[string]func(a, b string) int{
		"by bytes": binary, "without case": caseless,
		"backwards": func(a, b string) int { return -binary(a, b) },
	}
	sizes := map[string]struct {
		n      int
		record func(string, int) string
	}{"nothing": {0, record}, "one page": {100, record}, "some pages": {7000, record}, "many runs": {12000, fat}}
	for order, compare := range orders {
		for size, test := range sizes {
			t.Run(size+" "+order, func(t *testing.T) {
				t.Parallel()
				store := streamtest.Open(t, "mem://")
				client := newServer(compare, map[string][]string{"": streamtest.ReportIDs(0, test.n)})
				client.record = test.record
				sorted(t, store, enumerate(t, store, client, false), streamtest.ReportIDs(0, test.n))
			})
		}
	}
}

func TestEnumerate_mergesInLevelsWhenTooManyRunsOverlap(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	e := &enumeration{EnumerateInput: EnumerateInput{Store: store, Sync: current, Kind: Reports, Progress: func(int64) {}}}
	const runs, each = 2*stream.FanIn + 5, 50
	for r := range runs { // run r holds every runs-th id: all overlap
		for i := range each {
			id := streamtest.ReportID(i*runs + r)
			e.buffer.Add([]byte(record(id, r)), id, id)
		}
		if err := e.spill(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := e.finish(t.Context()); err != nil {
		t.Fatal(err)
	}
	sorted(t, store, *e.state.Result, streamtest.ReportIDs(0, runs*each))
}

func TestEnumerate_takesAnIdOnceAndAsItCameLast(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		n      int
		record func(string, int) string
	}{"in one run": {4100, record}, "in two runs": {4100, fat}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store := streamtest.Open(t, "mem://")
			client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, test.n)})
			client.record, client.again = test.record, []string{streamtest.ReportID(7), streamtest.ReportID(1999)}
			lines := sorted(t, store, enumerate(t, store, client, false), streamtest.ReportIDs(0, test.n))
			for _, n := range []int{7, 1999} {
				if !strings.Contains(lines[n], `"n2"`) {
					t.Errorf("report %d is %.80s, want the one of the second page", n, lines[n])
				}
			}
		})
	}
}

func TestEnumerate_addsPrivateRecords(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 300), "allPrivate": streamtest.ReportIDs(290, 500)})
	got := enumerate(t, store, client, true)
	sorted(t, store, got, streamtest.ReportIDs(0, 500))
	if len(client.asked) != 2 || client.asked[1].Scope != "allPrivate" || client.asked[1].After != "" {
		t.Errorf("asked %+v", client.asked)
	}
}

func TestEnumerate_goesOnWithoutPrivateRecords(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 300)})
	client.failure = &salesforce.Error{Class: fault.PermissionMissing, Status: 403}
	got := enumerate(t, store, client, true)
	sorted(t, store, got, streamtest.ReportIDs(0, 300))
	if len(got.Warnings) != 1 || !strings.Contains(said(got.Warnings)[0], "Manage All Private Reports and Dashboards") {
		t.Errorf("warnings %q", got.Warnings)
	}
}

func TestEnumerate_warnsOfHiddenFields(t *testing.T) {
	t.Parallel()
	store := streamtest.Open(t, "mem://")
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 5000)})
	client.dropped = []string{"Format", "NamespacePrefix"} // nobody should give the right to see the second
	got := enumerate(t, store, client, false)
	if diff := cmp.Diff(client.dropped, got.Dropped); diff != "" || len(got.Warnings) != 1 || !strings.Contains(said(got.Warnings)[0], "Format") {
		t.Errorf("dropped %q, warnings %q", got.Dropped, got.Warnings)
	}
}

func TestEnumerate_reportsProgressAndEndsWithItsContext(t *testing.T) {
	t.Parallel()
	client := newServer(binary, map[string][]string{"": streamtest.ReportIDs(0, 5000)})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var reported []int64
	_, err := Enumerate(ctx, EnumerateInput{
		Client: client, Store: streamtest.Open(t, "mem://"), Sync: current, Kind: Reports,
		Progress: func(n int64) {
			reported = append(reported, n)
			if n == 5000 {
				cancel()
			}
		},
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's error", err)
	}
	if diff := cmp.Diff([]int64{2000, 4000, 5000}, reported); diff != "" {
		t.Errorf("progress (-want +got):\n%s", diff)
	}
}
