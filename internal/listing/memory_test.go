package listing

import (
	"path/filepath"
	"testing"

	"longhaul/internal/orgtest"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// measure enumerates n records and returns the peak.
func measure(t *testing.T, n, width int, scattered bool) uint64 {
	t.Helper()
	store := streamtest.Open(t, "file://"+filepath.ToSlash(t.TempDir()))
	peak := orgtest.PeakHeap(func(progress func(int64)) {
		_, err := Enumerate(t.Context(), EnumerateInput{
			Client: orgtest.Endless{N: n, Width: width, Scattered: scattered}, Store: store, Sync: current, Kind: Reports, Progress: progress,
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	t.Logf("%d records, scattered %v: peak heap %d kB", n, scattered, peak>>10)
	return peak
}

func TestEnumerate_memoryDoesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("enumerates 200,000 records")
	}
	allowed := func(small uint64) uint64 { return small * 13 / 10 }
	small, large := orgtest.TenTimes(20_000, func(n int) uint64 { return measure(t, n, 120, false) }, allowed)
	if large > allowed(small) {
		t.Error("ten times the records need more than 1.3 times the memory")
	}
	if large > 6<<20 { // five kinds are listed at once
		t.Errorf("a kind needs %d kB, want at most 6 MB", large>>10)
	}
	// Where the server's order is another, the bound is that of stream.FanIn open runs.
	if scattered := measure(t, 40_000, 1800, true); scattered > 16<<20 {
		t.Errorf("a scattered order needs %d kB, want at most 16 MB", scattered>>10)
	}
}

// measureLookUp looks up n missing records, none of which is found.
func measureLookUp(t *testing.T, n int) uint64 {
	t.Helper()
	store := streamtest.Open(t, "file://"+filepath.ToSlash(t.TempDir()))
	list := func(y staging.Sync, n int) {
		in := EnumerateInput{Client: orgtest.Endless{N: n, Width: 120}, Store: store, Sync: y, Kind: Reports}
		if _, err := Enumerate(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	list(earlier, n)
	list(current, 0)
	peak := orgtest.PeakHeap(func(progress func(int64)) {
		got, err := LookUpMissing(t.Context(), LookUpInput{
			Client: orgtest.Endless{}, Store: store, Sync: current, Progress: progress,
			Last: LastSync{Sync: earlier, Descriptions: earlier.Described()},
		})
		if err != nil || got.Gone[Reports] != int64(n) {
			t.Fatalf("looked up %+v, %v", got, err)
		}
	})
	t.Logf("%d records: peak heap %d kB of the look-up", n, peak>>10)
	return peak
}

func TestLookUpMissing_memoryDoesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("looks up 100,000 records")
	}
	small, large := orgtest.TenTimes(10_000, func(n int) uint64 { return measureLookUp(t, n) }, orgtest.WithPools)
	if large > orgtest.WithPools(small) {
		t.Error("ten times the records need more memory")
	}
}
