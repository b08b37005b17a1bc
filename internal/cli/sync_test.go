package cli

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

func completeResult() *workflows.Result {
	return &workflows.Result{
		Source: "acme", Sync: "20261123T181610Z-ab12cd34", Outcome: workflows.OutcomeComplete, Seconds: 12.34, APICalls: 1012,
		Kinds:    activities.Kinds{Folders: 60, Reports: 1000, Dashboards: 100, Components: 600, Users: 200},
		States:   activities.States{Described: 990, Obsolete: 3, Unsupported: 2, Gone: 5},
		Coverage: 990.0 / 995, Uploaded: true, Staging: "acme/syncs/20261123T181610Z-ab12cd34",
		Warnings: []warning.Shown{{Warning: warning.Warning{Code: warning.NotDelivered}, Message: "a warning"}},
		Files: map[string][]activities.File{"castor": {
			{Name: "1795457770-reports.json", Bytes: 456789, SHA256: "aa", Count: 995},
			{Name: "1795457770-summary.json", Bytes: 90, SHA256: "bb", Count: 1},
		}},
		Exports: map[string]activities.Delivery{"castor": {Delivered: true, To: "399a at ingest.castordoc.com"}},
	}
}

const completeSummary = `
Sync of acme: complete in 12 s, 1,012 API calls, 99.4% of the reports have columns

 Kind        Records  State of a report                   Reports
──────────────────────────────────────────────────────────────────
 folders          60  described                               990
 reports       1,000  obsolete: by its definition               3
 dashboards      100  unsupported: it has no columns            2
 components      600  gone: deleted meanwhile, or hidden        5
 users           200

 File                     Records      Size
────────────────────────────────────────────
 1795457770-reports.json      995  456.8 kB
 1795457770-summary.json        1      90 B

The catalog has all files; the summary went last.
Warning: a warning
In the bucket: acme/syncs/20261123T181610Z-ab12cd34
`

func TestSync_showsTheSummary(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{pollers: 1, result: completeResult(), progress: workflows.Progress{Phase: workflows.PhaseDone, APICalls: 1012}}
	code, out := run(t, f, nil, "longhaul-starter", "sync", "acme")
	if code != 0 {
		t.Fatalf("code %d, stderr %s", code, out.stderr.String())
	}
	if diff := cmp.Diff(completeSummary, out.stdout.String()); diff != "" {
		t.Error(diff)
	}
	if strings.Contains(out.stdout.String()+out.stderr.String(), "\x1b") {
		t.Error("colours where there is no terminal")
	}
	if diff := cmp.Diff([]workflows.Input{{Source: "acme"}}, f.started, cmp.AllowUnexported(workflows.Input{})); diff != "" {
		t.Error(diff)
	}
}

func TestSync_json(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{pollers: 1, result: completeResult()}
	code, out := run(t, f, []string{"TEMPORAL_NAMESPACE=prod/eu"},
		"longhaul-starter", "sync", "acme", "--full", "--no-upload", "--json", "--ui", "http://127.0.0.1:8233/")
	var got map[string]any
	if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || code != 0 {
		t.Fatalf("code %d, %v:\n%s", code, err, out.stdout.String())
	}
	for _, key := range []string{"outcome", "seconds", "api_calls", "kinds", "states", "files", "staging", "warnings"} {
		if _, ok := got[key]; !ok {
			t.Errorf("%s is missing", key)
		}
	}
	want := map[string]any{
		"id": "sync-acme", "run_id": "run-2", "history_events": float64(77),
		"url": "http://127.0.0.1:8233/namespaces/prod%2Feu/workflows/sync-acme/run-2/history",
	}
	if diff := cmp.Diff(want, got["workflow"]); diff != "" {
		t.Error(diff)
	}
	if in := f.started[0]; in.Mode != workflows.ModeFull || in.Upload == nil || *in.Upload {
		t.Errorf("started with %+v", in)
	}
}

func TestSync_endsWithTheCodeOfItsOutcome(t *testing.T) {
	t.Parallel()
	gaps := completeResult()
	gaps.Outcome, gaps.States.Denied = workflows.OutcomeGaps, 2
	failed := completeResult()
	failed.Outcome = workflows.OutcomeFailed
	failed.Failure = &activities.Failure{Class: fault.LoginRefused, System: fault.Salesforce, Message: "Salesforce refuses the client secret"}
	cancelled := completeResult()
	cancelled.Outcome, cancelled.Files, cancelled.Uploaded = workflows.OutcomeCancelled, nil, false
	cancelled.Kinds.Reports, cancelled.Kept = 5000, 1034
	cancelled.States = activities.States{Described: 900, Reused: 200, Gone: 7} // of the shards that were whole
	early := &workflows.Result{Source: "acme", Outcome: workflows.OutcomeCancelled}
	discarded := completeResult()
	discarded.Outcome = workflows.OutcomeDiscarded
	failure := temporal.NewApplicationErrorWithOptions("Salesforce refuses the client secret", string(fault.LoginRefused),
		temporal.ApplicationErrorOptions{Details: []any{*failed}})
	for _, row := range []struct {
		name string
		f    fakeTemporal
		args []string
		code int
		says string
	}{
		{"gaps", fakeTemporal{pollers: 1, result: gaps}, nil, 0, ""},
		{
			"gaps under --strict",
			fakeTemporal{pollers: 1, result: gaps},
			[]string{"--strict"},
			5,
			"longhaul: 2 reports could not be described, and --strict counts that as a failure\n",
		},
		{"a refused login", fakeTemporal{pollers: 1, failure: failure}, nil, 3, "longhaul: Salesforce refuses the client secret\n"},
		{
			"a cancel",
			fakeTemporal{pollers: 1, failure: temporal.NewCanceledError()},
			nil, 8,
			"longhaul: the sync was cancelled; what it had read is kept for the next one\n",
		},
		{
			"a cancel in the middle",
			fakeTemporal{pollers: 1, failure: temporal.NewCanceledError(*cancelled)},
			nil, 8,
			"longhaul: the sync was cancelled; 1,234 of 5,000 reports are described and kept for the next one\n",
		},
		{
			"a cancel before the reports were listed",
			fakeTemporal{pollers: 1, failure: temporal.NewCanceledError(*early)},
			nil, 8,
			"longhaul: the sync was cancelled; what it had read is kept for the next one\n",
		},
		{"a discard", fakeTemporal{pollers: 1, result: discarded}, nil, 8, "longhaul: the sync was discarded\n"},
	} {
		code, out := run(t, &row.f, nil, append([]string{"longhaul", "sync", "acme"}, row.args...)...)
		if code != row.code || row.says != "" && !strings.HasSuffix(out.stderr.String(), row.says) {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
	}
}

func TestSync_jsonOfACancelIsItsResult(t *testing.T) {
	t.Parallel()
	kept := workflows.Result{
		Source: "acme", Outcome: workflows.OutcomeCancelled, Kinds: activities.Kinds{Reports: 5000}, States: activities.States{Described: 1234},
	}
	for _, verb := range []string{"sync", "status"} {
		f := &fakeTemporal{pollers: 1, failure: temporal.NewCanceledError(kept)}
		code, out := run(t, f, nil, "longhaul", verb, "acme", "--json")
		var got struct {
			Outcome string            `json:"outcome"`
			States  activities.States `json:"states"`
		}
		if err := json.Unmarshal(out.stdout.Bytes(), &got); err != nil || got.Outcome != "cancelled" || got.States.Described != 1234 {
			t.Errorf("%s: %v in %s", verb, err, out.stdout.String())
		}
		if want := map[string]int{"sync": exitStopped, "status": exitDone}[verb]; code != want {
			t.Errorf("%s: code %d", verb, code)
		}
	}
}

func TestSync_detached(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{pollers: 1, hang: true}
	code, out := run(t, f, nil, "longhaul-starter", "sync", "acme", "--detach", "--json")
	want := `{"outcome":null,"source":"acme","workflow":{"id":"sync-acme","run_id":"run-2","history_events":0}}` + "\n"
	if diff := cmp.Diff(want, out.stdout.String()); diff != "" || code != 0 {
		t.Errorf("code %d: %s", code, diff)
	}
}

func TestSync_joins(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{pollers: 1, open: true, result: completeResult()}
	code, out := run(t, f, nil, "longhaul-starter", "sync", "acme", "--full")
	if code != 0 || !strings.Contains(out.stderr.String(), "Joined the sync that is running; --full and --no-upload are for a new one") {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
}

func TestSync_interruptedLeavesItRunning(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "sync", "acme")
	f := &fakeTemporal{pollers: 1, hang: true, progress: workflows.Progress{Phase: workflows.PhasePlan}}
	app.Dial = f.dial
	ctx, cancel := context.WithCancel(t.Context())
	f.hanging = cancel
	code := Main(ctx, app)
	want := "longhaul-starter: stopped watching; the sync continues, and `longhaul-starter sync acme` joins it again\n"
	if code != exitInterrupted || !strings.HasSuffix(out.stderr.String(), want) {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
}

func TestJSON_emptyListsAreLists(t *testing.T) {
	t.Parallel()
	bare := &workflows.Result{Source: "acme", Outcome: workflows.OutcomeSkipped}
	for _, args := range [][]string{{"sync", "acme", "--json"}, {"status", "acme", "--json"}} {
		f := &fakeTemporal{pollers: 1, result: bare, last: bare}
		_, out := run(t, f, nil, append([]string{"longhaul"}, args...)...)
		for _, part := range []string{`"files":{}`, `"warnings":[]`} {
			if !strings.Contains(out.stdout.String(), part) {
				t.Errorf("%v: %s is missing in %s", args, part, out.stdout.String())
			}
		}
	}
}

// TestSync_showsAWarningWhenItComes says it beside the progress, and the result has it for programs.
func TestSync_showsAWarningWhenItComes(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{nil, {"--json"}} {
		f := &fakeTemporal{pollers: 1, result: completeResult()}
		f.progress = workflows.Progress{Phase: workflows.PhaseDone, Warnings: f.result.Warnings}
		code, out := run(t, f, nil, append([]string{"longhaul-starter", "sync", "acme"}, args...)...)
		if code != 0 || strings.Count(out.stderr.String(), "Warning: a warning\n") != 1 {
			t.Errorf("%v: code %d, stderr:\n%s", args, code, out.stderr.String())
		}
		said := out.stdout.String()
		if args == nil && !strings.Contains(said, "\nWarning: a warning\n") { // no terminal: whoever reads the file has not seen the other stream
			t.Errorf("the summary is\n%s", said)
		}
		var got struct{ Warnings []warning.Shown }
		if args != nil && (json.Unmarshal([]byte(said), &got) != nil || len(got.Warnings) != 1) {
			t.Errorf("the object is %s", said)
		}
	}
}
