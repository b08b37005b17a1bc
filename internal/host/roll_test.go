package host

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/overview"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// TestWaitIn_saysWhoHasToAct reads the progress of syncs that stand still for each reason.
func TestWaitIn_saysWhoHasToAct(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	blocked := func(system fault.System) workflows.Progress {
		return workflows.Progress{Phase: workflows.PhaseBlocked, Waiting: "revoked", Blocked: &activities.Failure{System: system}}
	}
	for name, row := range map[string]struct {
		progress workflows.Progress
		want     *overview.Wait
	}{
		"it gets on":          {workflows.Progress{Phase: workflows.PhaseDescribe}, nil},
		"it has ended":        {workflows.Progress{Phase: workflows.PhaseHeld, Waiting: "less", Outcome: workflows.OutcomeDiscarded}, nil},
		"held":                {workflows.Progress{Phase: workflows.PhaseHeld, Waiting: "less", Do: "approve", Until: &until}, &overview.Wait{Phase: "held", Why: "less", Do: "approve", Until: until, For: overview.ForOperator}},
		"paused":              {workflows.Progress{Phase: workflows.PhasePaused, Waiting: "why"}, &overview.Wait{Phase: "paused", Why: "why", For: overview.ForOperator}},
		"the org":             {blocked(fault.Salesforce), &overview.Wait{Phase: "blocked", Why: "revoked", For: overview.ForOrg}},
		"the catalog":         {blocked(fault.Catalog), &overview.Wait{Phase: "blocked", Why: "revoked", For: overview.ForCatalog}},
		"a bug":               {blocked(fault.Longhaul), &overview.Wait{Phase: "blocked", Why: "revoked", For: overview.ForOperator}},
		"the quota":           {workflows.Progress{Phase: workflows.PhaseDescribe, Waiting: "used up", Until: &until}, &overview.Wait{Phase: "describe", Why: "used up", Until: until, For: overview.ForNobody}},
		"the calls of others": {workflows.Progress{Phase: workflows.PhaseDescribe, Waiting: "used up", Wait: history.WaitQuota, Looks: &until}, &overview.Wait{Phase: "describe", Why: "used up", Looks: until, For: overview.ForNobody}},
		"no worker":           {workflows.Progress{Phase: workflows.PhaseAuthenticate, Waiting: workflows.Unserved("acme"), Wait: history.WaitWorker}, &overview.Wait{Phase: "authenticate", Why: "no worker serves the source", For: overview.ForWorker}},
		"it tries again":      {workflows.Progress{Phase: workflows.PhaseDescribe, Trouble: "503"}, &overview.Wait{Phase: "describe", Why: "503", For: overview.ForNobody}},
		"it is stalled": {workflows.Progress{Phase: workflows.PhaseDescribe, Stalled: &until, Trouble: "503"}, &overview.Wait{
			Phase: "describe", Why: "nothing has moved since " + humanize.Moment(until) + ": 503",
			Do: "look whether its workers run and answer, and restart one that hangs; nothing is lost", For: overview.ForOperator,
		}},
	} {
		if diff := cmp.Diff(row.want, waitIn(row.progress)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestScheduled_isTheSchedulesOwnTrigger compares the trigger that syncs keep with the id of the schedule.
func TestScheduled_isTheSchedulesOwnTrigger(t *testing.T) {
	t.Parallel()
	if got, want := history.Scheduled("acme"), history.TriggerSchedule+schedule.ID("acme"); got != want {
		t.Errorf("a sync of the schedule counts as %s, and is %s", got, want)
	}
}

// TestSaved_saysWhatIsWrongWithWhatIsSaved has the saved sources of another name, and one that is no JSON.
func TestSaved_saysWhatIsWrongWithWhatIsSaved(t *testing.T) {
	t.Parallel()
	h, version := hostWith(t, nil)
	ctx := t.Context()
	if err := h.saved.Promote(ctx, "acme", version); err != nil {
		t.Fatal(err)
	}
	if err := h.store.Copy(ctx, staging.SavedKey("acme", version), staging.SavedKey("beta", version)); err != nil {
		t.Fatal(err)
	}
	if err := h.store.WriteJSON(ctx, staging.SavedKey("gamma", version), "sealed"); err != nil {
		t.Fatal(err)
	}
	all, err := roll{host: h}.saved(ctx)
	if err != nil || len(all) != 3 {
		t.Fatalf("%+v, %v", all, err)
	}
	says := map[string]string{"acme": "", "beta": `holds the source "acme" in place of "beta"`, "gamma": "is damaged"}
	for _, one := range all {
		want := says[one.Name]
		if !strings.Contains(one.Problem, want) || (want == "") != (one.Problem == "") || (want == "") != (one.Org == "acme.my.salesforce.com") {
			t.Errorf("%+v", one)
		}
	}
}

// TestOrgs_needNoAnswerWhereTheSettingsNameTheHost has no time left for credentials that hang.
func TestOrgs_needNoAnswerWhereTheSettingsNameTheHost(t *testing.T) {
	t.Parallel()
	acme, beta := source.Source{Name: "acme"}, source.Source{Name: "beta"}
	acme.Salesforce.BaseURL = "acme.my.salesforce.com"
	registry, err := source.NewRegistry(acme, beta)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	by := map[string]*overview.Known{"acme": {}, "beta": {}}
	roll{host: &Host{settings: registry}}.orgs(ctx, by)
	if by["acme"].Org != "acme.my.salesforce.com" || by["beta"].Org != "" {
		t.Errorf("the orgs are %+v and %+v", by["acme"], by["beta"])
	}
}
