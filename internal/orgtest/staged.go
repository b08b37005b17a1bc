package orgtest

import (
	"fmt"
	"io"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// Began is when the staged sync began: 2026-11-23T16:33:37Z.
const Began = 1795451617

// Staged is a sync in a bucket in memory.
type Staged struct {
	Store *staging.Store
	Sync  staging.Sync

	tb testing.TB
}

// Stage returns a sync with nothing in its bucket.
func Stage(tb testing.TB) *Staged {
	tb.Helper()
	return &Staged{tb: tb, Store: streamtest.Open(tb, "mem://"), Sync: staging.Sync{Source: "acme", ID: "20261123T163337Z-ab12cd34"}}
}

// Put writes a stream.
func (s *Staged) Put(key string, lines ...string) {
	s.tb.Helper()
	streamtest.Write(s.tb, s.Store, key, lines...)
}

// Text reads a plain file.
func (s *Staged) Text(key string) string {
	s.tb.Helper()
	r, _, err := s.Store.OpenFile(s.tb.Context(), key)
	if err != nil {
		s.tb.Fatal(err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		s.tb.Fatal(err)
	}
	if err := r.Close(); err != nil {
		s.tb.Fatal(err)
	}
	return string(content)
}

// Fill stages a small sync whose two shards are done: 8 reports, one of each state.
func (s *Staged) Fill() {
	s.tb.Helper()
	var reports []string
	for n := range description.States {
		reports = append(reports, Report(n))
	}
	s.Put(s.Sync.Inventory("reports"), reports...)
	s.Put(s.Sync.Inventory("folders"), `{"attributes":{"type":"Folder","url":"/services/data/v59.0/sobjects/Folder/x"},"Id":"`+ID("00l", 1)+`"}`)
	for _, kind := range []string{"dashboards", "components", "users"} {
		s.Put(s.Sync.Inventory(kind))
	}
	line := func(n int, state description.State, extended string) string {
		return Explained(s.tb, n, state, extended)
	}
	s.Put(s.Sync.Reused(), line(1, description.StateReused, `{"detailColumnInfo":{"B":{}}}`))
	s.Put(s.Sync.Shard(0), line(0, description.StateDescribed, `{"detailColumnInfo":{"A":{}}}`),
		line(2, description.StateObsolete, ""), line(3, description.StateUnsupported, ""))
	s.Put(s.Sync.Shard(1), line(4, description.StateDenied, ""), line(5, description.StateFailed, ""),
		line(6, description.StateFiltered, ""), line(7, description.StateGone, ""))
}

// ID is an Id of 18 characters.
func ID(prefix string, n int) string { return fmt.Sprintf("%s%012dAAA", prefix, n) }

// Report is the line of a report in an inventory.
func Report(n int) string {
	return fmt.Sprintf(`{"attributes":{"type":"Report","url":"/services/data/v59.0/sobjects/Report/%[1]s"},`+
		`"Name":"Report %[2]d","Id":"%[1]s","LastModifiedDate":"2026-01-01T00:00:00.000+0000"}`, ID("00O", n), n)
}

// Explained is the line of a description of such a report, with a reason where it has no columns.
func Explained(tb testing.TB, n int, state description.State, extended string) string {
	tb.Helper()
	d := description.Description{
		ID: ID("00O", n), State: state, Modified: "2026-01-01T00:00:00.000+0000", At: time.Unix(Began, 0).UTC(),
		ReportExtendedMetadata: []byte(extended),
	}
	if !state.HasColumns() {
		d.Reason, d.Answer = description.ReasonServerError, `A "sentence" & more.`
	}
	line, err := d.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return string(line)
}
