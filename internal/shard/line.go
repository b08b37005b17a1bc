package shard

import (
	"context"
	"encoding/json"
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/staging"
)

// parsePlanned reads one line of a plan.
func parsePlanned(line []byte) (report, error) {
	var p struct {
		ID       string `json:"Id"`
		Modified string `json:"modified"`
	}
	if err := json.Unmarshal(line, &p); err != nil {
		return report{}, fmt.Errorf("a line of the plan is no JSON: %w", err)
	}
	if p.ID == "" {
		return report{}, fmt.Errorf("a line of the plan has no Id")
	}
	return report{id: p.ID, modified: p.Modified}, nil
}

// readEntries reads the heads of all lines of a stream. One that is not in order is as good as torn: it cannot be joined.
func readEntries(ctx context.Context, v vault, key string) ([]entry, error) {
	var entries []entry
	for line, err := range v.lines(ctx, key) {
		if err != nil {
			return nil, err
		}
		head, err := description.DecodeHead(line)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", staging.ErrTorn, key, err)
		}
		if n := len(entries); n > 0 && entries[n-1].id >= head.ID {
			return nil, fmt.Errorf("%w: %s: report %s comes after %s", staging.ErrTorn, key, head.ID, entries[n-1].id)
		}
		entries = append(entries, entry{id: head.ID, state: head.State, reason: head.Reason})
	}
	return entries, nil
}
