package e2e_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
)

// TestExpiry_ofTokensUnderLoad syncs an org whose tokens end every two seconds while many requests are in flight.
func TestExpiry_ofTokensUnderLoad(t *testing.T) {
	t.Parallel()
	const inFlight, life = 50, 2 * time.Second
	reports, latency := 1000, 250*time.Millisecond
	if wholeSize() {
		reports, latency = 5000, 50*time.Millisecond
	}
	p := newPlant(t, server.Options{Reports: reports, Columns: 5, TypeMetadata: 10_000, Latency: latency, TokenTTL: life},
		func(s *source.Source) { s.MaxInFlight, s.UnboundedLogins = inFlight, true })
	result := p.sync(t)
	if diff := cmp.Diff(truth(reports), result.States); diff != "" {
		t.Errorf("the states differ from the org's:\n%s", diff)
	}
	stats := p.sim.Stats()
	most := int(result.Seconds/life.Seconds()*1.5) + 2
	if stats.Logins > most || stats.Logins < 2 {
		t.Errorf("%d logins in %.1f s, want 2 to %d", stats.Logins, result.Seconds, most)
	}
	table(t, [][]any{
		{"reports", "wall s", "tokens of s", "logins", "at most", "401 answers", "most in flight"},
		{reports, result.Seconds, life.Seconds(), stats.Logins, most, stats.Routes["describe"]["401"], stats.MaxInFlight},
	})
	requireDelivered(t, p, result)
}

// truth is what becomes of the reports of a generated org, of which there are whole thousands; see org.Generate.
func truth(reports int) activities.States {
	n := int64(reports / 1000)
	return activities.States{Described: 992 * n, Obsolete: 3 * n, Unsupported: 2 * n, Denied: 2 * n, Gone: n}
}
