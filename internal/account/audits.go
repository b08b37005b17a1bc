package account

import (
	"maps"
	"slices"

	"longhaul/internal/description"
	"longhaul/internal/history"
)

// mostTypes bounds the report types that are counted, so that no org fills the memory.
const mostTypes = 20_000

// audits counts, by report type, the reports that were described again though their date stood still, those of them whose columns
// had changed all the same, and all reports that have columns.
type audits map[string]audited

type audited struct{ audits, drifted, reports int64 }

// add adds to the counts of a type; a report whose type is not known counts nowhere.
func (a audits) add(name string, n audited) {
	one, known := a[name]
	if name == "" || !known && len(a) >= mostTypes {
		return
	}
	a[name] = audited{one.audits + n.audits, one.drifted + n.drifted, one.reports + n.reports}
}

// see takes a report that this sync knows.
func (a audits) see(head *description.Description) {
	if head.State.HasColumns() {
		a.add(head.Type, audited{reports: 1})
	}
}

// count takes a report that was described by the sync before, if it was; differs says that its columns are others now. A report that
// lost its columns because Salesforce no longer has a description of it has changed too; one that was denied or failed was not audited.
func (a audits) count(before, now *side, differs bool) {
	if before == nil || !now.has || !now.head.Audited || before.head.Modified != now.head.Modified || !now.head.At.After(before.head.At) {
		return
	}
	switch now.head.State {
	case description.StateDescribed, description.StateReused, description.StateObsolete, description.StateUnsupported:
	default:
		return
	}
	n := audited{audits: 1}
	if differs {
		n.drifted = 1
	}
	a.add(before.head.Type, n)
}

// after adds what one sync counted to what those before it did.
func (a audits) after(before map[string]history.Audit) map[string]history.Audit {
	all := map[string]history.Audit{}
	for _, name := range slices.Concat(slices.Collect(maps.Keys(before)), slices.Collect(maps.Keys(a))) {
		if sum := before[name].After(a[name].audits, a[name].drifted, a[name].reports); sum != (history.Audit{}) {
			all[name] = sum
		}
	}
	return all
}
