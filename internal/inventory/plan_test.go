package inventory

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

const changed = "2026-11-20T10:00:00.000+0000"

var (
	changedAt = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)
	me        = Identity{OrgID: "00Dxx0000001gPLEAY", APIVersion: "59.0", UserID: "005xx000001SwiUAAS", Locale: "en_US", Format: Format}
	earlier   = staging.Sync{Source: "acme", ID: "20261122T181610Z-ab12cd34"}
	broken1   = staging.Sync{Source: "acme", ID: "20261122T191610Z-ab12cd34"}
	broken2   = staging.Sync{Source: "acme", ID: "20261122T201610Z-ab12cd34"}
)

// described is one line known of report n.
func described(tb testing.TB, n int, state State, modified string, at time.Time) string {
	tb.Helper()
	d := Described{ID: reportID(n), State: state, Modified: modified, At: at}
	if state == StateDescribed || state == StateReused {
		d.ReportExtendedMetadata = []byte(fmt.Sprintf(`{"at":%q}`, at.Format(time.TimeOnly)))
	}
	line, err := d.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return string(line)
}

// reports writes an inventory of n reports, all changed at the same time.
func reports(tb testing.TB, s *staging.Store, n int) {
	tb.Helper()
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"Id":%q,"LastModifiedDate":%q}`, reportID(i), changed))
	}
	write(tb, s, current.Inventory("reports"), lines...)
}

// ended records a sync that knew these lines.
func ended(tb testing.TB, s *staging.Store, y staging.Sync, who Identity, lines ...string) {
	tb.Helper()
	object := write(tb, s, y.Described(), lines...)
	if _, err := s.WriteNewJSON(tb.Context(), staging.RecordKey(y.Source, y.ID),
		Record{Sync: y.ID, Source: y.Source, Identity: who, Described: object}); err != nil {
		tb.Fatal(err)
	}
}

// begun opens a sync that has no record.
func begun(tb testing.TB, s *staging.Store, y staging.Sync, who Identity) {
	tb.Helper()
	if err := s.WriteJSON(tb.Context(), y.State(), Opened{Identity: who}); err != nil {
		tb.Fatal(err)
	}
}

func plan(t *testing.T, s *staging.Store, full bool) Planned {
	t.Helper()
	got, err := Plan(t.Context(), PlanInput{Store: s, Sync: current, Identity: me, Full: full, MaxShards: 8})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// tear cuts the last byte of an object.
func tear(t *testing.T, s *staging.Store, key string) {
	t.Helper()
	content, err := s.Read(t.Context(), key)
	if err == nil {
		err = s.Write(t.Context(), key, content[:len(content)-1])
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestPlan_joinsManyStreams(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	const n = 1000
	reports(t, s, n)
	var record, part []string
	begun(t, s, broken1, me)
	for i := range n + 10 { // ten of them are no longer in the org
		at := changedAt.Add(time.Hour)
		switch {
		case i%3 == 0:
			record = append(record, described(t, i, StateDescribed, changed, at))
		case i%5 == 0:
			part = append(part, described(t, i, StateUnsupported, changed, at))
			if len(part) == 10 {
				write(t, s, broken1.Part(0, reportID(i-1), reportID(i), i), part...)
				part = nil
			}
		}
	}
	ended(t, s, earlier, me, record...)
	got := plan(t, s, false)
	want := Planned{Reports: n, Reused: 334 + 130, ToDescribe: n - 464, Shards: 8, States: map[State]int64{StateReused: 334, StateUnsupported: 130}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	seen := map[string]int{}
	last := ""
	for shard := range got.Shards {
		lines := read(t, s, current.PlanShard(shard))
		if len(lines) != 67 {
			t.Errorf("shard %d has %d reports, want 67", shard, len(lines))
		}
		for _, line := range lines {
			id, err := LineID([]byte(line))
			if err != nil || string(id) <= last || line != fmt.Sprintf(`{"Id":%q,"modified":%q}`, id, changed) {
				t.Fatalf("shard %d has %s after %s, %v", shard, line, last, err)
			}
			last = string(id)
			seen[last]++
		}
	}
	for _, line := range read(t, s, current.Reused()) {
		id, err := LineID([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		seen[string(id)]++
	}
	for i := range n {
		if seen[reportID(i)] != 1 {
			t.Errorf("report %d is planned %d times", i, seen[reportID(i)])
		}
	}
	if len(seen) != n {
		t.Errorf("%d reports are planned, want %d", len(seen), n)
	}
}

func TestPlan_warnsOfNoMoreThanAPersonReads(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	reports(t, s, 1)
	ended(t, s, earlier, me)
	tear(t, s, earlier.Described())
	for n := range 20 {
		y := staging.Sync{Source: "acme", ID: fmt.Sprintf("20261122T1916%02dZ-%s", n, strings.Repeat("x", 400))}
		begun(t, s, y, me)
		for shard := range 5 {
			write(t, s, y.Shard(shard), described(t, shard, StateDescribed, changed, changedAt))
			tear(t, s, y.Shard(shard))
		}
	}
	got := plan(t, s, false).Warnings
	if len(got) != maxWarnings || !strings.HasPrefix(got[1], "5 of the streams with what the earlier sync 20261122T1916") {
		t.Errorf("%d warnings: %q", len(got), got)
	}
	for _, warning := range got {
		if len(warning) >= 300 {
			t.Errorf("a warning of %d bytes", len(warning))
		}
	}
	if last := got[len(got)-1]; !strings.Contains(last, "more warnings") {
		t.Errorf("the last is %q", last)
	}
}

func TestPlan_answersTheSameWhenAskedAgain(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	reports(t, s, 600)
	want := plan(t, s, false)
	ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, changedAt.Add(time.Hour)))
	if diff := cmp.Diff(want, plan(t, s, false)); diff != "" {
		t.Errorf("(-first +second):\n%s", diff)
	}
}

func TestPlan_ofAnEmptyOrgHasNoShards(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	reports(t, s, 0)
	if diff := cmp.Diff(Planned{States: map[State]int64{}}, plan(t, s, false)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
	if lines := read(t, s, current.Reused()); len(lines) != 0 {
		t.Errorf("reused %q", lines)
	}
}

func TestPlan_needsAnInventory(t *testing.T) {
	t.Parallel()
	_, err := Plan(t.Context(), PlanInput{Store: openStore(t, "mem://"), Sync: current})
	if !errors.Is(err, staging.ErrNotExist) || !fault.Is(err, fault.Invalid) {
		t.Errorf("got %v, want ErrNotExist of class invalid", err)
	}
}
