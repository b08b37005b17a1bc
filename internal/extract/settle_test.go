package extract

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// again gives wholeSync a second round of one shard.
func again(f *fixture, lines ...string) {
	f.put(f.in.Sync.Shard(2), lines...)
	f.in.Again = 1
}

// states gives the states of the descriptions in the order of the reports.
func states(t *testing.T, f *fixture) (all []string) {
	t.Helper()
	for line, err := range f.store.Lines(t.Context(), f.in.Sync.Described()) {
		if err != nil {
			t.Fatal(err)
		}
		head, err := inventory.DecodeHead(line)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(head.State))
	}
	return all
}

func TestDescribed_takesTheSecondRoundFirst(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	f.put(f.in.Sync.Shard(0), described(t, 0, inventory.StateDescribed, ""), described(t, 2, inventory.StateDeferred, ""),
		described(t, 3, inventory.StateUnsupported, ""))
	f.inventory(inventory.Reports, report(0), report(1), report(2), report(3), report(4), report(5), report(6), report(7), report(8))
	again(f, described(t, 1, inventory.StateDescribed, ""), described(t, 2, inventory.StateDescribed, ""),
		described(t, 5, inventory.StateDenied, ""), described(t, 8, inventory.StateDescribed, ""))
	settled, err := Described(t.Context(), f.in, 3)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"described", "described", "described", "unsupported", "denied", "denied", "filtered", "gone", "described"}
	if diff := cmp.Diff(want, states(t, f)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	counts := map[inventory.State]int64{
		inventory.StateDescribed: 4, inventory.StateUnsupported: 1, inventory.StateDenied: 2, inventory.StateFiltered: 1, inventory.StateGone: 1,
	}
	if diff := cmp.Diff(counts, settled.States); diff != "" || settled.Object.Count != 9 {
		t.Errorf("%d lines; counted (-want +got):\n%s", settled.Object.Count, diff)
	}
}

// A sync may have reused all, and still find in the end that a report changed meanwhile.
func TestDescribed_ofASecondRoundOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.inventory(inventory.Reports, report(0), report(1))
	f.put(f.in.Sync.Reused(), described(t, 0, inventory.StateReused, ""), described(t, 1, inventory.StateReused, ""))
	f.put(f.in.Sync.Shard(0), described(t, 1, inventory.StateDescribed, ""))
	f.in.Again = 1
	if _, err := Described(t.Context(), f.in, 1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"reused", "described"}, states(t, f)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestDescribed_refusesWhatIsNotSettled(t *testing.T) {
	t.Parallel()
	bare := `{"Id":"` + id("00O", 2) + `","state":"obsolete","modified":"","described_at":"2026-11-23T18:16:10Z"}`
	tests := map[string]struct {
		prepare func(*fixture)
		shards  int
		want    string
	}{
		"a report that was put off and not tried again": {func(f *fixture) {
			f.put(f.in.Sync.Shard(0), described(t, 0, inventory.StateDescribed, ""), described(t, 2, inventory.StateDeferred, ""),
				described(t, 3, inventory.StateUnsupported, ""))
		}, 2, "of 8 reports 1 were put off and not tried again"},
		"a second round that puts off": {func(f *fixture) {
			again(f, described(t, 0, inventory.StateDeferred, ""))
		}, 3, "of 8 reports 1 were put off and not tried again"},
		"a report without columns and reason": {func(f *fixture) {
			f.put(f.in.Sync.Shard(0), described(t, 0, inventory.StateDescribed, ""), bare, described(t, 3, inventory.StateUnsupported, ""))
		}, 2, "of 8 reports 1 have no columns and no reason for it"},
		"a report twice in the second round": {func(f *fixture) {
			again(f, described(t, 0, inventory.StateDenied, ""), described(t, 0, inventory.StateDenied, ""))
		}, 3, "of 8 reports 0 have no state, 1 have two, and 0 more are not in the inventory"},
		"a report of the second round beyond the inventory": {func(f *fixture) {
			again(f, described(t, 9, inventory.StateDescribed, ""))
		}, 3, "of 8 reports 0 have no state, 0 have two, and 1 more are not in the inventory"},
		"a second round that was not described": {func(f *fixture) { f.in.Again = 1 }, 3, "shard 2 of 3 has not been described"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			test.prepare(f)
			_, err := Described(t.Context(), f.in, test.shards)
			if err == nil || !strings.Contains(err.Error(), test.want) || fault.From(err) != nil {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if exists, err := f.store.Exists(t.Context(), f.in.Sync.Described()); exists || err != nil {
				t.Errorf("the stream is there: %v, %v", exists, err)
			}
		})
	}
}

// vanish lets the sync before have known a report and a dashboard that are not there any more.
func vanish(t *testing.T, f *fixture) {
	t.Helper()
	last := staging.Sync{Source: f.in.Sync.Source, ID: "20261122T163337Z-ab12cd34"}
	f.put(last.Inventory("reports"), report(1), `{"Id":"`+id("00O", 11)+`","Name":"Lost \"report\""}`)
	f.put(last.Inventory("dashboards"), `{"Id":"`+id("01Z", 12)+`","Title":"Lost dashboard"}`)
	missed, err := inventory.Missing(t.Context(), inventory.MissingInput{
		Client: nobody{}, Store: f.store, Sync: f.in.Sync, Last: inventory.Record{Sync: last.ID, Source: last.Source},
	})
	if err != nil || missed.Gone[inventory.Reports] != 1 || missed.Gone[inventory.Dashboards] != 1 {
		t.Fatalf("missed %+v, %v", missed, err)
	}
}

func TestDescribed_countsWhatVanishedApart(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	vanish(t, f)
	settled, err := Described(t.Context(), f.in, 2)
	if err != nil {
		t.Fatal(err)
	}
	want := map[inventory.Kind]int64{inventory.Reports: 1, inventory.Dashboards: 1}
	if diff := cmp.Diff(want, settled.Vanished); diff != "" || Total(settled.States) != 8 || settled.States[inventory.StateGone] != 1 {
		t.Errorf("%v; vanished (-want +got):\n%s", settled.States, diff)
	}
}
