package extract

import (
	"context"
	"fmt"
	"time"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// The outcomes of a sync that came to its end.
const (
	Complete = "complete" // every report has its state, and none lacks columns that somebody could give it
	Gaps     = "gaps"
)

// Manifest says what an extract is and what is in it. Account fills in what is left empty of kinds, states, items, what
// vanished, coverage, outcome, what is unseen and version, and refuses what does not fit the bucket.
type Manifest struct {
	Sync       string                    `json:"sync"`
	Source     string                    `json:"source"`
	Identity   inventory.Identity        `json:"identity"`
	APIVersion string                    `json:"api_version"`
	Started    time.Time                 `json:"started"`
	Finished   time.Time                 `json:"finished"`
	Timestamp  int64                     `json:"timestamp"`
	Outcome    string                    `json:"outcome"`
	Coverage   float64                   `json:"coverage"`
	Kinds      map[inventory.Kind]int64  `json:"kinds"`
	States     map[inventory.State]int64 `json:"states"`
	Items      Items                     `json:"items"`
	Vanished   map[inventory.Kind]int64  `json:"vanished"` // of the last sync's reports and dashboards; they are in no inventory
	Files      []staging.Object          `json:"-"`        // their keys are the names of the files
	Warnings   []string                  `json:"warnings"`
	Unseen     inventory.Unseen          `json:"unseen"` // reports that no listing has, as far as that is known
	Version    string                    `json:"longhaul"`

	Permissions map[string]bool `json:"-"` // of the run-as user, where they are known, by short names such as RunReports
}

// Items counts the lines of the account by kind and state, those of what vanished apart.
type Items map[inventory.Kind]map[inventory.State]int64

// document is the manifest as it is stored.
type document struct {
	Manifest
	Files []entry `json:"files"`
}

// entry is one file of a set.
type entry struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Count  int64  `json:"count"`
}

// Account writes account.jsonl, a line for each report, dashboard and component and for each that vanished, and
// manifest.json, and says how many reports the sync did not see. The totals must equal the inventory.
func Account(ctx context.Context, in Input, m Manifest) (inventory.Unseen, error) {
	written, err := writeAccount(ctx, in)
	if err != nil {
		return inventory.Unseen{}, fmt.Errorf("write the account: %w", err)
	}
	counted, err := countKinds(ctx, in)
	if err != nil {
		return inventory.Unseen{}, fmt.Errorf("write the account: %w", err)
	}
	if err := m.complete(written, counted, in.Version); err != nil {
		return inventory.Unseen{}, err
	}
	doc := document{Manifest: m, Files: make([]entry, 0, len(m.Files))}
	for _, f := range m.Files {
		doc.Files = append(doc.Files, entry{Name: f.Key, Bytes: f.Bytes, SHA256: f.SHA256, Count: f.Count})
	}
	if err := in.Store.WriteJSON(ctx, in.Sync.Manifest(), doc); err != nil {
		return inventory.Unseen{}, fmt.Errorf("write the manifest: %w", err)
	}
	return m.Unseen, nil
}

// complete holds the manifest against what was written and what was counted.
func (m *Manifest) complete(written tally, counted map[inventory.Kind]int64, version string) error {
	for kind, states := range written.items {
		if total := Total(states); total != counted[kind] {
			return wrong("the account does not add up: %d %s have a state, %d are in the inventory", total, kind, counted[kind])
		}
	}
	states := written.items[inventory.Reports]
	for _, state := range inventory.States {
		if m.States != nil && m.States[state] != states[state] {
			return wrong("the account does not add up: %d reports were counted as %s, the account holds %d",
				m.States[state], state, states[state])
		}
	}
	for _, kind := range inventory.Kinds {
		if m.Kinds != nil && m.Kinds[kind] != counted[kind] {
			return wrong("the account does not add up: %d %s were counted, the inventory holds %d", m.Kinds[kind], kind, counted[kind])
		}
	}
	for kind, n := range written.vanished {
		if m.Vanished != nil && m.Vanished[kind] != n {
			return wrong("the account does not add up: %d %s were counted as vanished, the account holds %d", m.Vanished[kind], kind, n)
		}
	}
	m.States, m.Kinds, m.Items, m.Vanished = states, counted, written.items, written.vanished
	m.Outcome, m.Coverage = Outcome(states), inventory.Coverage(states)
	m.Unseen = inventory.UnseenBy(m.Permissions, written.unlisted, written.hidden)
	m.APIVersion = m.Identity.APIVersion
	if m.Version == "" {
		m.Version = version
	}
	if m.Warnings == nil {
		m.Warnings = []string{}
	}
	return nil
}

// Total is the number of records that have a state.
func Total(states map[inventory.State]int64) (n int64) {
	for _, count := range states {
		n += count
	}
	return n
}

// Outcome says whether reports lack columns for a reason that somebody could mend.
func Outcome(states map[inventory.State]int64) string {
	if states[inventory.StateDenied]+states[inventory.StateFailed] > 0 {
		return Gaps
	}
	return Complete
}

// countKinds counts the records of every kind in the inventory.
func countKinds(ctx context.Context, in Input) (map[inventory.Kind]int64, error) {
	counted := map[inventory.Kind]int64{}
	progress := in.counter()
	for _, kind := range inventory.Kinds {
		counted[kind] = 0
		for _, err := range in.inventory(ctx, kind) {
			if err != nil {
				return nil, err
			}
			counted[kind]++
			progress.add()
		}
	}
	return counted, nil
}
