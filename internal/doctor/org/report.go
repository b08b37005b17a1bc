package org

import (
	"context"
	"errors"
	"fmt"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/salesforce"
)

// described is a report that was described.
type described struct {
	id, name string
	columns  int
}

// errNoReport says that there is no report to describe.
var errNoReport = errors.New("no report is visible")

// mostReports is how many reports are tried: one may be obsolete, or about what the run-as user may not see.
const mostReports = 3

// describeOne describes a report that was run lately: one that nobody runs is more often obsolete.
func (b bounds) describeOne(ctx context.Context, client *salesforce.Client) (described, error) {
	var reports answer[[]salesforce.SetupReport]
	put(ctx, b.call, &reports, func(ctx context.Context) ([]salesforce.SetupReport, error) {
		return client.Setup().RunReports(ctx, mostReports)
	})
	if reports.err != nil {
		return described{}, reports.err
	}
	tried, last := described{}, errNoReport
	for _, report := range reports.value {
		var columns answer[salesforce.Columns]
		put(ctx, b.call, &columns, func(ctx context.Context) (salesforce.Columns, error) {
			description, err := client.DescribeReport(ctx, report.ID)
			if err != nil {
				return salesforce.Columns{}, err
			}
			return salesforce.CountColumns(description.ReportMetadata, description.ReportExtendedMetadata)
		})
		err := columns.err
		if err == nil {
			return described{report.ID, report.Name, columns.value.Named - columns.value.Missing}, nil
		}
		tried, last = described{id: report.ID, name: report.Name}, err
		if !ofOne(err) {
			break
		}
	}
	return tried, last
}

// ofOne reports whether an error is about one report, so that another may be described all the same.
func ofOne(err error) bool {
	if isWhole(err) {
		return false
	}
	for _, class := range []fault.Class{fault.Gone, fault.Obsolete, fault.Unsupported, fault.Poison, fault.PermissionMissing} {
		if fault.Is(err, class) {
			return true
		}
	}
	return errors.Is(err, salesforce.ErrNoColumns) || errors.Is(err, salesforce.ErrTooLarge)
}

// isWhole reports whether an error is about everything that the run-as user asks for.
func isWhole(err error) bool {
	e, ok := errors.AsType[*salesforce.Error](err)
	return ok && e.Whole
}

func (f sight) describeRow() doctor.Finding {
	r := about("describe", "Describe of a report, as a sync makes one of each")
	switch d := f.report.value; {
	case f.because() != "":
		return r.skip(f.because())
	case !f.report.asked:
		return r.skip(`the run-as user lacks "Run Reports"`)
	case errors.Is(f.report.err, errNoReport):
		return r.skip("no report is visible")
	case f.report.err != nil:
		found := r.unanswered(f.report.err, "whether the columns of reports can be read is not known")
		switch {
		case found.Status == doctor.Fail:
			found.Cost = "no column of a report can be read"
		case found.Status == doctor.Warn && d.id != "" && ofOne(f.report.err):
			found.Found = fmt.Sprintf("the reports that were run last cannot be described; report %s (%q): %s", d.id, d.name, found.Found)
			found.Fix = "nothing, if others can: a sync gives the reason for each report; to try another here, run it in Salesforce and check again"
			found.Where = ""
		case found.Status == doctor.Warn && d.id != "":
			found.Found = fmt.Sprintf("report %s (%q): %s", d.id, d.name, found.Found)
		}
		return found
	default:
		return r.pass("report %s (%q) is described with %s", d.id, d.name, humanize.Count(int64(d.columns), "column"))
	}
}
