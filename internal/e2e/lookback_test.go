package e2e_test

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	sdkpb "go.temporal.io/api/sdk/v1"
	"go.temporal.io/sdk/client"

	"longhaul/internal/history/answer"
	"longhaul/internal/simulator/server"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

// says makes sure that the page's last command has shown some words.
func says(words string) func(*operator, *testing.T) {
	return func(o *operator, t *testing.T) {
		t.Helper()
		if !strings.Contains(o.shown, words) {
			t.Errorf("%q is missing in:\n%s", words, o.shown)
		}
	}
}

// inspect asks a question by a plain client, as `temporal workflow start --type InspectSource` does.
func inspect(t *testing.T, c client.Client, input string, into any) client.WorkflowRun {
	t.Helper()
	run, err := c.ExecuteWorkflow(t.Context(), client.StartWorkflowOptions{
		TaskQueue: workflows.TaskQueue, WorkflowRunTimeout: question.Longest,
	}, question.InspectSourceType, json.RawMessage(input))
	if err == nil {
		err = run.Get(t.Context(), into)
	}
	if err != nil {
		t.Fatalf("%s failed: %v", input, err)
	}
	return run
}

// churned is an installation that has synced twice, with people at work between the syncs.
func churned(t *testing.T) (p *plant, first, second workflows.Result, changed server.Churned) {
	t.Helper()
	p = newPlant(t, server.Options{Org: openOrg(300)}, nil)
	first = p.sync(t)
	p.sim.Advance(time.Hour)
	changed = p.churn(t, server.Churn{
		Create: 4, Rename: server.Picks{Number: 5}, Move: server.Picks{Number: 3}, Delete: server.Picks{Number: 2},
	})
	p.sim.Advance(time.Minute)
	return p, first, p.sync(t), changed
}

// TestLookBack_tellsWhatBecameOfTheSyncs asks each question by the starter, as people do, and by a plain client.
func TestLookBack_tellsWhatBecameOfTheSyncs(t *testing.T) {
	t.Parallel()
	p, first, second, changed := churned(t)
	environ := []string{"TEMPORAL_ADDRESS=" + p.address}
	ask := func(into any, says string, args ...string) {
		t.Helper()
		shown := run(t, environ, program(t, starter), args...)
		t.Logf("$ longhaul-starter %s\n%s", strings.Join(args, " "), shown.stdout)
		if shown.code != 0 || !strings.Contains(shown.stdout, says) {
			t.Errorf("%v ended with %d, and does not say %q:\n%s%s", args, shown.code, says, shown.stdout, shown.stderr)
		}
		for line := range strings.Lines(shown.stdout) {
			if wide := len([]rune(line)); wide > 81 && !strings.HasPrefix(line, "  longhaul-starter ") && !strings.HasPrefix(line, "  temporal ") {
				t.Errorf("%v shows a line of %d: %s", args, wide, line)
			}
		}
		asJSON := run(t, environ, program(t, starter), append(args, "--json")...)
		if err := json.Unmarshal([]byte(asJSON.stdout), into); err != nil {
			t.Errorf("%v --json: %v: %s%s", args, err, asJSON.stdout, asJSON.stderr)
		}
	}
	var h answer.History
	ask(&h, "acme: 2 syncs, newest first.", "history", "acme")
	if len(h.Syncs) != 2 || h.Syncs[0].Sync != second.Sync || h.Syncs[1].Sync != first.Sync || h.Syncs[0].APICalls != second.APICalls {
		t.Errorf("the history is %+v", h)
	}
	var s answer.Show
	ask(&s, "State of a report", "show", "acme", first.Sync)
	if s.Sync.Sync != first.Sync || s.Record == nil || s.Record.Outcome != string(first.Outcome) {
		t.Errorf("shown is %+v", s)
	}
	var d answer.Diff
	ask(&d, "Reports that are gone (2)", "diff", "acme", first.Sync, second.Sync)
	isChurn(t, d, changed)
	var w answer.Why
	ask(&w, "gone", "why", "acme", changed.Deleted[0])
	if len(w.Matches) != 1 || w.Matches[0].State != "gone" || w.Matches[0].LastSync != first.Sync {
		t.Errorf("why a deleted report is not there: %+v", w)
	}
	ask(&w, "", "why", "acme", changed.Created[0], "--ask")
	if w.Calls != 1 || len(w.Matches) != 1 || !strings.Contains(w.Matches[0].InOrg, "exists") {
		t.Errorf("a look-up of a new report: %+v", w)
	}

	p.inUI(t, changed)
}

// inUI asks by a plain client, and looks at what the UI shows and at what the histories hold.
func (p *plant) inUI(t *testing.T, changed server.Churned) {
	t.Helper()
	var again answer.Diff
	asked := inspect(t, p.client, `{"source":"acme","question":"diff","from":"previous","to":"last"}`, &again)
	isChurn(t, again, changed)
	p.requireNamesInAnswersOnly(t, asked, again.Reports.Added[0].Name)
	details, err := p.client.QueryWorkflow(t.Context(), asked.GetID(), asked.GetRunID(), "__temporal_workflow_metadata")
	if err != nil {
		t.Fatal(err)
	}
	var metadata sdkpb.WorkflowMetadata
	if err := details.Get(&metadata); err != nil {
		t.Fatal(err)
	}
	page := metadata.GetCurrentDetails()
	t.Logf("the UI shows\n%s", page)
	if !strings.Contains(page, "#### Reports that are gone (2)") || !strings.Contains(page, "/workflows/start-workflow?") {
		t.Errorf("the UI shows\n%s", page)
	}
}

// requireNamesInAnswersOnly searches the histories of the syncs, and of a question that was asked, for names of reports: only the answer to
// somebody's question may hold some. No history holds a secret or an e-mail.
func (p *plant) requireNamesInAnswersOnly(t *testing.T, asked client.WorkflowRun, answered string) {
	t.Helper()
	names, ready := p.names(t), p.sim.Ready()
	if len(names) < 100 || !slices.Contains(names, answered) {
		t.Fatalf("%d names are known, and %q may not be among them", len(names), answered)
	}
	held := 0
	search := func(events []*historypb.HistoryEvent, answers ...enumspb.EventType) {
		for _, event := range events {
			text := event.String()
			for _, secret := range []string{ready.ClientSecret, ready.CatalogToken, ready.Username} {
				if strings.Contains(text, secret) {
					t.Errorf("event %d, %s, holds a secret", event.GetEventId(), event.GetEventType())
				}
			}
			if slices.Contains(answers, event.GetEventType()) {
				if len(text) > 2*answer.PageBytes { // as text, its quotes are escaped
					t.Errorf("event %d has %d bytes", event.GetEventId(), len(text))
				}
				held += strings.Count(text, answered)
				continue
			}
			for _, name := range names {
				if strings.Contains(text, name) {
					t.Errorf("event %d, %s, holds %q", event.GetEventId(), event.GetEventType(), name)
				}
			}
		}
	}
	search(p.history(t, workflows.SyncID("acme"), ""))
	search(p.history(t, asked.GetID(), asked.GetRunID()), enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED, enumspb.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED)
	if held != 2 {
		t.Errorf("the answer stands %d times in its history, want 2", held)
	}
}

// isChurn makes sure that a diff is what people did.
func isChurn(t *testing.T, d answer.Diff, changed server.Churned) {
	t.Helper()
	ids := func(all []answer.Named) (ids []string) {
		for _, one := range all {
			ids = append(ids, one.ID)
		}
		return ids
	}
	was := func(all []answer.Renamed) []string {
		ids := map[string]bool{}
		for _, one := range all {
			ids[one.ID] = true
		}
		return slices.Sorted(maps.Keys(ids))
	}
	for what, both := range map[string][2][]string{
		"added":   {ids(d.Reports.Added), changed.Created},
		"gone":    {ids(d.Reports.Gone), changed.Deleted},
		"renamed": {was(d.Reports.Renamed), changed.Renamed},
		"moved":   {was(d.Reports.Moved), changed.Moved},
	} {
		slices.Sort(both[0])
		slices.Sort(both[1])
		if !slices.Equal(both[0], both[1]) {
			t.Errorf("%s: %v, want %v", what, both[0], both[1])
		}
	}
}
