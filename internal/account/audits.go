package account

import (
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/stream"
)

// audits counts, by report type, the reports that were described again though their date stood still, and those of them whose columns
// had changed all the same.
type audits map[string]history.Audit

// count takes a report that was described by the sync before, if it was; differs says that its columns are others now. A report that
// lost its columns because Salesforce no longer has a description of it has changed too; one that was denied or failed was not audited.
func (a audits) count(before, now *side, differs bool) {
	if before == nil || !now.has || before.head.Modified != now.head.Modified || !now.head.At.After(before.head.At) {
		return
	}
	switch now.head.State {
	case description.StateDescribed, description.StateObsolete, description.StateUnsupported:
	default:
		return
	}
	name := reportType(before.line)
	one := a[name]
	one.Audited++
	if differs {
		one.Drifted++
	}
	a[name] = one
}

// reportType reads the API name of a report's type in the line of its description; empty where it has none.
func reportType(line []byte) string {
	d, err := description.Decode(line)
	if err != nil {
		return ""
	}
	of, err := stream.Member(d.ReportMetadata, "reportType")
	if err != nil || len(of) == 0 || of[0] != '{' {
		return ""
	}
	name, err := stream.TextMember(of, "type")
	if err != nil {
		return ""
	}
	return name
}

// addAudits adds what one sync counted to what those before it did.
func addAudits(before map[string]history.Audit, counted audits) map[string]history.Audit {
	all := map[string]history.Audit{}
	for _, some := range []map[string]history.Audit{before, counted} {
		for name, one := range some {
			sum := all[name]
			sum.Audited, sum.Drifted, sum.Renew = sum.Audited+one.Audited, sum.Drifted+one.Drifted, sum.Renew || one.Renew
			all[name] = sum
		}
	}
	return all
}
