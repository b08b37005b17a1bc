package orgtest

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"runtime"
	"runtime/metrics"
	"strings"

	"longhaul/internal/salesforce"
	"longhaul/internal/streamtest"
)

// Endless is a Pager that computes its pages, so that all memory a test sees is that of the code under test.
type Endless struct {
	N         int
	Width     int  // bytes of a record, about
	Scattered bool // every run overlaps every other
}

// Pages gives the records, 2,000 a page.
func (e Endless) Pages(context.Context, salesforce.Query) iter.Seq2[salesforce.Page, error] {
	padding := strings.Repeat("abcdefg ", e.Width/8)
	return func(yield func(salesforce.Page, error) bool) {
		for start := 0; start < e.N; start += 2000 {
			page := salesforce.Page{Records: make([]json.RawMessage, 0, 2000)}
			for i := start; i < start+2000; i++ {
				n := i
				if e.Scattered {
					n = (i*7919 + 13) % e.N
				}
				page.Records = append(page.Records, fmt.Appendf(nil, `{"Id":"%s","LastModifiedDate":"2026-01-01T00:00:00.000+0000","Description":"%d %s"}`,
					streamtest.ReportID(n), n, padding))
			}
			if !yield(page, nil) {
				return
			}
		}
	}
}

// PeakHeap runs f and returns the most live heap at the reports of its progress.
func PeakHeap(f func(progress func(int64))) uint64 {
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

// PeakWhile runs f and returns the largest live heap that it finds by looking again and again, for what reports no progress. It reads what
// the last collection marked: HeapAlloc would count the garbage that f makes between the collection and the look.
func PeakWhile(f func()) (peak uint64) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		f()
	}()
	live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
	for {
		runtime.GC()
		metrics.Read(live)
		peak = max(peak, live[0].Value.Uint64())
		select {
		case <-done:
			return peak
		default:
		}
	}
}

// TenTimes measures n records and ten times as many, after 2n that fill the pools. A busy machine collects later and so shows more, never
// less: what is more than allowed for the small peak is measured up to three times, and the least counts.
func TenTimes(n int, measure func(n int) uint64, allowed func(small uint64) uint64) (small, large uint64) {
	measure(2 * n)
	small, large = measure(n), measure(10*n)
	for range 2 {
		if large > allowed(small) {
			large = min(large, measure(10*n))
		}
	}
	return small, large
}

// WithPools is the peak that a larger input may have where its need is constant.
func WithPools(small uint64) uint64 { return small + Pools }

// Pools is the live heap that codecs may take, which the garbage collector may have left or not: 90,000 more records would be 10 MB.
const Pools = 4 << 20
