package planning

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
)

func TestPlan_joinsManyStreams(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	const n = 1000
	reports(t, s, n)
	known(t, s, n+10) // ten of them are no longer in the org
	got := plan(t, s, false)
	want := Planned{
		Reports: n, Reused: 334 + 130, ToDescribe: n - 464, Shards: 8,
		States: map[description.State]int64{description.StateReused: 334, description.StateUnsupported: 130},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	seen := map[string]int{}
	last := ""
	for shard := range got.Shards {
		lines := streamtest.Read(t, s, current.PlanShard(shard))
		if len(lines) != 67 {
			t.Errorf("shard %d has %d reports, want 67", shard, len(lines))
		}
		for _, line := range lines {
			id, err := stream.LineID([]byte(line))
			if err != nil || string(id) <= last || line != fmt.Sprintf(`{"Id":%q,"last_modified":%q}`, id, changed) {
				t.Fatalf("shard %d has %s after %s, %v", shard, line, last, err)
			}
			last = string(id)
			seen[last]++
		}
	}
	for _, line := range streamtest.Read(t, s, current.Reused()) {
		id, err := stream.LineID([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		seen[string(id)]++
	}
	for i := range n {
		if seen[streamtest.ReportID(i)] != 1 {
			t.Errorf("report %d is planned %d times", i, seen[streamtest.ReportID(i)])
		}
	}
	if len(seen) != n {
		t.Errorf("%d reports are planned, want %d", len(seen), n)
	}
}

// known makes a third of n reports described by the record of the last sync, and a fifth of the others refused by many parts of
// an unfinished one.
func known(t *testing.T, s *staging.Store, n int) {
	t.Helper()
	var record, part []string
	begun(t, s, unfinished, me)
	for i := range n {
		at := changedAt.Add(time.Hour)
		switch {
		case i%3 == 0:
			record = append(record, described(t, i, description.StateDescribed, changed, at))
		case i%5 == 0:
			part = append(part, described(t, i, description.StateUnsupported, changed, at))
			if len(part) == 10 {
				streamtest.Write(t, s, unfinished.Part(0, streamtest.ReportID(i-1), streamtest.ReportID(i), i), part...)
				part = nil
			}
		}
	}
	recorded(t, s, earlier, me, record...)
}

func TestPlan_warnsOfNoMoreThanAPersonReads(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 1)
	recorded(t, s, earlier, me)
	streamtest.Tear(t, s, earlier.Described())
	for n := range 20 {
		y := staging.Sync{Source: "acme", ID: fmt.Sprintf("20261122T1916%02dZ-%s", n, strings.Repeat("x", 400))}
		begun(t, s, y, me)
		for shard := range 5 {
			streamtest.Write(t, s, y.Shard(shard), described(t, shard, description.StateDescribed, changed, changedAt))
			streamtest.Tear(t, s, y.Shard(shard))
		}
	}
	planned := plan(t, s, false).Warnings
	got := said(planned)
	if len(got) != maxWarnings || !strings.HasPrefix(got[1], "5 of the streams with what the earlier sync 20261122T1916") {
		t.Errorf("%d warnings: %q", len(got), got)
	}
	for _, warning := range got {
		if len(warning) >= 300 {
			t.Errorf("a warning of %d bytes", len(warning))
		}
	}
	for _, stored := range planned {
		if stored.Size() >= 300 {
			t.Errorf("a warning that is stored in %d bytes", stored.Size())
		}
	}
	if last := got[len(got)-1]; !strings.Contains(last, "more warnings") {
		t.Errorf("the last is %q", last)
	}
}

func TestPlan_answersTheSameWhenAskedAgain(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 600)
	want := plan(t, s, false)
	recorded(t, s, earlier, me, described(t, 0, description.StateDescribed, changed, changedAt.Add(time.Hour)))
	if diff := cmp.Diff(want, plan(t, s, false)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestPlan_ofAnEmptyOrgHasNoShards(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 0)
	if diff := cmp.Diff(Planned{States: map[description.State]int64{}}, plan(t, s, false)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if lines := streamtest.Read(t, s, current.Reused()); len(lines) != 0 {
		t.Errorf("reused %q", lines)
	}
}

func TestPlan_needsAnInventory(t *testing.T) {
	t.Parallel()
	_, err := Plan(t.Context(), Input{Store: streamtest.Open(t, "mem://"), Sync: current})
	if !errors.Is(err, staging.ErrNotExist) || !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want ErrNotExist of class invalid", err)
	}
}
