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

func TestPlan_reusesWhatStillHolds(t *testing.T) {
	t.Parallel()
	good := changedAt.Add(time.Hour)
	other := func(change func(*Identity)) Identity {
		who := me
		change(&who)
		return who
	}
	tests := map[string]struct {
		known func(t *testing.T, s *staging.Store)
		full  bool
		want  State  // of the reused stream; empty when the report is described
		at    string // the time of the description that is taken
		warns string
	}{
		"nothing is known": {known: func(*testing.T, *staging.Store) {}},
		"described and unchanged": {want: StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
		}},
		"reused before and unchanged": {want: StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateReused, changed, good))
		}},
		"obsolete and unchanged": {want: StateObsolete, known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateObsolete, changed, good))
		}},
		"unsupported and unchanged": {want: StateUnsupported, known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateUnsupported, changed, good))
		}},
		"denied is tried again": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDenied, changed, good))
		}},
		"failed is tried again": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateFailed, changed, good))
		}},
		"gone is tried again": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateGone, changed, good))
		}},
		"put off is tried again": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, me)
			write(t, s, broken1.Shard(0), described(t, 0, StateDeferred, changed, good))
		}},
		"put off and then described": {want: StateReused, at: "12:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, me)
			write(t, s, broken1.Shard(0), described(t, 0, StateDeferred, changed, good))
			write(t, s, broken1.Part(1, reportID(0), reportID(0), 1), described(t, 0, StateDescribed, changed, good.Add(time.Hour)))
		}},
		"filtered is looked at again": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateFiltered, changed, good))
		}},
		"described exactly 5 s after the change": {want: StateReused, at: "10:00:05", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, changedAt.Add(5*time.Second)))
		}},
		"described less than 5 s after the change": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, changedAt.Add(5*time.Second-1)))
		}},
		"changed since": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, "2026-11-19T10:00:00.000+0000", good))
		}},
		"changed back": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, "2026-11-21T10:00:00.000+0000", good.AddDate(0, 0, 2)))
		}},
		"obsolete and changed since": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateObsolete, "2026-11-19T10:00:00.000+0000", good))
		}},
		"a full sync": {full: true, known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
		}},
		"another org": {warns: "the org is another", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, other(func(i *Identity) { i.OrgID = "x" }), described(t, 0, StateDescribed, changed, good))
		}},
		"another API version": {warns: "the API version is another", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, other(func(i *Identity) { i.APIVersion = "x" }), described(t, 0, StateDescribed, changed, good))
		}},
		"another run-as user": {warns: "the run-as user is another", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, other(func(i *Identity) { i.UserID = "x" }), described(t, 0, StateDescribed, changed, good))
		}},
		"another locale": {warns: "the run-as user's language is another", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, other(func(i *Identity) { i.Locale = "x" }), described(t, 0, StateDescribed, changed, good))
		}},
		"another format": {warns: "the format of Longhaul's records is another", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, other(func(i *Identity) { i.Format++ }), described(t, 0, StateDescribed, changed, good))
		}},
		"a part of an unfinished sync": {want: StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, me)
			write(t, s, broken1.Part(0, reportID(0), reportID(0), 1), described(t, 0, StateDescribed, changed, good))
		}},
		"a shard of an unfinished sync": {want: StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, me)
			write(t, s, broken1.Shard(0), described(t, 0, StateDescribed, changed, good))
		}},
		"what an unfinished sync reused": {want: StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, me)
			write(t, s, broken1.Reused(), described(t, 0, StateReused, changed, good))
		}},
		"the whole stream of an unfinished sync": {want: StateReused, at: "11:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, me)
			write(t, s, broken1.Described(), described(t, 0, StateDescribed, changed, good))
		}},
		"an unfinished sync of another user": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, other(func(i *Identity) { i.UserID = "x" }))
			write(t, s, broken1.Shard(0), described(t, 0, StateDescribed, changed, good))
		}},
		"an unfinished sync that never knew its user": {known: func(t *testing.T, s *staging.Store) {
			write(t, s, broken1.Shard(0), described(t, 0, StateDescribed, changed, good))
		}},
		"its own earlier parts are for its shards": {known: func(t *testing.T, s *staging.Store) {
			begun(t, s, current, me)
			write(t, s, current.Shard(0), described(t, 0, StateDescribed, changed, good))
		}},
		"the newer of a record and an unfinished sync": {want: StateReused, at: "12:00:00", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
			begun(t, s, broken1, me)
			write(t, s, broken1.Shard(0), described(t, 0, StateDescribed, changed, good.Add(time.Hour)))
		}},
		"the newer of two unfinished syncs": {want: StateReused, at: "13:00:00", known: func(t *testing.T, s *staging.Store) {
			begun(t, s, broken1, me)
			write(t, s, broken1.Shard(0), described(t, 0, StateDescribed, changed, good.Add(time.Hour)))
			begun(t, s, broken2, me)
			write(t, s, broken2.Shard(0), described(t, 0, StateDescribed, changed, good.Add(2*time.Hour)))
		}},
		"a newer denial wins over an older description": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
			begun(t, s, broken1, me)
			write(t, s, broken1.Shard(0), described(t, 0, StateDenied, changed, good.Add(time.Hour)))
		}},
		"only the newest record counts": {known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
			ended(t, s, broken1, me, described(t, 1, StateDescribed, changed, good))
		}},
		"a torn stream is left out": {warns: "1 of the streams with what the earlier sync 20261122T181610Z-ab12cd34 knew cannot be read", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
			tear(t, s, earlier.Described())
		}},
		"a torn stream does not hide another": {want: StateReused, at: "11:00:00", warns: "cannot be read", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
			begun(t, s, broken1, me)
			write(t, s, broken1.Shard(0), described(t, 0, StateDescribed, changed, good.Add(time.Hour)))
			tear(t, s, broken1.Shard(0))
		}},
		"a stream of something else is left out": {warns: "cannot be read", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, `{"Id":"short"}`)
		}},
		"a stream out of order is left out": {warns: "cannot be read", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 1, StateDescribed, changed, good), described(t, 0, StateDescribed, changed, good))
		}},
		"a lost stream is left out": {warns: "cannot be read", known: func(t *testing.T, s *staging.Store) {
			ended(t, s, earlier, me, described(t, 0, StateDescribed, changed, good))
			if err := s.Delete(t.Context(), earlier.Described()); err != nil {
				t.Fatal(err)
			}
		}},
		"a damaged record is left out": {warns: "the record of the last sync cannot be read", known: func(t *testing.T, s *staging.Store) {
			if err := s.Write(t.Context(), staging.RecordKey("acme", earlier.ID), []byte("{")); err != nil {
				t.Fatal(err)
			}
		}},
		"a damaged state is left out": {warns: "the state of the unfinished sync", known: func(t *testing.T, s *staging.Store) {
			if err := s.Write(t.Context(), broken1.State(), nil); err != nil {
				t.Fatal(err)
			}
		}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := openStore(t, "mem://")
			reports(t, s, 1)
			test.known(t, s)
			got := plan(t, s, test.full)
			want := Planned{Reports: 1, ToDescribe: 1, Shards: 1, States: map[State]int64{}, Warnings: got.Warnings}
			if test.want != "" {
				want = Planned{Reports: 1, Reused: 1, States: map[State]int64{test.want: 1}, Warnings: got.Warnings}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("plan (-want +got):\n%s", diff)
			}
			if joined := strings.Join(got.Warnings, "\n"); (test.warns == "") != (joined == "") || !strings.Contains(joined, test.warns) {
				t.Errorf("warnings %q, want %q", joined, test.warns)
			}
			lines := read(t, s, current.Reused())
			if test.want == "" {
				if len(lines) != 0 {
					t.Errorf("reused %q", lines)
				}
				return
			}
			d, err := DecodeDescribed([]byte(lines[0]))
			if err != nil || d.State != test.want || !strings.Contains(string(d.ReportExtendedMetadata), test.at) {
				t.Errorf("reused %s, %v; want state %s of %s", lines[0], err, test.want, test.at)
			}
		})
	}
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

func TestShards_areFullWavesOfNearlyEqualSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		reports         int64
		maxShards, want int
		smallest, most  int64
	}{
		{0, 8, 0, 0, 0},
		{1, 8, 1, 1, 1},
		{5, 8, 5, 1, 1},
		{8, 8, 8, 1, 1},
		{9, 8, 8, 1, 2},
		{250, 8, 8, 31, 32},
		{2000, 8, 8, 250, 250},
		{2001, 8, 16, 125, 126},
		{5000, 8, 24, 208, 209},
		{5000, 1, 20, 250, 250},
		{5001, 1, 21, 238, 239},
		{200_000, 8, 800, 250, 250},
		{1_000_001, 7, 4004, 249, 250},
		{3, 0, 1, 3, 3},
	}
	for _, test := range tests {
		n := ShardCount(test.reports, test.maxShards, 250)
		if n != test.want {
			t.Errorf("%d reports, %d at once: %d shards, want %d", test.reports, test.maxShards, n, test.want)
			continue
		}
		var sum int64
		smallest, most := test.reports, int64(0)
		for i := range n {
			size := shardSize(test.reports, n, i)
			sum += size
			smallest, most = min(smallest, size), max(most, size)
		}
		if sum != test.reports || smallest != test.smallest || most != test.most {
			t.Errorf("%d reports in %d shards: %d to %d, %d in all", test.reports, n, smallest, most, sum)
		}
	}
}

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
