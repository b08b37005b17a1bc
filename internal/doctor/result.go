package doctor

import (
	"encoding/json"

	"longhaul/internal/fault"
)

// Result is the answer to all questions about a source.
type Result struct {
	Source   string    `json:"source"`
	Status   Status    `json:"status"` // the worst of all findings
	Calls    int64     `json:"calls"`  // of Salesforce's API that the questions took
	Worker   *Worker   `json:"worker"` // that asked; null where none did
	Findings []Finding `json:"findings"`
}

// Worker is a process that serves a source.
type Worker struct {
	Identity string   `json:"identity"` // process id and host
	Version  string   `json:"version"`  // of Longhaul; empty where the worker does not say it
	Settings string   `json:"settings"` // a short hash of the source's settings without their secrets, to compare workers by
	Others   []Worker `json:"others,omitempty"`
}

// Judge makes the result of findings.
func Judge(source string, findings []Finding) Result {
	status := Pass
	for _, one := range findings {
		switch {
		case one.Status == Fail:
			status = Fail
		case one.Status == Warn && status == Pass:
			status = Warn
		}
	}
	return Result{Source: source, Status: status, Findings: short(findings)}
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
