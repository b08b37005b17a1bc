package inventory

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"longhaul/internal/salesforce"
	"longhaul/internal/staging"
)

// endless computes its pages, so that all memory a test sees is ours.
type endless struct {
	n         int
	width     int // bytes of a record, about
	scattered bool
}

func (e endless) Pages(_ context.Context, _ salesforce.Query) iter.Seq2[salesforce.Page, error] {
	padding := strings.Repeat("abcdefg ", e.width/8)
	return func(yield func(salesforce.Page, error) bool) {
		for start := 0; start < e.n; start += 2000 {
			page := salesforce.Page{Records: make([]json.RawMessage, 0, 2000)}
			for i := start; i < start+2000; i++ {
				n := i
				if e.scattered {
					n = (i*7919 + 13) % e.n // scattered: every run overlaps every other
				}
				page.Records = append(page.Records, fmt.Appendf(nil, `{"Id":"%s","LastModifiedDate":"2026-01-01T00:00:00.000+0000","Description":"%d %s"}`,
					reportID(n), n, padding))
			}
			if !yield(page, nil) {
				return
			}
		}
	}
}

// peakHeap runs f and gives the most live heap that was seen at the beats of its progress.
func peakHeap(f func(progress func(int64))) uint64 {
	var peak uint64
	calls := 0
	f(func(int64) {
		if calls++; calls > 20 && calls%16 != 0 {
			return
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		peak = max(peak, m.HeapAlloc)
	})
	return peak
}

// measure enumerates and plans n records and gives the peaks.
func measure(t *testing.T, n, width int, scattered bool) (enumerated, planned uint64) {
	t.Helper()
	store := openStore(t, "file://"+filepath.ToSlash(t.TempDir()))
	enumerated = peakHeap(func(progress func(int64)) {
		_, err := Enumerate(t.Context(), EnumerateInput{
			Client: endless{n, width, scattered}, Store: store, Sync: current, Kind: Reports, Progress: progress,
		})
		if err != nil {
			t.Fatal(err)
		}
	})
	planned = peakHeap(func(progress func(int64)) {
		got, err := Plan(t.Context(), PlanInput{Store: store, Sync: current, MaxShards: 8, Progress: progress})
		if err != nil || got.Reports != int64(n) || got.ToDescribe != int64(n) {
			t.Fatalf("plan %+v, %v", got, err)
		}
	})
	t.Logf("%d records, scattered %v: peak heap %d kB of enumerate, %d kB of plan", n, scattered, enumerated>>10, planned>>10)
	return enumerated, planned
}

func TestMemory_doesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("enumerates and plans 200,000 records, twice")
	}
	measure(t, 40_000, 120, false) // fills the pools
	smallEnumerate, smallPlan := measure(t, 20_000, 120, false)
	largeEnumerate, largePlan := measure(t, 200_000, 120, false)
	if float64(largeEnumerate) > 1.3*float64(smallEnumerate) || float64(largePlan) > 1.3*float64(smallPlan) {
		t.Error("ten times the records need more than 1.3 times the memory")
	}
	// Where the server's order is another, the bound is that of fanIn open runs.
	if scattered, _ := measure(t, 40_000, 1800, true); scattered > 16<<20 {
		t.Errorf("a scattered order needs %d kB, want at most 16 MB", scattered>>10)
	}
}

// measureAgain looks up n missing records, none of which is found, and plans a second round of n.
func measureAgain(t *testing.T, n int) (missed, replanned uint64) {
	t.Helper()
	store := openStore(t, "file://"+filepath.ToSlash(t.TempDir()))
	list := func(y staging.Sync, kind Kind, n int) {
		in := EnumerateInput{Client: endless{n, 120, false}, Store: store, Sync: y, Kind: kind}
		if _, err := Enumerate(t.Context(), in); err != nil {
			t.Fatal(err)
		}
	}
	list(earlier, Reports, n)
	list(current, Reports, 0)
	missed = peakHeap(func(progress func(int64)) {
		got, err := Missing(t.Context(), MissingInput{
			Client: endless{}, Store: store, Sync: current, Last: Record{Sync: earlier.ID, Source: earlier.Source}, Progress: progress,
		})
		if err != nil || got.Gone[Reports] != int64(n) {
			t.Fatalf("missed %+v, %v", got, err)
		}
	})
	replanned = peakHeap(func(progress func(int64)) {
		got, err := Replan(t.Context(), ReplanInput{Store: store, Sync: earlier, MaxShards: 8, Progress: progress})
		if err != nil || got.Added != int64(n) {
			t.Fatalf("plan %+v, %v", got, err)
		}
	})
	t.Logf("%d records: peak heap %d kB of missing, %d kB of the second plan", n, missed>>10, replanned>>10)
	return missed, replanned
}

func TestMemory_ofTheSecondRoundDoesNotGrowWithTheOrg(t *testing.T) {
	if testing.Short() {
		t.Skip("looks up and plans 100,000 records")
	}
	measureAgain(t, 20_000) // fills the pools
	smallMissing, smallPlan := measureAgain(t, 10_000)
	largeMissing, largePlan := measureAgain(t, 100_000)
	const pools = 4 << 20 // codecs that the garbage collector may have left or not; 90,000 more records would be 10 MB
	if largeMissing > smallMissing+pools || largePlan > smallPlan+pools {
		t.Error("ten times the records need more memory")
	}
}
