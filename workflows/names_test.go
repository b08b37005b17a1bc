package workflows_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/workflows"
)

// TestStagedID_isOfTheStart holds the id to what a reset does not change: when and in which run the sync was started.
func TestStagedID_isOfTheStart(t *testing.T) {
	t.Parallel()
	env := environment(t, new(org), "sync-acme")
	env.SetStartTime(time.Date(2026, 11, 24, 6, 0, 0, 42e6, time.UTC))
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, _ := resultOf(t, env); !strings.HasPrefix(got.Sync, "20261124T060000.042Z-") {
		t.Errorf("the id is %s", got.Sync)
	}
}

// TestStagedID_tellsSyncsOfOneMomentApart has two run ids of one millisecond, as Temporal makes them (UUIDs of version 7).
func TestStagedID_tellsSyncsOfOneMomentApart(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 24, 6, 0, 0, 42e6, time.UTC)
	one := workflows.StagedID(start, "019a3f3e-8c2a-7b11-9d55-5b1d6c2f8a01")
	two := workflows.StagedID(start, "019a3f3e-8c2a-7b12-8e07-0c94b7e1d3f6")
	later := workflows.StagedID(start.Add(time.Millisecond), "019a3f3e-8c2b-7001-8000-000000000000")
	if one == two || later <= one || later <= two {
		t.Errorf("the ids are %s, %s and, a millisecond later, %s", one, two, later)
	}
}

// Every command line takes a name that begins with a hyphen for a flag, so no sync starts under one.
func TestSyncSource_refusesANameThatCommandsTakeForAFlag(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"-acme", "acme-", "--", "-"} {
		env := environment(t, new(org), "nightly")
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: name})
		_, failure := resultOf(t, env)
		if failure == nil || failure.Type() != string(fault.Invalid) || !strings.Contains(failure.Message(), "may not begin or end with -") {
			t.Errorf("%q: got %v, want a failure that says why", name, failure)
		}
		if source, ok := workflows.SourceOfID("sync-" + name); ok {
			t.Errorf("the id sync-%s names source %q", name, source)
		}
	}
}
