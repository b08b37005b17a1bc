package shard

import (
	"context"
	"encoding/json"
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/salesforce"
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
		Folder   string `json:"folder"`
		Denials  int    `json:"denials"`
		Audit    bool   `json:"audit"`
	}
	if err := json.Unmarshal(line, &p); err != nil {
		return report{}, fmt.Errorf("a line of the plan is no JSON: %w", err)
	}
	if p.ID == "" {
		return report{}, fmt.Errorf("a line of the plan has no Id")
	}
	return report{id: p.ID, modified: p.Modified, folder: p.Folder, denials: p.Denials, audit: p.Audit}, nil
}

// describe is the line of a report without columns. A report that is to be tried again keeps what the plan knows of it.
func (r report) describe(state description.State, reason description.Reason, err error) *description.Description {
	d := &description.Description{
		ID: r.id, State: state, Reason: reason, Answer: answerOf(reason, err), Modified: r.modified, At: answeredAt(err), Audited: r.audit,
	}
	switch {
	case state == description.StateDenied, state == description.StateGone:
		d.Denials, d.Folder = r.denials+1, r.folder
	case state == description.StateDeferred:
		d.Denials = r.denials
	}
	return d
}

// mostOfType is more than the API name of a report type has; what is longer is no name.
const mostOfType = 255

// typeOf is the API name of a report's type; empty where the metadata name none.
func typeOf(metadata json.RawMessage) string {
	name, err := salesforce.ReportType(metadata)
	if err != nil || len(name) > mostOfType {
		return ""
	}
	return name
}
