package question

import (
	"context"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
)

// ExamineParams names the source.
type ExamineParams struct {
	Source string `json:"source"`
}

// Examine asks what a sync of a source needs.
func (a *Activities) Examine(ctx context.Context, params ExamineParams) (doctor.Result, error) {
	defer attended(ctx)()
	return doctor.Judge(params.Source, []doctor.Finding{a.settings(ctx, params.Source)}), nil
}

// settings asks whether the worker can read the settings and secrets of the source.
func (a *Activities) settings(ctx context.Context, source string) doctor.Finding {
	finding := doctor.Finding{ID: "settings", Title: "Settings and secrets", Status: doctor.Pass, Found: "all can be read"}
	if err := a.Ready(ctx, source); err != nil {
		finding.Status, finding.Found, finding.Cost = doctor.Fail, fault.Sentence(err), "no sync can begin"
		finding.Where = "sources." + source
		finding.Class, finding.System = fault.Invalid, fault.Longhaul
	}
	return finding
}
