package workflows

import (
	"longhaul/activities"
	"longhaul/internal/listing"
)

// Result is what a sync comes back with: counts and references, never data.
type Result struct {
	Source    string              `json:"source"`
	Sync      string              `json:"sync"` // id of the sync in the bucket
	Outcome   Outcome             `json:"outcome"`
	Seconds   float64             `json:"seconds"`
	APICalls  int64               `json:"api_calls"`
	Kinds     activities.Kinds    `json:"kinds"`
	States    activities.States   `json:"states"`
	Vanished  activities.Kinds    `json:"vanished"`  // what the last sync had and Salesforce no longer shows, beyond kinds and states
	Described int64               `json:"described"` // reports that this sync has asked for, each counted once; what a cancelled one keeps for the next
	Coverage  float64             `json:"coverage"`  // share of the reports that have columns, 0 to 1
	Files     []activities.File   `json:"files"`
	Uploaded  bool                `json:"uploaded"`
	Staging   string              `json:"staging"` // prefix of the sync's objects in the bucket
	Warnings  []string            `json:"warnings"`
	Skipped   *Skipped            `json:"skipped,omitempty"`
	Failure   *activities.Failure `json:"failure,omitempty"` // in the details of a failed sync

	Unseen   *listing.Unseen      `json:"unseen,omitempty"`   // reports that no listing has; of every sync that came so far
	Concerns []activities.Concern `json:"concerns,omitempty"` // what a discarded sync held for
}

// Skipped names the sync that was already running.
type Skipped struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id,omitempty"`
}

// list makes an empty list of none: in JSON it is [], and whoever reads it needs no case for null.
func list[T any](items []T) []T {
	if items == nil {
		return []T{}
	}
	return items
}
