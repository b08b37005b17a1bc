package account

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
)

// again gives wholeSync a second round of one shard.
func again(f *fixture, lines ...string) {
	f.Put(f.Sync.Shard(2), lines...)
	f.second = 1
}

// states gives the states of the descriptions in the order of the reports.
func states(t *testing.T, f *fixture) (all []string) {
	t.Helper()
	for line, err := range f.Store.Lines(t.Context(), f.Sync.Described()) {
		if err != nil {
			t.Fatal(err)
		}
		head, err := description.DecodeHead(line)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(head.State))
	}
	return all
}

func TestMergeDescriptions_takesTheSecondRoundFirst(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	f.Put(f.Sync.Shard(0), described(t, 0, description.StateDescribed, ""), described(t, 2, description.StateDeferred, ""),
		described(t, 3, description.StateUnsupported, ""))
	f.inventory(listing.Reports, report(0), report(1), report(2), report(3), report(4), report(5), report(6), report(7), report(8))
	again(f, described(t, 1, description.StateDescribed, ""), described(t, 2, description.StateDescribed, ""),
		described(t, 5, description.StateDenied, ""), described(t, 8, description.StateDescribed, ""))
	merged, err := f.merge(3)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"described", "described", "described", "unsupported", "denied", "denied", "filtered", "gone", "described"}
	if diff := cmp.Diff(want, states(t, f)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
	counts := map[description.State]int64{
		description.StateDescribed: 4, description.StateUnsupported: 1, description.StateDenied: 2, description.StateFiltered: 1, description.StateGone: 1,
	}
	if diff := cmp.Diff(counts, merged.States); diff != "" || merged.Object.Count != 9 {
		t.Errorf("%d lines; counted (-want +got):\n%s", merged.Object.Count, diff)
	}
}

// A sync may have reused all, and still find in the end that a report changed meanwhile.
func TestMergeDescriptions_ofASecondRoundOnly(t *testing.T) {
	t.Parallel()
	f := newFixture(t)
	f.inventory(listing.Reports, report(0), report(1))
	f.Put(f.Sync.Reused(), described(t, 0, description.StateReused, ""), described(t, 1, description.StateReused, ""))
	f.Put(f.Sync.Shard(0), described(t, 1, description.StateDescribed, ""))
	f.second = 1
	if _, err := f.merge(1); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"reused", "described"}, states(t, f)); diff != "" {
		t.Errorf("states (-want +got):\n%s", diff)
	}
}

func TestMergeDescriptions_refusesWhatIsNotSettled(t *testing.T) {
	t.Parallel()
	bare := `{"Id":"` + id("00O", 2) + `","state":"obsolete","last_modified":"","described_at":"2026-11-23T18:16:10Z"}`
	tests := map[string]struct {
		prepare func(*fixture)
		shards  int
		want    string
	}{
		"a report that was deferred and not tried again": {func(f *fixture) {
			f.Put(f.Sync.Shard(0), described(t, 0, description.StateDescribed, ""), described(t, 2, description.StateDeferred, ""),
				described(t, 3, description.StateUnsupported, ""))
		}, 2, "of 8 reports 1 were deferred and not tried again"},
		"a second round that defers": {func(f *fixture) {
			again(f, described(t, 0, description.StateDeferred, ""))
		}, 3, "of 8 reports 1 were deferred and not tried again"},
		"a report without columns and reason": {func(f *fixture) {
			f.Put(f.Sync.Shard(0), described(t, 0, description.StateDescribed, ""), bare, described(t, 3, description.StateUnsupported, ""))
		}, 2, "of 8 reports 1 have no columns and no reason for it"},
		"a report twice in the second round": {func(f *fixture) {
			again(f, described(t, 0, description.StateDenied, ""), described(t, 0, description.StateDenied, ""))
		}, 3, "of 8 reports 0 have no state, 1 have two, and 0 more are not in the inventory"},
		"a report of the second round beyond the inventory": {func(f *fixture) {
			again(f, described(t, 9, description.StateDescribed, ""))
		}, 3, "of 8 reports 0 have no state, 0 have two, and 1 more are not in the inventory"},
		"a second round that was not described": {func(f *fixture) { f.second = 1 }, 3, "shard 2 of 3 has not been described"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := wholeSync(t)
			test.prepare(f)
			_, err := f.merge(test.shards)
			if err == nil || !strings.Contains(err.Error(), test.want) || fault.From(err) != nil {
				t.Errorf("error %v, want %q", err, test.want)
			}
			if exists, err := f.Store.Exists(t.Context(), f.Sync.Described()); exists || err != nil {
				t.Errorf("the stream is there: %v, %v", exists, err)
			}
		})
	}
}

// vanish lets the sync before have known a report and a dashboard that are not there any more.
func vanish(t *testing.T, f *fixture) {
	t.Helper()
	last := staging.Sync{Source: f.Sync.Source, ID: "20261122T163337Z-ab12cd34"}
	f.Put(last.Inventory("reports"), report(1), `{"Id":"`+id("00O", 11)+`","Name":"Lost \"report\""}`)
	f.Put(last.Inventory("dashboards"), `{"Id":"`+id("01Z", 12)+`","Title":"Lost dashboard"}`)
	looked, err := listing.LookUpMissing(t.Context(), listing.LookUpInput{
		Client: nobody{}, Store: f.Store, Sync: f.in.Sync, Last: listing.LastSync{Sync: last, Descriptions: last.Described()},
	})
	if err != nil || looked.Gone[listing.Reports] != 1 || looked.Gone[listing.Dashboards] != 1 {
		t.Fatalf("looked up %+v, %v", looked, err)
	}
}

func TestMergeDescriptions_countsWhatVanishedApart(t *testing.T) {
	t.Parallel()
	f := wholeSync(t)
	vanish(t, f)
	merged, err := f.merge(2)
	if err != nil {
		t.Fatal(err)
	}
	want := map[listing.Kind]int64{listing.Reports: 1, listing.Dashboards: 1}
	if diff := cmp.Diff(want, merged.Vanished); diff != "" || description.Total(merged.States) != 8 || merged.States[description.StateGone] != 1 {
		t.Errorf("%v; vanished (-want +got):\n%s", merged.States, diff)
	}
}
