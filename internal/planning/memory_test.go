package planning

import (
	"path/filepath"
	"testing"

	"longhaul/internal/listing"
	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// listed is a bucket with an inventory of n reports.
func listed(t *testing.T, n int) *staging.Store {
	t.Helper()
	store := streamtest.Open(t, "file://"+filepath.ToSlash(t.TempDir()))
	in := listing.EnumerateInput{Client: orgtest.Endless{N: n, Width: 120}, Store: store, Sync: current, Kind: listing.Reports}
	if _, err := listing.Enumerate(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	return store
}

// measure plans n reports and returns the peak.
func measure(t *testing.T, n int) uint64 {
	t.Helper()
	store := listed(t, n)
	peak := orgtest.PeakHeap(func(progress func(int64)) {
		got, err := Plan(t.Context(), Input{Store: store, Sync: current, MaxShards: 8, Progress: progress})
		if err != nil || got.Reports != int64(n) || got.ToDescribe != int64(n) {
			t.Fatalf("plan %+v, %v", got, err)
		}
	})
	t.Logf("%d reports: peak heap %d kB", n, peak>>10)
	return peak
}

func TestPlan_memoryDoesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("plans 200,000 reports")
	}
	allowed := func(small uint64) uint64 { return small * 13 / 10 }
	small, large := orgtest.TenTimes(20_000, func(n int) uint64 { return measure(t, n) }, allowed)
	if large > allowed(small) {
		t.Error("ten times the reports need more than 1.3 times the memory")
	}
}

// measureReplan plans a second round of n reports and returns the peak.
func measureReplan(t *testing.T, n int) uint64 {
	t.Helper()
	store := listed(t, n)
	peak := orgtest.PeakHeap(func(progress func(int64)) {
		got, err := Replan(t.Context(), ReplanInput{Store: store, Sync: current, MaxShards: 8, Progress: progress})
		if err != nil || got.Added != int64(n) {
			t.Fatalf("plan %+v, %v", got, err)
		}
	})
	t.Logf("%d reports: peak heap %d kB of the second plan", n, peak>>10)
	return peak
}

func TestReplan_memoryDoesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("plans 100,000 reports")
	}
	small, large := orgtest.TenTimes(10_000, func(n int) uint64 { return measureReplan(t, n) }, orgtest.WithPools)
	if large > orgtest.WithPools(small) {
		t.Error("ten times the reports need more memory")
	}
}
