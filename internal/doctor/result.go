package doctor

import (
	"encoding/json"
	"fmt"
	"slices"

	"longhaul/internal/fault"
	"longhaul/internal/humanize"
)

// Result is the answer to all questions about a source.
type Result struct {
	Source   string    `json:"source"`
	Status   Status    `json:"status"`           // the worst of all findings
	Org      string    `json:"org_id,omitempty"` // of the org that was logged in to; empty where none was
	Held     bool      `json:"held"`             // a finding would hold a first sync, until somebody approves
	Calls    int64     `json:"calls"`            // of Salesforce's API that the questions took
	Worker   *Worker   `json:"worker"`           // that asked; null where none did
	Findings []Finding `json:"findings"`
}

// Worker is a process that serves a source.
type Worker struct {
	Identity string   `json:"identity"` // process id and host
	Version  string   `json:"version"`  // of Longhaul; empty where the worker does not say it
	Settings string   `json:"settings"` // a short hash of the source's settings without their secrets, to compare workers by
	Others   []Worker `json:"others,omitempty"`

	Stale   bool     `json:"-"` // it has not polled for longer than a poll lasts: it has stopped, or is busy
	Sources []string `json:"-"` // in its settings; of the worker that takes workflows alone, as many as its label holds
}

// Judge makes the result of findings.
func Judge(source string, findings []Finding) Result {
	status, held := Pass, false
	for _, one := range findings {
		held = held || one.Holds
		switch {
		case one.Status == Fail:
			status = Fail
		case one.Status == Warn && status == Pass:
			status = Warn
		}
	}
	return Result{Source: source, Status: status, Held: held, Findings: short(findings)}
}

// Verdict says in a sentence what the findings mean for a sync.
func (r Result) Verdict() string {
	warnings := r.count(Warn)
	waits := slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Waits })
	switch {
	case r.Status == Fail:
		return "A sync cannot run as it is"
	case waits && r.Held:
		return "A sync would wait for API calls now, and a first one then be held, until somebody approves; " + humanize.Count(warnings, "warning")
	case waits:
		return "A sync would wait for API calls now; " + humanize.Count(warnings, "warning")
	case r.Held:
		return "A first sync would be held, until somebody approves; " + humanize.Count(warnings, "warning")
	case warnings > 0:
		return "A sync can run; " + humanize.Count(warnings, "warning")
	}
	return "A sync can run"
}

// Tally counts the answers.
func (r Result) Tally() string {
	warnings := humanize.Count(r.count(Warn), "warning")
	return fmt.Sprintf("%d failed, %s, %d passed, %d not asked", r.count(Fail), warnings, r.count(Pass), r.count(Skipped))
}

func (r Result) count(status Status) (n int64) {
	for _, f := range r.Findings {
		if f.Status == status {
			n++
		}
	}
	return n
}

// largest bounds the findings of a result in bytes, so that a history keeps the result. A little is left for the rest of it.
const largest = 34 << 10

// short cuts the texts of findings until all fit. It loses no row.
func short(findings []Finding) []Finding {
	all := append([]Finding{}, findings...)
	for most := longest; most >= shortest; most /= 2 {
		for i := range all {
			for _, text := range []*string{&all[i].Found, &all[i].Cost, &all[i].Fix, &all[i].Where} {
				*text = fault.Short(*text, most)
			}
		}
		if data, err := json.Marshal(all); err != nil || len(data) <= largest {
			break
		}
	}
	return all
}

// shortest is what is left of each text at least, in bytes.
const shortest = 60
