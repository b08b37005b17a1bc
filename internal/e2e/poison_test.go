package e2e_test

import (
	"testing"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// poisoned is an org in which one report always answers 500.
type poisoned struct {
	org.Org
	report int
}

// Describe answers as the org does, but for the poisoned report.
func (p poisoned) Describe(i int) org.Describe {
	if i == p.report {
		return org.MetadataError
	}
	return p.Org.Describe(i)
}

// visible is the first report that the run-as user sees.
func visible(o org.Org) int {
	i := 0
	for o.Private("Report", i) || o.Record("Report", i).Fields["IsDeleted"] == true {
		i++
	}
	return i
}

// TestPoison_oneReportNeverStopsASync also holds for an org so small that every report has a shard of its own.
func TestPoison_oneReportNeverStopsASync(t *testing.T) {
	t.Parallel()
	for name, reports := range map[string]int{"a shard of its own": 8, "one of many": 120} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			generated := org.Generate(org.Spec{Reports: reports, Columns: 2, TypeMetadata: 1000})
			p := newPlant(t, server.Options{Org: poisoned{generated, visible(generated)}}, nil)
			result := p.sync(t)
			if result.States.Failed != 1 || result.Outcome != workflows.OutcomeGaps {
				t.Errorf("outcome %s, states %+v", result.Outcome, result.States)
			}
			if result.States.Total() != result.Kinds.Reports {
				t.Errorf("%d of %d reports have a state", result.States.Total(), result.Kinds.Reports)
			}
		})
	}
}

// TestPoison_aReportThatAsksForALongWaitNeverStopsASync has a gateway that gives up on one large report, and asks for a pause.
func TestPoison_aReportThatAsksForALongWaitNeverStopsASync(t *testing.T) {
	t.Parallel()
	generated := org.Generate(org.Spec{Reports: 120, Columns: 2, TypeMetadata: 1000})
	p := newPlant(t, server.Options{Org: generated}, nil)
	large := generated.Record("Report", visible(generated)).ID
	if err := p.sim.SetFaults([]server.Fault{{Name: "api_503", Route: "describe", IDs: []string{large}, RetryAfter: 3600}}); err != nil {
		t.Fatal(err)
	}
	result := p.sync(t)
	if line := audit(t, p.store, result)["report"][large]; line.State != "failed" || result.States.Failed != 1 {
		t.Errorf("the report is %+v, the states are %+v", line, result.States)
	}
}
