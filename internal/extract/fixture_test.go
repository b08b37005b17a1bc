package extract

import (
	"fmt"
	"io"
	"testing"
	"time"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

const timestamp = 1795451617 // 2026-11-23T16:33:37Z

// fixture is a sync in a bucket in memory.
type fixture struct {
	tb    testing.TB
	store *staging.Store
	in    Input
}

func newFixture(tb testing.TB) *fixture {
	tb.Helper()
	store, err := staging.Open(tb.Context(), "mem://")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := store.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &fixture{tb: tb, store: store, in: Input{
		Store: store, Sync: staging.Sync{Source: "acme", ID: "20261123T163337Z-ab12cd34"},
		Timestamp: timestamp, BaseURL: "https://acme.my.salesforce.com", Version: "1.2.3",
	}}
}

// put writes a stream.
func (f *fixture) put(key string, lines ...string) {
	f.tb.Helper()
	w, err := f.store.Create(f.tb.Context(), key)
	if err != nil {
		f.tb.Fatal(err)
	}
	for _, line := range lines {
		if err := w.Append([]byte(line)); err != nil {
			f.tb.Fatal(err)
		}
	}
	if _, err := w.Commit(); err != nil {
		f.tb.Fatal(err)
	}
}

func (f *fixture) inventory(kind inventory.Kind, lines ...string) {
	f.tb.Helper()
	f.put(f.in.Sync.Inventory(string(kind)), lines...)
}

// text reads a plain file.
func (f *fixture) text(key string) string {
	f.tb.Helper()
	r, _, err := f.store.OpenFile(f.tb.Context(), key)
	if err != nil {
		f.tb.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		f.tb.Fatal(err)
	}
	if err := r.Close(); err != nil {
		f.tb.Fatal(err)
	}
	return string(content)
}

// id is an Id of 18 characters.
func id(prefix string, n int) string { return fmt.Sprintf("%s%012dAAA", prefix, n) }

func report(n int) string {
	return fmt.Sprintf(`{"attributes":{"type":"Report","url":"/services/data/v59.0/sobjects/Report/%[1]s"},`+
		`"Name":"Report %[2]d","Id":"%[1]s","LastModifiedDate":"2026-01-01T00:00:00.000+0000"}`, id("00O", n), n)
}

func described(tb testing.TB, n int, state inventory.State, extended string) string {
	tb.Helper()
	d := inventory.Described{
		ID: id("00O", n), State: state, Modified: "2026-01-01T00:00:00.000+0000", At: time.Unix(timestamp, 0).UTC(),
		ReportExtendedMetadata: []byte(extended),
	}
	if state != inventory.StateDescribed && state != inventory.StateReused {
		d.Reason, d.Message = "because", `A "sentence" & more.`
	}
	line, err := d.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return string(line)
}

// wholeSync fills a bucket with a small sync whose shards are done: 8 reports, one of each state.
func wholeSync(tb testing.TB) *fixture { return wholeSyncAs(tb, "20261123T163337Z-ab12cd34") }

// wholeSyncAs is wholeSync under another id.
func wholeSyncAs(tb testing.TB, sync string) *fixture {
	tb.Helper()
	f := newFixture(tb)
	f.in.Sync.ID = sync
	f.fill()
	return f
}

func (f *fixture) fill() {
	tb := f.tb
	var reports []string
	for n := range inventory.States {
		reports = append(reports, report(n))
	}
	f.inventory(inventory.Reports, reports...)
	f.inventory(inventory.Folders, `{"attributes":{"type":"Folder","url":"/services/data/v59.0/sobjects/Folder/x"},"Id":"`+id("00l", 1)+`"}`)
	f.inventory(inventory.Dashboards)
	f.inventory(inventory.Components)
	f.inventory(inventory.Users)
	f.put(f.in.Sync.Reused(), described(tb, 1, inventory.StateReused, `{"detailColumnInfo":{"B":{}}}`))
	f.put(f.in.Sync.Shard(0), described(tb, 0, inventory.StateDescribed, `{"detailColumnInfo":{"A":{}}}`),
		described(tb, 2, inventory.StateObsolete, ""), described(tb, 3, inventory.StateUnsupported, ""))
	f.put(f.in.Sync.Shard(1), described(tb, 4, inventory.StateDenied, ""), described(tb, 5, inventory.StateFailed, ""),
		described(tb, 6, inventory.StateFiltered, ""), described(tb, 7, inventory.StateGone, ""))
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
	settled, err := Described(f.tb.Context(), f.in, 2)
	if err != nil {
		f.tb.Fatal(err)
	}
	m := Manifest{Sync: f.in.Sync.ID, Source: f.in.Sync.Source, Timestamp: f.in.Timestamp, States: settled.States}
	for _, name := range Names {
		written, err := File(f.tb.Context(), f.in, name)
		if err != nil {
			f.tb.Fatal(err)
		}
		written.Key = FileName(f.in.Timestamp, name)
		m.Files = append(m.Files, written.Object)
	}
	if _, err := Account(f.tb.Context(), f.in, m); err != nil {
		f.tb.Fatal(err)
	}
}
