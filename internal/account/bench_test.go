//go:build unix

package account

import (
	"strconv"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/staging"
)

// BenchmarkWrite writes the account of a first sync, and that of a second one in which 1 % of the reports changed.
func BenchmarkWrite(b *testing.B) {
	for _, n := range []int{5_000, 50_000} {
		o, store := newOrg(n, 25), folderBucket(b)
		syncs := []staging.Sync{{Source: "acme", ID: "20261123T181610.042Z-ab12cd34"}, {Source: "acme", ID: "20261124T181610.042Z-ab12cd34"}}
		for number, sync := range syncs {
			o.stage(b, store, sync, number)
			b.Run(strconv.Itoa(n)+[]string{"/first", "/second"}[number], func(b *testing.B) {
				b.ReportAllocs()
				before := cpuTime(b)
				for b.Loop() {
					if _, err := Write(b.Context(), Input{Store: store, Sync: sync}, Manifest{}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64((cpuTime(b)-before).Milliseconds())/float64(b.N), "cpu-ms/op")
			})
			record(b, store, sync)
		}
	}
}

// cpuTime is what this process has used.
func cpuTime(tb testing.TB) time.Duration {
	tb.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
