package shard

import (
	"context"
	"encoding/json"
	"fmt"

	"longhaul/internal/shard/parts"
	"longhaul/internal/staging"
)

// readPlan reads the reports of a shard, which the plan gives in the order of their Ids.
func readPlan(ctx context.Context, store parts.Store, key string) ([]report, error) {
	var reports []report
	for line, err := range staging.Kept(store.Lines(ctx, key)) {
		if err != nil {
			return nil, fmt.Errorf("read the plan: %w", err)
		}
		r, err := parsePlanned(line)
		if err != nil {
			return nil, fmt.Errorf("read the plan: %w", err)
		}
		if n := len(reports); n > 0 && reports[n-1].id >= r.id {
			return nil, fmt.Errorf("read the plan: report %s comes after %s", r.id, reports[n-1].id)
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// parsePlanned reads one line of a plan.
func parsePlanned(line []byte) (report, error) {
	var p struct {
		ID       string `json:"Id"`
		Modified string `json:"last_modified"`
	}
	if err := json.Unmarshal(line, &p); err != nil {
		return report{}, fmt.Errorf("a line of the plan is no JSON: %w", err)
	}
	if p.ID == "" {
		return report{}, fmt.Errorf("a line of the plan has no Id")
	}
	return report{id: p.ID, modified: p.Modified}, nil
}
