package cli

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
)

const (
	laterSync   = "20261123T050000.000Z-aaaaaaaa"
	earlierSync = "20261122T050000.000Z-bbbbbbbb"
)

// look calls a verb about the past, with what the worker is asked and answers.
func look(t *testing.T, c *inspected, args ...string) (int, *output) {
	t.Helper()
	app, out := newTestApp(t, append([]string{"longhaul"}, args...)...)
	if c != nil {
		app.Dial = c.dial
	}
	return Main(t.Context(), app), out
}

// answers are one of each question.
func answers() map[string]any {
	one := answer.Sync{
		Sync: laterSync, Started: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), Seconds: 240, Outcome: "complete", APICalls: 1204,
		Changes: change.Counts{item.Report: {Gone: 1}}, Compared: earlierSync, Delivered: map[string]bool{"castor": true},
	}
	return map[string]any{
		answer.AskHistory: answer.History{Source: "acme", Syncs: []answer.Sync{one}, Cursor: laterSync},
		answer.AskShow: answer.Show{Source: "acme", Sync: one, Record: &history.Record{
			Outcome: "complete", Course: history.Course{Workflow: "sync-acme", Run: "run-2"},
		}},
		answer.AskDiff: answer.Diff{
			Source: "acme", From: earlierSync, To: laterSync, Cursor: "2.00O000000000001AAA",
			Reports: answer.ReportChanges{RecordChanges: answer.RecordChanges{Gone: []answer.Named{{ID: "00O000000000001AAA", Name: "Old"}}}},
		},
		answer.AskWhy: answer.Why{Source: "acme", Of: "Old", Matches: []answer.Match{{
			Kind: item.Report, ID: "00O000000000001AAA", Name: "Old", State: "gone", LastSync: earlierSync,
		}}},
	}
}

// TestPast_asksAndShows has what each command asks, and a part of what it shows.
func TestPast_asksAndShows(t *testing.T) {
	t.Parallel()
	dayEnd := answer.InUTC("2026-11-22", time.Now())
	for _, row := range []struct {
		args  []string
		query answer.Query
		says  string
	}{
		{[]string{"history", "acme"}, answer.Query{}, "\nEarlier syncs:\n  longhaul history acme --cursor " + laterSync + "\n"},
		{[]string{"history", "acme", "--limit", "3", "--cursor", "x"}, answer.Query{Limit: 3, Cursor: "x"}, "--cursor " + laterSync + " --limit 3\n"},
		{[]string{"show", "acme"}, answer.Query{}, "temporal workflow show --workflow-id sync-acme --run-id run-2\n"},
		{
			[]string{"show", "acme", "2026-11-22", "--ui", "http://localhost:8233"},
			answer.Query{Sync: dayEnd},
			"  http://localhost:8233/namespaces/default/workflows/sync-acme/run-2/history\n",
		},
		{[]string{"diff", "acme"}, answer.Query{}, "Reports that are gone (1)\n  \"Old\" (00O000000000001AAA)\n"},
		{
			[]string{"diff", "acme", "2026-11-22", "last", "--kind", "reports", "--folder", "Sales Reports"},
			answer.Query{From: dayEnd, To: "last", Kind: "reports", Folder: "Sales Reports"},
			"longhaul diff acme " + earlierSync + " " + laterSync + " --kind reports --folder 'Sales Reports' --cursor 2.00O000000000001AAA\n",
		},
		{[]string{"why", "acme", " Old "}, answer.Query{Of: "Old"}, "  longhaul why acme 00O000000000001AAA --ask\n"},
		{
			[]string{"why", "acme", "Sales", "--limit", "3", "--cursor", "00O000000000001AAA"},
			answer.Query{Of: "Sales", Limit: 3, Cursor: "00O000000000001AAA"},
			"Report \"Old\"",
		},
		{[]string{"why", "acme", "Old", "--ask"}, answer.Query{Of: "Old", AskOrg: true}, "Report \"Old\" (00O000000000001AAA): gone\n"},
	} {
		row.query.Question = row.args[0]
		code, out := look(t, inspecting(&fakeTemporal{pollers: 1, open: true}, row.query, answers()[row.args[0]], nil), row.args...)
		if code != exitDone || !strings.Contains(out.stdout.String(), row.says) || out.stderr.Len() > 0 {
			t.Errorf("%q: code %d, stderr %s, stdout:\n%s", row.args, code, out.stderr.String(), out.stdout.String())
		}
	}
}

// TestPast_hasTheShapeThatScriptsRelyOn holds the names of docs/history.md.
func TestPast_hasTheShapeThatScriptsRelyOn(t *testing.T) {
	t.Parallel()
	args := map[string][]string{answer.AskWhy: {"Old"}}
	for question, names := range map[string][]string{
		answer.AskHistory: {"source", "syncs", "cursor"},
		answer.AskShow:    {"source", "sync", "record"},
		answer.AskDiff:    {"source", "from", "to", "reports", "dashboards", "components", "folders", "users", "cursor"},
		answer.AskWhy:     {"source", "of", "matches"},
	} {
		query := answer.Query{Question: question}
		if len(args[question]) > 0 {
			query.Of = args[question][0]
		}
		code, out := look(t, inspecting(&fakeTemporal{pollers: 1}, query, answers()[question], nil),
			slices.Concat([]string{question, "acme"}, args[question], []string{"--json"})...)
		var got map[string]any
		if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != exitDone || strings.Count(out.stdout.String(), "\n") != 1 {
			t.Errorf("%s: code %d, %v: %s", question, code, err, out.stdout.String())
		}
		for _, name := range names {
			if _, there := got[name]; !there {
				t.Errorf("%s has no %s: %s", question, name, out.stdout.String())
			}
		}
	}
}

func TestPast_showsNoLinkThatTemporalHasForgotten(t *testing.T) {
	t.Parallel()
	code, out := look(t, inspecting(&fakeTemporal{pollers: 1}, answer.Query{Question: "show"}, answers()["show"], nil), "show", "acme")
	if code != exitDone || strings.Contains(out.stdout.String(), "run-2") {
		t.Errorf("code %d:\n%s", code, out.stdout.String())
	}
}

func TestPast_failsWithASentence(t *testing.T) {
	t.Parallel()
	refusal := func(class fault.Class, says string) error { return temporal.NewApplicationError(says, string(class)) }
	for name, row := range map[string]struct {
		args    []string
		query   answer.Query
		pollers int
		failure error
		code    int
		says    string
	}{
		"no source":        {args: []string{"history"}, code: exitUsage, says: "takes the name of one source"},
		"a workflow's id":  {args: []string{"history", "sync-acme"}, code: exitUsage, says: "say `history acme`"},
		"three syncs":      {args: []string{"diff", "acme", "a", "b", "c"}, code: exitUsage, says: "one or two syncs"},
		"why of nothing":   {args: []string{"why", "acme", " "}, code: exitUsage, says: "takes the Id, the link or the name"},
		"why of two words": {args: []string{"why", "acme", "My", "Report"}, code: exitUsage, says: "in quotes"},
		"a padded limit":   {args: []string{"history", "acme", "--limit", "010"}, code: exitUsage, says: "write 10"},
		"no worker":        {args: []string{"history", "acme"}, code: exitUnreachable, says: "no worker polls task queue longhaul"},
		"no such sync": {
			[]string{"show", "acme", "1999"},
			answer.Query{Question: "show", Sync: "1999"},
			1, refusal(fault.Invalid, "source acme has no sync"),
			exitUsage, "source acme has no sync",
		},
		"a bucket that is away": {
			[]string{"show", "acme"},
			answer.Query{Question: "show"},
			1, refusal(fault.Transient, "the bucket did not answer"),
			exitUnreachable, "the bucket did not answer",
		},
	} {
		code, out := look(t, inspecting(&fakeTemporal{pollers: row.pollers}, row.query, nil, row.failure), row.args...)
		if code != row.code || !strings.Contains(out.stderr.String(), row.says) {
			t.Errorf("%s: code %d, want %d: %s", name, code, row.code, out.stderr.String())
		}
	}
}
