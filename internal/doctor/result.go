package doctor

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
	return Result{Source: source, Status: status, Findings: findings}
}
