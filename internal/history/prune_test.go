package history

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"longhaul/internal/description"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var current, earlier = orgtest.Current, orgtest.Earlier

// recorded records a sync that knew these lines.
func recorded(t *testing.T, s *staging.Store, y staging.Sync, lines ...string) Record {
	t.Helper()
	record := Record{Sync: y.ID, Source: y.Source, Identity: orgtest.Me}
	streamtest.Write(t, s, y.Described(), lines...)
	if _, err := s.WriteNewJSON(t.Context(), staging.RecordKey(y.Source, y.ID), record); err != nil {
		t.Fatal(err)
	}
	return record
}

// begun opens a sync that has no record.
func begun(t *testing.T, s *staging.Store, y staging.Sync) {
	t.Helper()
	if err := s.WriteJSON(t.Context(), y.Start(), Start{Identity: orgtest.Me}); err != nil {
		t.Fatal(err)
	}
}

func TestPrune_keepsWhatTheNextSyncReads(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	line := orgtest.Described(t, 0, description.StateDescribed, orgtest.Changed, orgtest.ChangedAt.Add(time.Hour))
	unfinished := staging.Sync{Source: "acme", ID: "20261122T191610Z-ab12cd34"}
	later := staging.Sync{Source: "acme", ID: "20261124T181610Z-ab12cd34"}
	recorded(t, s, earlier, line)
	begun(t, s, unfinished)
	begun(t, s, later)
	streamtest.Write(t, s, unfinished.Shard(0), line)
	begun(t, s, current)
	streamtest.Write(t, s, current.Shard(0), line)
	streamtest.Write(t, s, current.PlanShard(0))
	streamtest.Write(t, s, current.InventoryRun("reports", "0", streamtest.ReportID(0), streamtest.ReportID(1)), line)
	before := streamtest.Keys(t, s, "")
	if err := Prune(t.Context(), s, current, Keep{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, streamtest.Keys(t, s, "")); diff != "" {
		t.Errorf("without a record something went (-before +after):\n%s", diff)
	}
	recorded(t, s, current, line)
	if err := Prune(t.Context(), s, current, Keep{}); err != nil {
		t.Fatal(err)
	}
	want := []string{
		staging.RecordKey("acme", earlier.ID), staging.RecordKey("acme", current.ID),
		unfinished.Start(), current.Start(), later.Start(), current.Described(), // starts stay for those who look back
	}
	if diff := cmp.Diff(want, streamtest.Keys(t, s, "")); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

// The next sync looks up what is missing of the inventory as it stood in the end.
func TestPrune_keepsTheInventoryAsItStands(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	enumerate(t, s, earlier, &orgtest.Org{Records: orgtest.Unchanged("reports", 1, 2)})
	record := recorded(t, s, earlier)
	o := &orgtest.Org{Records: orgtest.Unchanged("reports", 1)}
	enumerate(t, s, current, o)
	o.Set(orgtest.Record{Kind: "reports", N: 2, Modified: orgtest.Changed, Name: "found", Unlisted: true})
	lookUp := listing.LookUpInput{Client: o, Store: s, Sync: current, OrgID: orgtest.Me.OrgID, Last: record.LastSync()}
	if _, err := listing.LookUpMissing(t.Context(), lookUp); err != nil {
		t.Fatal(err)
	}
	o.Set(orgtest.Record{Kind: "reports", N: 3, Modified: orgtest.Later, Name: "new"})
	catchUp := listing.CatchUpInput{Client: o, Store: s, Sync: current, Since: orgtest.ChangedAt.AddDate(0, 0, 1)}
	if _, err := listing.CatchUp(t.Context(), catchUp); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		current.SortRun("X1", "0"), current.InventoryRun(staging.CaughtUp("reports"), "0", "a", "b"),
		current.InventoryRun(staging.Relisted("components"), "0", "a", "b"), current.PlanSecond(),
	} {
		streamtest.Write(t, s, key)
	}
	recorded(t, s, current)
	if err := Prune(t.Context(), s, current, Keep{}); err != nil {
		t.Fatal(err)
	}
	var standing []string
	for line, err := range listing.Read(t.Context(), s, current, listing.Reports) {
		if err != nil {
			t.Fatal(err)
		}
		standing = append(standing, orgtest.Label(line))
	}
	if diff := cmp.Diff([]string{"1 reports 1", "2 found", "3 new"}, standing); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	for _, key := range streamtest.Keys(t, s, current.Prefix()) {
		if strings.Contains(key, ".runs/") || strings.HasPrefix(key, "sort/") || strings.HasPrefix(key, "plan/") {
			t.Errorf("kept %s", key)
		}
	}
	if left := streamtest.Keys(t, s, earlier.Prefix()); len(left) > 0 {
		t.Errorf("the earlier sync kept %q", left)
	}
}

func enumerate(t *testing.T, s *staging.Store, y staging.Sync, o *orgtest.Org) {
	t.Helper()
	for _, kind := range listing.Kinds {
		if _, err := listing.Enumerate(t.Context(), listing.EnumerateInput{Client: o, Store: s, Sync: y, Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
}
