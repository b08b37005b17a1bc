package castor

import (
	"testing"

	"longhaul/internal/account"
	"longhaul/internal/description"
	"longhaul/internal/export"
	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
)

const timestamp = orgtest.Began

// fixture is a sync in a bucket in memory.
type fixture struct {
	*orgtest.Staged
	tb testing.TB
	in export.Input
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	s := orgtest.Stage(tb)
	return &fixture{Staged: s, tb: tb, in: export.Input{
		Store: s.Store, Sync: s.Sync, Export: Name, Timestamp: timestamp, BaseURL: "https://acme.my.salesforce.com", Version: "1.2.3",
	}}
}

func (f *fixture) inventory(kind listing.Kind, lines ...string) {
	f.tb.Helper()
	f.Put(f.Sync.Inventory(string(kind)), lines...)
}

func id(prefix string, n int) string { return orgtest.ID(prefix, n) }

func report(n int) string { return orgtest.Report(n) }

func described(tb testing.TB, n int, state description.State, extended string) string {
	tb.Helper()
	return orgtest.Explained(tb, n, state, extended)
}

// wholeSync is a small sync whose shards are done: 8 reports, one of each state.
func wholeSync(tb testing.TB) *fixture { return wholeSyncAs(tb, "20261123T163337Z-ab12cd34") }

// wholeSyncAs is wholeSync under another id.
func wholeSyncAs(tb testing.TB, sync string) *fixture {
	tb.Helper()
	f := newFixture(tb)
	f.Sync.ID, f.in.Sync.ID = sync, sync
	f.Fill()
	return f
}

// assembled is wholeSync with all files, the account and the manifest.
func assembled(tb testing.TB, timestamp int64) *fixture {
	f := wholeSync(tb)
	f.in.Timestamp = timestamp
	f.assemble()
	return f
}

func (f *fixture) assemble() {
	f.tb.Helper()
	in := account.Input{Store: f.Store, Sync: f.Sync, Version: f.in.Version}
	merged, err := account.MergeDescriptions(f.tb.Context(), in, 2, 0)
	if err != nil {
		f.tb.Fatal(err)
	}
	m := account.Manifest{Sync: f.Sync.ID, Source: f.Sync.Source, Timestamp: f.in.Timestamp, States: merged.States, Files: map[string][]staging.Object{}}
	for _, name := range Names {
		written, err := Format{}.Write(f.tb.Context(), f.in, name)
		if err != nil {
			f.tb.Fatal(err)
		}
		written.Key = FileName(f.in.Timestamp, name)
		m.Files[Name] = append(m.Files[Name], written.Object)
	}
	if _, err := account.Write(f.tb.Context(), in, m); err != nil {
		f.tb.Fatal(err)
	}
}
