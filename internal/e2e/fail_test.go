package e2e_test

import (
	"strings"
	"testing"

	"go.temporal.io/sdk/temporal"

	"longhaul/internal/fault"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// TestFailures_endWithOneSentence breaks the settings in every way an operator can and reads what the sync says.
func TestFailures_endWithOneSentence(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name    string
		options server.Options
		tweak   func(*source.Source)
		id      string
		class   fault.Class
		system  fault.System
		says    string
	}{
		{"a wrong client secret", server.Options{}, func(s *source.Source) { s.Salesforce.ClientSecret = source.Held("wrong") }, "sync-acme", fault.LoginRefused, fault.Salesforce, "secret"},
		{"an unknown consumer key", server.Options{}, func(s *source.Source) { s.Salesforce.ClientID = "3MVG9unknown" }, "sync-acme", fault.LoginRefused, fault.Salesforce, "key"},
		{"no Run As user", server.Options{}, func(s *source.Source) { s.Salesforce.ClientID += "-no-run-as" }, "sync-acme", fault.LoginRefused, fault.Salesforce, "Run As"},
		{"a host where nobody listens", server.Options{}, func(s *source.Source) { s.Salesforce.BaseURL = "https://127.0.0.1:1" }, "sync-acme", fault.Transient, fault.Salesforce, "127.0.0.1:1"},
		{
			"no permission for the private reports that are asked for",
			server.Options{Revoked: []string{"ManagePvtRptsAndDashbds"}},
			func(s *source.Source) { s.Scope.Private = true },
			"sync-acme", fault.PermissionMissing, fault.Salesforce, "scope.private",
		},
		{"a wrong catalog token", server.Options{}, func(s *source.Source) { s.Exports[0].Secrets["token"] = source.Held("wrong") }, "sync-acme", fault.LoginRefused, fault.Catalog, "token"},
		{"an org that asks for high assurance", server.Options{StepUp: true}, nil, "sync-acme", fault.SessionPolicy, fault.Salesforce, "assurance"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.options.Reports, row.options.Columns = 100, 1
			p := newPlant(t, row.options, row.tweak)
			app, result := failure(t, p.start(t, row.id))
			if app.Type() != string(row.class) || result.Failure == nil || row.system != "" && result.Failure.System != row.system {
				t.Errorf("got %s: %+v", app.Type(), result.Failure)
			}
			if !strings.Contains(app.Message(), row.says) || strings.Contains(app.Message(), "\n") || len(app.Message()) > 500 {
				t.Errorf("the sentence is %q, want it to speak of %q", app.Message(), row.says)
			}
			if result.Outcome != workflows.OutcomeFailed {
				t.Errorf("the outcome is %q", result.Outcome)
			}
			t.Log(app.Message())
		})
	}
}

// TestFailures_ofASourceThatIsLeftOut breaks the settings so that no worker can serve the source. A sync of it says so, and waits
// for a worker that can.
func TestFailures_ofASourceThatIsLeftOut(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		tweak  func(*source.Source)
		source string
	}{
		{"an unknown source", nil, "other"},
		{"http to another machine", func(s *source.Source) { s.Salesforce.BaseURL = "http://acme.my.salesforce.com" }, "acme"},
		{"a source id that is no UUID", func(s *source.Source) { s.Exports[0].Texts["source_id"] = "42" }, "acme"},
		{"a secret that is not there", func(s *source.Source) {
			s.Exports[0].Secrets["token"], _ = source.References{Lookup: func(string) (string, bool) { return "", false }}.Parse("env:ACME_TOKEN")
		}, "acme"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			p := newPlant(t, server.Options{Reports: 100, Columns: 1}, row.tweak)
			lone := running{p.start(t, workflows.SyncID(row.source)), p.client}
			lone.until(t, longest, func(got workflows.Progress) bool { return got.Waiting == workflows.Unserved(row.source) })
			endsWhenCancelled(t, p.client, lone)
			if calls := len(p.sim.Stats().Routes); calls > 0 {
				t.Errorf("%d routes were called", calls)
			}
		})
	}
}

func TestCancel_keepsWhatWasDescribed(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 2000, Columns: 1, Latency: 50e6}, nil)
	run := p.start(t, "sync-acme")
	described := func() int { return p.sim.Stats().Routes["describe"]["200"] }
	eventually(t, 60e9, func() bool { return described() > 300 })
	if err := p.client.CancelWorkflow(t.Context(), "sync-acme", ""); err != nil {
		t.Fatal(err)
	}
	if err := run.Get(t.Context(), nil); !temporal.IsCanceledError(err) {
		t.Fatalf("got %v, want cancelled", err)
	}
	before := described()
	result := p.sync(t)
	if again := int64(described()-before) + result.States.Reused - result.Kinds.Reports; again > 24 {
		t.Errorf("%d reports were described twice after a cancel", again)
	}
	if result.States.Reused < int64(before)-24 {
		t.Errorf("%d were described before the cancel, %d were reused", before, result.States.Reused)
	}
}
