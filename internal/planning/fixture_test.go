package planning

import (
	"fmt"
	"testing"
	"time"

	"go.uber.org/goleak"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
	"longhaul/internal/warning"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// Short names for what most tests use.
const (
	changed = orgtest.Changed
	later   = orgtest.Later
)

var (
	current    = orgtest.Current
	earlier    = orgtest.Earlier
	unfinished = staging.Sync{Source: "acme", ID: "20261122T191610Z-ab12cd34"}
	newer      = staging.Sync{Source: "acme", ID: "20261122T201610Z-ab12cd34"}
	me         = orgtest.Me
	changedAt  = orgtest.ChangedAt
)

// described is one line known of report n.
func described(tb testing.TB, n int, state description.State, modified string, at time.Time) string {
	tb.Helper()
	return orgtest.Described(tb, n, state, modified, at)
}

// reports writes an inventory of n reports, all changed at the same time.
func reports(tb testing.TB, s *staging.Store, n int) {
	tb.Helper()
	var lines []string
	for i := range n {
		lines = append(lines, fmt.Sprintf(`{"Id":%q,"LastModifiedDate":%q}`, streamtest.ReportID(i), changed))
	}
	streamtest.Write(tb, s, current.Inventory("reports"), lines...)
}

// recorded records a sync that knew these lines.
func recorded(tb testing.TB, s *staging.Store, y staging.Sync, who description.Identity, lines ...string) history.Record {
	tb.Helper()
	return keepRecord(tb, s, y, history.Record{Identity: who}, lines...)
}

// keepRecord is recorded with more in the record.
func keepRecord(tb testing.TB, s *staging.Store, y staging.Sync, record history.Record, lines ...string) history.Record {
	tb.Helper()
	record.Sync, record.Source = y.ID, y.Source
	streamtest.Write(tb, s, y.Described(), lines...)
	if _, err := s.WriteNewJSON(tb.Context(), staging.RecordKey(y.Source, y.ID), record); err != nil {
		tb.Fatal(err)
	}
	return record
}

// begun opens a sync that has no record.
func begun(tb testing.TB, s *staging.Store, y staging.Sync, who description.Identity) {
	tb.Helper()
	if err := s.WriteJSON(tb.Context(), y.Start(), history.Start{Identity: who}); err != nil {
		tb.Fatal(err)
	}
}

// enumerated lists all kinds of an org into a sync.
func enumerated(t *testing.T, s *staging.Store, y staging.Sync, o *orgtest.Org) {
	t.Helper()
	for _, kind := range listing.Kinds {
		if _, err := listing.Enumerate(t.Context(), listing.EnumerateInput{Client: o, Store: s, Sync: y, Kind: kind}); err != nil {
			t.Fatal(err)
		}
	}
}

func caughtUp(t *testing.T, s *staging.Store, o *orgtest.Org) {
	t.Helper()
	in := listing.CatchUpInput{Client: o, Store: s, Sync: current, Since: changedAt.AddDate(0, 0, 1)}
	if _, err := listing.CatchUp(t.Context(), in); err != nil {
		t.Fatal(err)
	}
}

func plan(t *testing.T, s *staging.Store, full bool) Planned {
	t.Helper()
	got, err := Plan(t.Context(), Input{Store: s, Sync: current, Identity: me, Full: full, MaxShards: 8})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

func replan(t *testing.T, s *staging.Store, shards int) Replanned {
	t.Helper()
	got, err := Replan(t.Context(), ReplanInput{Store: s, Sync: current, Shards: shards, MaxShards: 8})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// firstRound is a sync whose plan reused report 0 and described 1 to 5 in two shards; 4 was deferred.
func firstRound(t *testing.T, s *staging.Store) *orgtest.Org {
	t.Helper()
	o := &orgtest.Org{Records: orgtest.Unchanged("reports", 0, 1, 2, 3, 4, 5)}
	enumerated(t, s, current, o)
	line := func(n int, state description.State) string { return described(t, n, state, changed, changedAt) }
	streamtest.Write(t, s, current.Reused(), line(0, description.StateReused))
	streamtest.Write(t, s, current.Shard(0), line(1, description.StateDescribed), line(2, description.StateDenied))
	streamtest.Write(t, s, current.Shard(1), line(3, description.StateObsolete), line(4, description.StateDeferred), line(5, description.StateGone))
	return o
}

// said are the sentences of warnings.
func said(warnings []warning.Warning) (all []string) {
	for _, one := range warning.Show(warnings) {
		all = append(all, one.Message)
	}
	return all
}
