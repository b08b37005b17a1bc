package inventory

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/staging"
)

func TestPrune_keepsWhatTheNextSyncReads(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	line := described(t, 0, StateDescribed, changed, changedAt.Add(time.Hour))
	later := staging.Sync{Source: "acme", ID: "20261124T181610Z-ab12cd34"}
	ended(t, s, earlier, me, line)
	begun(t, s, broken1, me)
	begun(t, s, later, me)
	write(t, s, broken1.Shard(0), line)
	begun(t, s, current, me)
	write(t, s, current.Shard(0), line)
	write(t, s, current.PlanShard(0))
	write(t, s, current.InventoryRun("reports", "0", reportID(0), reportID(1)), line)
	before := keys(t, s, "")
	if err := Prune(t.Context(), s, current); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, keys(t, s, "")); diff != "" {
		t.Errorf("without a record something went (-before +after):\n%s", diff)
	}
	ended(t, s, current, me, line)
	if err := Prune(t.Context(), s, current); err != nil {
		t.Fatal(err)
	}
	want := []string{
		staging.RecordKey("acme", earlier.ID), staging.RecordKey("acme", current.ID),
		current.Described(), current.State(), later.State(),
	}
	if diff := cmp.Diff(want, keys(t, s, "")); diff != "" {
		t.Errorf("after (-want +got):\n%s", diff)
	}
}

// The next sync looks up what is missing of the inventory as it stood in the end.
func TestPrune_keepsTheInventoryAsItStands(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	record := lastSync(t, s, unchanged(Reports, 1, 2)...)
	o := &org{things: unchanged(Reports, 1)}
	enumerated(t, s, current, o, false)
	o.set(thing{kind: Reports, n: 2, modified: changed, name: "found", unlisted: true})
	missing(t, s, o, record, false)
	o.set(thing{kind: Reports, n: 3, modified: later, name: "new"})
	catchUp(t, s, o)
	for _, key := range []string{
		current.SortRun("X1", "0"), current.InventoryRun(staging.CaughtUp("reports"), "0", "a", "b"),
		current.InventoryRun(staging.Again("components"), "0", "a", "b"), current.PlanAgain(),
	} {
		write(t, s, key)
	}
	ended(t, s, current, me)
	if err := Prune(t.Context(), s, current); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"1 reports 1", "2 found", "3 new"}, standing(t, s, current, Reports)); diff != "" {
		t.Errorf("reports (-want +got):\n%s", diff)
	}
	for _, key := range keys(t, s, current.Prefix()) {
		if strings.Contains(key, ".runs/") || strings.HasPrefix(key, "sort/") || strings.HasPrefix(key, "plan/") {
			t.Errorf("kept %s", key)
		}
	}
	if left := keys(t, s, earlier.Prefix()); len(left) > 0 {
		t.Errorf("the earlier sync kept %q", left)
	}
}
