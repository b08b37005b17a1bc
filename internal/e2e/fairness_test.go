package e2e_test

import (
	"fmt"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestFairness_ofOneHugeOrgAndTenSmallOnes syncs eleven orgs with one worker, the huge one first.
func TestFairness_ofOneHugeOrgAndTenSmallOnes(t *testing.T) {
	const huge, small, smalls = 20_000, 100, 10
	const latency = 20 * time.Millisecond
	org := func(reports int, seed int64) *server.Server {
		return simulate(t, server.Options{Reports: reports, Columns: 1, Seed: seed, TypeMetadata: 100, Latency: latency})
	}
	big := org(huge, 1)
	station := &station{dir: t.TempDir()}
	text, environ := sourceText("huge", big.Ready(), "")
	names := make([]string, smalls+1) // the first runs alone
	for i := range names {
		names[i] = fmt.Sprintf("small-%d", i)
		more, secrets := sourceText(names[i], org(small, int64(i+2)).Ready(), "")
		text, environ = text+more, append(environ, secrets...)
	}
	station.settings, station.environ = writeSettings(t, station.dir, text), environ
	temporal := temporalOn(t, t.TempDir(), "0")
	station.work(t, temporal)
	c := connect(t, temporal)

	alone := outcome(t, begin(t, c, names[0])).Seconds
	first := begin(t, c, "huge")
	eventually(t, longest, func() bool { return describesOf(big).total > huge/50 })
	var runs []client.WorkflowRun
	for _, name := range names[1:] {
		runs = append(runs, begin(t, c, name))
	}
	slowest := 0.0
	for _, run := range runs {
		result := outcome(t, run)
		requireSettled(t, result)
		slowest = max(slowest, result.Seconds)
	}
	if n := describesOf(big).total; n >= huge*9/10 {
		t.Errorf("the small orgs were done when the huge one had %d of %d describes", n, huge)
	}
	table(t, [][]any{
		{"a small org alone s", "slowest of ten beside the huge one s", "describes of the huge one by then"},
		{alone, slowest, describesOf(big).total},
	})
	if most := 10*alone + 5; slowest > most {
		t.Errorf("a small org took %.1f s beside the huge one and %.1f s alone", slowest, alone)
	}
	if err := c.CancelWorkflow(t.Context(), workflows.SyncID("huge"), ""); err != nil {
		t.Fatal(err)
	}
	if err := first.Get(t.Context(), nil); err == nil {
		t.Error("the huge org's sync was over before it was cancelled")
	}
}
