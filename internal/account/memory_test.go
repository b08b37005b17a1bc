package account

import (
	"testing"

	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
)

// measure writes the account of the second sync of an org and returns the peak.
func measure(t *testing.T, reports int) uint64 {
	t.Helper()
	o, store := newOrg(reports, 1), folderBucket(t)
	syncs := []staging.Sync{{Source: "acme", ID: "20261123T181610.042Z-ab12cd34"}, {Source: "acme", ID: "20261124T181610.042Z-ab12cd34"}}
	var peak uint64
	for number, sync := range syncs {
		o.stage(t, store, sync, number)
		peak = orgtest.PeakHeap(func(progress func(int64)) {
			if _, err := Write(t.Context(), Input{Store: store, Sync: sync, Progress: progress}, Manifest{}); err != nil {
				t.Fatal(err)
			}
		})
		record(t, store, sync)
	}
	t.Logf("%d reports: peak heap %d kB", reports, peak>>10)
	return peak
}

// codecs is what a larger org needs for codecs: more runs of components are read at once, up to stream.FanIn, and more streams are longer
// than a window. 90,000 reports and as many components would be 20 MB.
const codecs = 6 << 20

func TestWrite_memoryDoesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("writes the accounts of 100,000 reports")
	}
	allowed := func(small uint64) uint64 { return orgtest.WithPools(small) + codecs }
	small, large := orgtest.TenTimes(10_000, func(n int) uint64 { return measure(t, n) }, allowed)
	if large > allowed(small) {
		t.Error("ten times the reports need more memory")
	}
}
