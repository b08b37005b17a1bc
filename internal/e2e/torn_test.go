package e2e_test

import (
	"slices"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// TestTorn_aFinishedShardIsDescribedAgain damages what a shard has stored while the next one runs.
func TestTorn_aFinishedShardIsDescribedAgain(t *testing.T) {
	t.Parallel()
	const reports = 400 // in two shards, one after the other
	generated := openOrg(reports)
	last := ""
	for i := range generated.Count("Report") {
		if !generated.Private("Report", i) && !isDeleted(generated, i) {
			last = max(last, generated.ID("Report", i))
		}
	}
	p := newPlant(t, server.Options{Org: generated, Faults: []server.Fault{
		{Name: "stall", Route: "describe", IDs: []string{last}, Times: 1, Delay: 5 * time.Second}, // the second shard ends no sooner
	}}, func(s *source.Source) { s.MaxShards = 1 })
	r := p.begin(t)
	first := r.until(t, time.Minute, func(p workflows.Progress) bool { return p.Shards.Done == 1 })
	key := staging.Sync{Source: first.Source, ID: first.Sync}.Shard(0)
	content, err := p.store.Read(t.Context(), key)
	if err == nil {
		err = p.store.Write(t.Context(), key, content[:len(content)/2])
	}
	if err != nil {
		t.Fatal(err)
	}
	result := r.result(t)
	audit(t, p.store, result)
	requireDelivered(t, p, result)
	if total, distinct := p.sim.Describes(); total != reports+int(first.Done) || distinct != reports {
		t.Errorf("%d describes of %d reports, want the %d of the first shard twice", total, distinct, first.Done)
	}
	const warning = "what the bucket held of shard 1 was damaged, so its reports were described again"
	if result.Outcome != workflows.OutcomeComplete || result.Kept != reports || !slices.Contains(messages(result.Warnings), warning) {
		t.Errorf("outcome %s, %d described, warnings %q", result.Outcome, result.Kept, result.Warnings)
	}
}
