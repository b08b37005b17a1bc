package doctor

import (
	"fmt"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/humanize"
)

// Failure is the error of the first row that fails; nil where none does.
func (r Result) Failure() error {
	failed := 0
	var first *Finding
	for i, f := range r.Findings {
		if f.Status != Fail {
			continue
		}
		if failed++; first == nil {
			first = &r.Findings[i]
		}
	}
	if first == nil {
		return nil
	}
	first = causeOf(first, r.Findings)
	message := fmt.Sprintf("check of %s: %s (%s): %s", r.Source, first.Title, first.ID, first.Found)
	if failed > 1 {
		message += " (and " + humanize.Count(int64(failed-1), "more row") + " failed)"
	}
	return &fault.Error{Class: first.Class, System: first.System, Message: message}
}

// causeOf is the row that says why a row fails: a login that no bucket counts fails by the bucket, whose own row says what to change.
func causeOf(failed *Finding, rows []Finding) *Finding {
	if failed.System != fault.Bucket {
		return failed
	}
	for i, row := range rows {
		if row.Status == Fail && strings.HasPrefix(row.ID, "bucket.") {
			return &rows[i]
		}
	}
	return failed
}
