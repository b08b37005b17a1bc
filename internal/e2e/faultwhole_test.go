package e2e_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/simulator/server"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// requireWhole holds the extract of a sync that met faults against the undisturbed one, and what it lacks against the
// account and the warnings. It gives the reasons, counted, and the number of reports that lack some of their columns.
func (l *lane) requireWhole(t *testing.T, name string, result workflows.Result) (missing map[string]int, partial int) {
	t.Helper()
	lines := audit(t, l.store, result)
	files := readExtract(t, l.store, result)
	if slices.ContainsFunc(l.struck(name), func(e effect) bool { return e.partial }) {
		partial = files.fillIn(l.undisturbed)
	}
	requirePartialWarning(t, result, partial)
	lacks, exceeds := files.against(t, l.undisturbed)
	reasons := map[string]bool{}
	for _, e := range l.struck(name) {
		reasons[e.reason] = true
	}
	missing = map[string]int{}
	for file, ids := range lacks {
		for _, id := range ids {
			line := lines["report"][id]
			switch {
			case file == "reports" && line.State == "gone", file == "reports_metadata" && line.State != "described" && line.State != "reused":
			default:
				t.Errorf("%s lacks %s, and the account says %+v", file, id, line)
			}
		}
	}
	for file, ids := range exceeds {
		for _, id := range ids { // a describe that would have shown that the report is gone met a fault
			if line := lines["report"][id]; file != "reports" || l.accounted["report"][id].State != "gone" || !reasons[line.Reason] {
				t.Errorf("%s has %s, which is not in the undisturbed extract; the account says %+v", file, id, line)
			}
		}
	}
	for id, line := range lines["report"] {
		if before := l.accounted["report"][id]; line.State == before.State && line.Reason == before.Reason {
			continue
		}
		missing[line.State+" ("+line.Reason+")"]++
		if line.State != "reused" && !reasons[line.Reason] {
			t.Errorf("report %s is %s for %s, which %s does not do", id, line.State, line.Reason, name)
		}
	}
	delete(missing, "reused ()")
	l.requireDeliveredOnce(t, result)
	return missing, partial
}

// messages are the sentences of warnings.
func messages(warnings []warning.Shown) (all []string) {
	for _, one := range warnings {
		all = append(all, one.Message)
	}
	return all
}

// requirePartialWarning checks that a sync warns once, and with their number, of reports that lack some of their columns.
func requirePartialWarning(t *testing.T, result workflows.Result, reports int) {
	t.Helper()
	said := slices.DeleteFunc(messages(result.Warnings), func(w string) bool { return !strings.Contains(w, "columns, so the files lack") })
	switch {
	case reports == 0 && len(said) == 0:
	case len(said) != 1 || !strings.HasPrefix(said[0], fmt.Sprintf("Salesforce described %d report", reports)):
		t.Errorf("%d reports lack some of their columns, and the sync warns %q", reports, said)
	}
}

// requireDeliveredOnce checks that the catalog has each file of the sync once, as it stands in the bucket.
func (l *lane) requireDeliveredOnce(t *testing.T, result workflows.Result) {
	t.Helper()
	seen := map[string]int{}
	for _, f := range l.sim.Files() {
		seen[f.Path]++
		if seen[f.Path] > 1 {
			t.Errorf("%s was delivered %d times", f.Path, seen[f.Path])
		}
	}
	for _, want := range result.Files["castor"] {
		got := slices.IndexFunc(l.sim.Files(), func(f server.File) bool { return f.Name == want.Name })
		if got < 0 || l.sim.Files()[got].SHA256 != want.SHA256 {
			t.Errorf("%s is not in the catalog as it is in the bucket", want.Name)
		}
	}
}
