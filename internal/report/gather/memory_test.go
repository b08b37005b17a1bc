package gather

import (
	"fmt"
	"io"
	"path/filepath"
	"testing"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/item"
	"longhaul/internal/orgtest"
	"longhaul/internal/report"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// measure gathers a page of n reports, each a gap, and returns the peak.
func measure(t *testing.T, n int) uint64 {
	t.Helper()
	store := streamtest.Open(t, "file://"+filepath.ToSlash(t.TempDir()))
	sync := staging.SyncID(start, "ab12cd34")
	w, err := store.Create(t.Context(), staging.AccountKey("acme", sync))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	var line []byte
	put := func(one item.Item) {
		if line, err = one.Append(line[:0]); err == nil {
			err = w.Append(line)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		put(item.Item{
			ID: id("00O", i), Kind: item.Report, Name: fmt.Sprintf("Report %d of the region", i*7919%n), Folder: id("00l", i%500),
			State: description.StateDenied, Reason: string(description.ReasonNoAccess), Since: sync,
		})
	}
	for i := range 500 {
		put(item.Item{ID: id("00l", i), Kind: item.Folder, Name: fmt.Sprintf("Folder %d", i), State: description.StateListed})
	}
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	record := history.Record{Started: start, Finished: start, States: map[description.State]int64{description.StateDenied: int64(n)}}
	if err := store.WriteJSON(t.Context(), staging.RecordKey("acme", sync), &record); err != nil {
		t.Fatal(err)
	}
	peak := orgtest.PeakWhile(func() {
		d, err := Source{Store: store, Name: "acme"}.Gather(t.Context(), sync)
		if err == nil {
			err = report.WriteGaps(io.Discard, d)
		}
		if err != nil {
			t.Error(err)
		}
	})
	t.Logf("%d reports: peak heap %d kB", n, peak>>10)
	return peak
}

// codecs is what more gaps need for codecs: more runs of them are read at once, up to stream.FanIn. 54,000 more gaps would be 15 MB.
const codecs = 6 << 20

func TestGather_memoryDoesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("gathers the pages of 60,000 reports")
	}
	allowed := func(small uint64) uint64 { return orgtest.WithPools(small) + codecs }
	small, large := orgtest.TenTimes(6_000, func(n int) uint64 { return measure(t, n) }, allowed)
	if large > allowed(small) {
		t.Error("ten times the reports need more memory")
	}
}
