package extract

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// The outcomes of a sync that came to its end.
const (
	Complete = "complete" // every report has its state, and none lacks columns that somebody could give it
	Gaps     = "gaps"
)

// Manifest says what an extract is and what is in it. Account fills in what is left empty of kinds, states, coverage,
// outcome and version, and refuses what does not fit the bucket.
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
	Files      []staging.Object          `json:"-"` // their keys are the names of the files
	Warnings   []string                  `json:"warnings"`
	Version    string                    `json:"longhaul"`
}

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

// Account writes account.jsonl, a line for each report, and manifest.json. The totals must equal the inventory.
func Account(ctx context.Context, in Input, m Manifest) error {
	states, err := writeAccount(ctx, in)
	if err != nil {
		return fmt.Errorf("write the account: %w", err)
	}
	counted, err := countKinds(ctx, in)
	if err != nil {
		return fmt.Errorf("write the account: %w", err)
	}
	if err := m.complete(states, counted, in.Version); err != nil {
		return err
	}
	doc := document{Manifest: m, Files: make([]entry, 0, len(m.Files))}
	for _, f := range m.Files {
		doc.Files = append(doc.Files, entry{Name: f.Key, Bytes: f.Bytes, SHA256: f.SHA256, Count: f.Count})
	}
	if err := in.Store.WriteJSON(ctx, in.Sync.Manifest(), doc); err != nil {
		return fmt.Errorf("write the manifest: %w", err)
	}
	return nil
}

// complete holds the manifest against what was counted.
func (m *Manifest) complete(states map[inventory.State]int64, counted map[inventory.Kind]int64, version string) error {
	total := Total(states)
	if total != counted[inventory.Reports] {
		return wrong("the account does not add up: %d reports have a state, %d are in the inventory", total, counted[inventory.Reports])
	}
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
	m.States, m.Kinds = states, counted
	m.Outcome, m.Coverage = Outcome(states), Coverage(states)
	m.APIVersion = m.Identity.APIVersion
	if m.Version == "" {
		m.Version = version
	}
	if m.Warnings == nil {
		m.Warnings = []string{}
	}
	return nil
}

// Total is the number of reports that have a state.
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

// Coverage is inventory.Coverage: the share of the reports that have columns.
func Coverage(states map[inventory.State]int64) float64 { return inventory.Coverage(states) }

// writeAccount writes the line of each report and counts them by state.
func writeAccount(ctx context.Context, in Input) (map[inventory.State]int64, error) {
	w, err := in.Store.CreateFile(ctx, in.Sync.Account())
	if err != nil {
		return nil, err
	}
	defer w.Abort()
	states, progress := map[inventory.State]int64{}, in.counter()
	var line []byte
	for pair, err := range pairs(ctx, in) {
		if err == nil {
			line, err = appendAccount(line[:0], &pair)
		}
		if err == nil {
			_, err = w.Write(line)
		}
		if err != nil {
			return nil, err
		}
		states[pair.head.State]++
		progress.add()
	}
	_, err = w.Commit()
	return states, err
}

// appendAccount adds the line of one report.
func appendAccount(dst []byte, p *pair) (_ []byte, err error) {
	dst = append(dst, `{"kind":"report"`...)
	add := func(key, value string) {
		if value == "" || err != nil {
			return
		}
		dst = append(append(append(dst, `,"`...), key...), `":`...)
		dst, err = jsontext.AppendQuote(dst, strings.ToValidUTF8(value, "\uFFFD"))
	}
	add("id", p.head.ID)
	if name := member(p.report, "Name"); name.Kind() == '"' {
		dst = append(dst, `,"name":`...)
		if dst, err = appendValue(dst, name); err != nil {
			return dst, err
		}
	}
	add("state", string(p.head.State))
	add("reason", p.head.Reason)
	add("message", p.head.Message)
	return append(dst, "}\n"...), err
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
