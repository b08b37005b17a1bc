package org

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"longhaul/internal/doctor"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fixture is a simulated org, and what is asked of it.
type fixture struct {
	t      *testing.T
	sim    *server.Server
	params Params
	rows   []doctor.Finding // of the last check
}

// start starts an org whose run-as user has what the guide gives it and nothing else.
func start(t *testing.T, options server.Options, change ...func(*salesforce.Config)) *fixture {
	t.Helper()
	if options.Reports == 0 {
		options.Reports = 300
	}
	options.Columns, options.TypeMetadata = 3, 200
	sim, err := server.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	ready := sim.Ready()
	cfg := salesforce.Config{BaseURL: ready.Salesforce, Credentials: func(context.Context) (salesforce.Credentials, error) {
		return salesforce.Credentials{
			ClientID: ready.ClientID, ClientSecret: ready.ClientSecret,
			Username: ready.Username, Password: ready.Password, SecurityToken: ready.SecurityToken,
		}, nil
	}}
	for _, c := range change {
		c(&cfg)
	}
	client, err := salesforce.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		client.Close()
		if err := sim.Close(); err != nil {
			t.Error(err)
		}
	})
	return &fixture{t: t, sim: sim, params: Params{Client: client, Auth: cfg.Auth}}
}

// check asks, and looks at what holds for every check: the calls, the secrets, the shape of the rows.
func (f *fixture) check() map[string]doctor.Finding {
	f.t.Helper()
	f.params.Meter = new(salesforce.Meter)
	before := f.sim.Stats()
	f.rows = bounds{all: time.Hour, call: time.Hour}.check(f.t.Context(), f.params) // a busy machine changes no row
	if made, counted := f.params.Meter.Calls(), int64(f.sim.Stats().APICalls-before.APICalls); made > MaxCalls || counted > made {
		f.t.Errorf("%d calls were made, and Salesforce counts %d; at most %d may be", made, counted, MaxCalls)
	}
	f.requireNoSecret()
	found := make(map[string]doctor.Finding, len(f.rows))
	for _, row := range f.rows {
		if _, twice := found[row.ID]; twice || row.Title == "" || row.Found == "" || row.Status == "" {
			f.t.Errorf("a row is twice or incomplete: %+v", row)
		}
		if failed := row.Status == doctor.Fail; failed != (row.Class != "") || failed != (row.System != "") || failed && (row.Cost == "" || row.Fix == "") {
			f.t.Errorf("the class, cost or fix of a row is odd: %+v", row)
		}
		found[row.ID] = row
	}
	return found
}

// requireNoSecret looks for what no row may hold, in every form.
func (f *fixture) requireNoSecret() {
	f.t.Helper()
	text, err := json.Marshal(f.rows)
	if err != nil {
		f.t.Fatal(err)
	}
	ready := f.sim.Ready()
	for _, secret := range []string{
		ready.ClientID, ready.ClientSecret, ready.Username, ready.Password, ready.SecurityToken, ready.CatalogToken,
		"@simulated-org.invalid", "@mail.invalid", "00D!", "Bearer ",
	} {
		if secret != "" && strings.Contains(string(text), secret) {
			f.t.Errorf("a row holds %q: %s", secret, text)
		}
	}
}

// statuses are the answers by id.
func statuses(found map[string]doctor.Finding) map[string]doctor.Status {
	all := make(map[string]doctor.Status, len(found))
	for id, row := range found {
		all[id] = row.Status
	}
	return all
}

// requireChanged compares the answers with those of an org that has everything.
func requireChanged(t *testing.T, found map[string]doctor.Finding, want map[string]doctor.Status) {
	t.Helper()
	changed := map[string]doctor.Status{}
	for id, status := range statuses(found) {
		if usual := healthy[id]; status != usual {
			changed[id] = status
		}
	}
	if diff := cmp.Diff(want, changed); diff != "" {
		t.Errorf("the rows that are other than usual (-want +got):\n%s", diff)
		for id := range changed {
			t.Logf("%+v", found[id])
		}
	}
}

// order lists the rows as people read them.
var order = []string{
	"login", "run_as", "run_as.licence", "run_as.permission_sets", "scopes", "api",
	"permission.RunReports", "permission.ViewPublicDashboards", "permission.ViewPublicReports", "permission.ManagePvtRptsAndDashbds",
	"permission.ViewRoles", "permission.ViewSetup", "permission.ViewAllUsers", "permission.excess",
	"visible.folders", "visible.reports", "visible.dashboards", "visible.users",
	"hidden.folders", "hidden.reports", "hidden.dashboards", "hidden.users", "private.reports",
	"describe", "session.limits", "login.address", "login.history", "api_calls", "clocks",
}

// healthy is the answer of an org that has everything.
var healthy = func() map[string]doctor.Status {
	all := map[string]doctor.Status{}
	for _, id := range order {
		all[id] = doctor.Pass
	}
	return all
}()
