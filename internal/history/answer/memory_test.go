package answer

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
)

// logsOpen are more logs than may be open at once.
const logsOpen = stream.FanIn + 4

// measureDiff is the peak of a page of a diff over some logs with n changes each.
func measureDiff(t *testing.T, n int) uint64 {
	t.Helper()
	w := newWorld(t)
	w.store = streamtest.Open(t, "file://"+filepath.ToSlash(t.TempDir()))
	w.engine.Store = w.store
	for sync := range logsOpen + 1 {
		id := w.id()
		w.json(staging.RecordKey(source, id), history.Record{})
		if sync > 0 {
			w.longLog(id, w.syncs[sync-1], n, sync)
		}
		w.syncs = append(w.syncs, id)
	}
	streamtest.Write(t, w.store, staging.AccountKey(source, w.syncs[logsOpen]))
	var got *Diff
	peak := orgtest.PeakWhile(func() {
		var err error
		if got, err = w.engine.Diff(t.Context(), Query{From: w.syncs[0], To: w.syncs[logsOpen]}); err != nil {
			t.Error(err)
			got = &Diff{}
		}
	})
	if got.Totals[item.Report].Renamed != int64(n) || got.Cursor == "" {
		t.Fatalf("compared %+v", got.Totals)
	}
	t.Logf("%d changes in each of %d logs: peak heap %d kB", n, logsOpen, peak>>10)
	return peak
}

func (w *world) longLog(to, from string, n, turn int) {
	w.t.Helper()
	out, err := w.store.Create(w.t.Context(), staging.ChangesKey(source, to, from))
	if err != nil {
		w.t.Fatal(err)
	}
	defer out.Abort()
	var line []byte
	long := strings.Repeat("a name as long as Salesforce allows, so that a log is longer than a window, ", 8)
	for i := range n {
		name := func(turn int) string {
			return fmt.Sprintf("report %d, called so for the %d. time, %x %s", i, turn, i*7919*turn, long)
		}
		c := change.Change{
			ID: idOf("00O", i), Kind: item.Report, Was: change.Fields{change.Name: name(turn)}, Now: change.Fields{change.Name: name(turn + 1)},
		}
		if line, err = c.Append(line[:0]); err == nil {
			err = out.Append(line)
		}
		if err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := out.Commit(); err != nil {
		w.t.Fatal(err)
	}
}

func TestDiff_memoryDoesNotGrowWithTheChanges(t *testing.T) {
	if testing.Short() {
		t.Skip("compares 50,000 changes")
	}
	small, large := orgtest.TenTimes(250, func(n int) uint64 { return measureDiff(t, n) }, orgtest.WithPools)
	if large > orgtest.WithPools(small) {
		t.Error("ten times the changes need more memory")
	}
}
