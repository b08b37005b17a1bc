package account

import (
	"context"
	"fmt"
	"slices"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
)

// Manifest says what an extract is and what is in it. Write fills in what is left empty of kinds, states, items, what
// vanished, coverage, outcome, what is unseen and version, and refuses what differs from the bucket.
type Manifest struct {
	Sync       string                      `json:"sync"`
	Source     string                      `json:"source"`
	Identity   description.Identity        `json:"identity"`
	APIVersion string                      `json:"api_version"`
	Started    time.Time                   `json:"started"`
	Finished   time.Time                   `json:"finished"`
	Timestamp  int64                       `json:"timestamp"`
	Outcome    string                      `json:"outcome"`
	Coverage   float64                     `json:"coverage"`
	Kinds      map[listing.Kind]int64      `json:"kinds"`
	States     map[description.State]int64 `json:"states"`
	Items      Items                       `json:"accounted"`
	Vanished   map[listing.Kind]int64      `json:"vanished"` // of the last sync's reports and dashboards; they are in no inventory
	Files      map[string][]staging.Object `json:"-"`        // by export; their keys are the names of the files
	Warnings   []warning.Shown             `json:"warnings"`
	Unseen     listing.Unseen              `json:"unseen"` // reports that no listing has, as far as that is known
	Version    string                      `json:"version"`

	Permissions map[string]bool `json:"-"` // of the run-as user, where they are known, by short names such as RunReports
}

// Items counts the lines of the account by kind and state, without those of what vanished.
type Items map[listing.Kind]map[description.State]int64

// Document is the manifest as it is stored.
type Document struct {
	Manifest
	Files map[string][]File `json:"files"` // by export
}

// File is one file of a set.
type File struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Count  int64  `json:"count"`
}

// Written is what the account adds to the counts of a sync.
type Written struct {
	Unseen listing.Unseen   // reports that the sync did not see
	Gaps   map[string]int64 // reports that are gaps, by reason code

	Warnings []warning.Warning // of what the sync before left
}

// Write writes account.jsonl, with a line for each report, dashboard and component and for each that vanished, the stream of the same with
// what earlier syncs knew, the log of what changed since the sync before, what Record.Take reads, and manifest.json. The totals must equal
// the inventory.
func Write(ctx context.Context, in Input, m Manifest) (Written, error) {
	written, warnings, err := writeAccount(ctx, in, m.Identity)
	if err != nil {
		return Written{}, fmt.Errorf("write the account: %w", err)
	}
	if err := m.complete(&written, in.Version); err != nil {
		return Written{}, err
	}
	m.warn(warnings)
	if err := in.Store.WriteJSON(ctx, in.Sync.Counted(), written.record); err != nil {
		return Written{}, fmt.Errorf("write the account: %w", err)
	}
	doc := Document{Manifest: m, Files: map[string][]File{}}
	for export, files := range m.Files {
		for _, f := range files {
			doc.Files[export] = append(doc.Files[export], File{Name: f.Key, Bytes: f.Bytes, SHA256: f.SHA256, Count: f.Count})
		}
	}
	if err := in.Store.WriteJSON(ctx, in.Sync.Manifest(), doc); err != nil {
		return Written{}, fmt.Errorf("write the manifest: %w", err)
	}
	return Written{Unseen: m.Unseen, Gaps: written.gaps, Warnings: warnings}, nil
}

// complete compares the manifest with what was written and what was counted, and fills in the rest.
func (m *Manifest) complete(written *tally, version string) error {
	counted := written.counted
	for kind, states := range written.items {
		if total := description.Total(states); total != counted[kind] {
			return doesNotAddUp("%d %s have a state, %d are in the inventory", total, kind, counted[kind])
		}
	}
	states := written.items[listing.Reports]
	for _, state := range description.States {
		if m.States != nil && m.States[state] != states[state] {
			return doesNotAddUp("%d reports were counted as %s, the account holds %d", m.States[state], state, states[state])
		}
	}
	for _, kind := range listing.Kinds {
		if m.Kinds != nil && m.Kinds[kind] != counted[kind] {
			return doesNotAddUp("%d %s were counted, the inventory holds %d", m.Kinds[kind], kind, counted[kind])
		}
	}
	for kind, n := range written.vanished {
		if m.Vanished != nil && m.Vanished[kind] != n {
			return doesNotAddUp("%d %s were counted as vanished, the account holds %d", m.Vanished[kind], kind, n)
		}
	}
	m.States, m.Kinds, m.Items, m.Vanished = states, counted, written.items, written.vanished
	m.Outcome, m.Coverage = Outcome(states), description.Coverage(states)
	m.Unseen = listing.UnseenBy(m.Permissions, written.unlisted, written.hidden)
	m.APIVersion = m.Identity.APIVersion
	if m.Version == "" {
		m.Version = version
	}
	if m.Warnings == nil {
		m.Warnings = []warning.Shown{}
	}
	return nil
}

// warn adds the warnings that the manifest does not have yet.
func (m *Manifest) warn(warnings []warning.Warning) {
	for _, w := range warnings {
		if !slices.ContainsFunc(m.Warnings, func(shown warning.Shown) bool { return shown.Code == w.Code }) {
			m.Warnings = append(m.Warnings, warning.Show([]warning.Warning{w})...)
		}
	}
}
