package account

import (
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
)

const timestamp = orgtest.Began

// fixture is a sync in a bucket in memory.
type fixture struct {
	*orgtest.Staged
	tb     testing.TB
	in     Input
	second int // shards of the second round
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	s := orgtest.Stage(tb)
	return &fixture{Staged: s, tb: tb, in: Input{Store: s.Store, Sync: s.Sync, Version: "1.2.3"}}
}

// wholeSync is a small sync whose shards are done: 8 reports, one of each state.
func wholeSync(tb testing.TB) *fixture {
	tb.Helper()
	f := newFixture(tb)
	f.Fill()
	return f
}

func (f *fixture) inventory(kind listing.Kind, lines ...string) {
	f.tb.Helper()
	f.Put(f.Sync.Inventory(string(kind)), lines...)
}

// merge merges the descriptions of shards of both rounds.
func (f *fixture) merge(shards int) (Merged, error) {
	return MergeDescriptions(f.tb.Context(), f.in, shards, f.second)
}

func id(prefix string, n int) string { return orgtest.ID(prefix, n) }

func report(n int) string { return orgtest.Report(n) }

func described(tb testing.TB, n int, state description.State, extended string) string {
	tb.Helper()
	return orgtest.Explained(tb, n, state, extended)
}
