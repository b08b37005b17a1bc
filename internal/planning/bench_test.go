//go:build unix

package planning

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/staging"
	"longhaul/internal/streamtest"
)

// BenchmarkPlan_reused plans an org in which nothing has changed, by wall and by CPU: after a sync that marked its lines as
// checked, and after one that did not.
func BenchmarkPlan_reused(b *testing.B) {
	b.Run("checked", func(b *testing.B) { planReused(b, true, Refresh{}) })
	b.Run("unchecked", func(b *testing.B) { planReused(b, false, Refresh{}) })
	b.Run("audited", func(b *testing.B) { planReused(b, true, Refresh{Now: good.Add(month), Audit: month}) })
}

func planReused(b *testing.B, checked bool, refresh Refresh) {
	b.Helper()
	const n = 10_000
	s := streamtest.Open(b, "file://"+filepath.ToSlash(b.TempDir()))
	lines := make([]string, n)
	for i := range lines {
		lines[i] = reportOf25(b, i, checked)
	}
	recorded(b, s, earlier, me, lines...)
	var inventory []string
	for i := range n {
		inventory = append(inventory, fmt.Sprintf(`{"Id":%q,"LastModifiedDate":%q}`, streamtest.ReportID(i), changed))
	}
	b.SetBytes(int64(n * len(lines[0])))
	b.ReportAllocs()
	var cpu time.Duration
	for round := 0; b.Loop(); round++ {
		b.StopTimer()
		sync := staging.Sync{Source: "acme", ID: fmt.Sprintf("20261123T%06dZ-ab12cd34", round)}
		streamtest.Write(b, s, sync.Inventory("reports"), inventory...)
		before := cpuTime(b)
		b.StartTimer()
		got, err := Plan(b.Context(), Input{Store: s, Sync: sync, Identity: me, MaxShards: 8, Refresh: refresh})
		if err != nil || got.Reused != n {
			b.Fatalf("%+v, %v", got, err)
		}
		cpu += cpuTime(b) - before
	}
	b.ReportMetric(float64(cpu.Milliseconds())/float64(b.N), "cpu-ms/op")
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

// reportOf25 is a line known of report n, which has 25 columns of its own.
func reportOf25(tb testing.TB, n int, checked bool) string {
	tb.Helper()
	names, columns := make([]string, 0, 25), map[string]map[string]any{}
	for i := range 25 {
		name := fmt.Sprintf("ACCOUNT.COL%d_%d", i, (n*7919+i*104729)%1_000_003)
		names = append(names, name)
		columns[name] = map[string]any{
			"dataType": "string", "entityColumnName": "Col", "filterValues": []string{}, "filterable": true, "fullyQualifiedName": name,
			"isCustom": false, "isLookup": false, "label": fmt.Sprintf("Column %d of %d", i, n), "uniqueCountable": true,
		}
	}
	metadata, err := json.Marshal(map[string]any{
		"detailColumns": names, "name": fmt.Sprintf("Report %d", n), "reportFormat": "TABULAR", "reportFilters": names[:5],
	})
	if err != nil {
		tb.Fatal(err)
	}
	extended, err := json.Marshal(map[string]any{"detailColumnInfo": columns, "aggregateColumnInfo": map[string]any{}})
	if err != nil {
		tb.Fatal(err)
	}
	rule := 0
	if checked {
		rule = description.ColumnsRule
	}
	d := description.Description{
		ID: streamtest.ReportID(n), State: description.StateDescribed, Modified: changed, At: changedAt.Add(time.Hour), ColumnsChecked: rule,
		ReportMetadata: metadata, ReportExtendedMetadata: extended,
	}
	line, err := d.Append(nil)
	if err != nil {
		tb.Fatal(err)
	}
	return string(line)
}
