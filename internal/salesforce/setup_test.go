package salesforce_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
)

// An org's logs tell the calls of Longhaul from those of others: every one names it.
func TestClient_namesItselfInEveryCall(t *testing.T) {
	t.Parallel()
	client, sim := simulate(t, server.Options{Reports: 20, Columns: 2})
	ctx, m := t.Context(), new(salesforce.Meter)
	ctx = salesforce.WithMeter(ctx, m)
	identity, err := client.Login(ctx)
	if err != nil {
		t.Fatal(err)
	}
	reports, err := client.Setup().RunReports(ctx, 1)
	if err != nil || len(reports) != 1 {
		t.Fatalf("%v %v", reports, err)
	}
	for name, ask := range map[string]func() error{
		"describe":    func() error { _, err := client.DescribeReport(ctx, reports[0].ID); return err },
		"usage":       func() error { _, _, err := client.Usage(ctx); return err },
		"permissions": func() error { _, err := client.Permissions(ctx); return err },
		"user":        func() error { _, err := client.RunAs(ctx, identity.UserID); return err },
		"counts":      func() error { _, err := client.Setup().RecordCounts(ctx, "User"); return err },
		"count":       func() error { _, err := client.Count(ctx, salesforce.Query{Object: "User"}); return err },
		"clock":       func() error { _, err := client.Clock(ctx); return err },
	} {
		if err := ask(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if diff := cmp.Diff(map[string]int{"Longhaul": int(m.Calls())}, sim.Stats().Clients); diff != "" || m.Calls() != 7 {
		t.Errorf("%d calls (-want +got):\n%s", m.Calls(), diff)
	}
}

func TestSetup_readsTheUserWithItsNameMasked(t *testing.T) {
	t.Parallel()
	client, sim := simulate(t, server.Options{Reports: 20, Columns: 2, Hidden: []string{"Profile.UserLicenseId"}})
	identity, err := client.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	user, err := client.Setup().User(t.Context(), identity.UserID)
	want := salesforce.SetupUser{ID: identity.UserID, Username: "use…@simu…", IsActive: true, Type: "Standard", Profile: "Standard User"}
	if diff := cmp.Diff(want, user); diff != "" || err != nil {
		t.Errorf("without the licence %v (-want +got):\n%s", err, diff)
	}
	sets, err := client.Setup().PermissionSets(t.Context(), identity.UserID)
	if err != nil || len(sets) != 2 {
		t.Fatalf("%+v %v", sets, err)
	}
	if diff := cmp.Diff(salesforce.PermissionSet{Label: "Catalog reader", License: "Salesforce", UserLicense: true}, sets[1]); diff != "" {
		t.Errorf("the set (-want +got):\n%s", diff)
	}
	if err := sim.Revoke(org.ViewSetup); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Setup().PermissionSets(t.Context(), identity.UserID); !fault.Is(err, fault.PermissionMissing) {
		t.Errorf("without View Setup: %v", err)
	}
	if _, err := client.Setup().RecordCounts(t.Context(), "User"); !fault.Is(err, fault.PermissionMissing) {
		t.Errorf("without View Setup: %v", err)
	}
}

func TestSetup_readsTheLicenceAndTheLogins(t *testing.T) {
	t.Parallel()
	client, sim := simulate(t, server.Options{Reports: 20, Columns: 2})
	if err := sim.SetFaults([]server.Fault{{Name: "oauth_ip_restricted", Times: 1}}); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Login(t.Context()); !fault.Is(err, fault.LoginRefused) {
		t.Fatalf("the first login is %v", err)
	}
	client.Renew(time.Now())
	sim.Advance(time.Second)
	identity, err := client.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if user, err := client.Setup().User(t.Context(), identity.UserID); err != nil || user.License != "Salesforce" {
		t.Errorf("%+v %v", user, err)
	}
	logins, err := client.Setup().Logins(t.Context(), identity.UserID, 5)
	if err != nil || len(logins) != 2 {
		t.Fatalf("%+v %v", logins, err)
	}
	newest, first := logins[0], logins[1]
	if !newest.Succeeded() || newest.SourceIP != "127.0.0.1" || newest.Application != "CatalogConnector" || time.Since(newest.At) > time.Minute {
		t.Errorf("the newest login is %+v", newest)
	}
	if first.Succeeded() || first.Status != "Restricted IP" {
		t.Errorf("the first login is %+v", first)
	}
	if got := client.Scope(); got != "api" {
		t.Errorf("the scope is %q", got)
	}
}

func TestCount_countsWhatTheUserSees(t *testing.T) {
	t.Parallel()
	client, _ := simulate(t, server.Options{Reports: 300, Columns: 1, CountsReports: true})
	count := func(q salesforce.Query) int64 {
		n, err := client.Count(t.Context(), q)
		if err != nil {
			t.Errorf("%+v: %v", q, err)
		}
		return n
	}
	all := count(salesforce.Query{Object: "Report", Where: "IsDeleted = FALSE", Optional: []string{"Nonsense__c"}})
	private := count(salesforce.Query{Object: "Report", Scope: "allPrivate"})
	if all != 300 || private != 7 { // one of them in the user's own private folder
		t.Errorf("%d reports, %d private ones", all, private)
	}
	if counts, err := client.Setup().RecordCounts(t.Context(), "Report", "Nothing"); err != nil || counts["Report"] != 306 || len(counts) != 1 {
		t.Errorf("the record counts are %v: %v", counts, err)
	}
	if _, err := client.Count(t.Context(), salesforce.Query{Object: "Report; DELETE"}); err == nil {
		t.Error("what is no name became part of a query")
	}
}

func TestPermissions_readsMoreByName(t *testing.T) {
	t.Parallel()
	client, sim := simulate(t, server.Options{Reports: 1, Hidden: []string{"UserPermissionAccess.PermissionsManageRoles"}})
	if err := sim.Grant("ModifyAllData", "CustomizeApplication", "ManageReportsInPubFolders", "ManageDashbdsInPubFolders"); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range permission.Excess {
		names = append(names, p.Name)
	}
	m := new(salesforce.Meter)
	set, err := client.Permissions(salesforce.WithMeter(t.Context(), m), names...)
	if has, known := set.Has("ModifyAllData"); err != nil || !has || !known {
		t.Errorf("%v %v", set.Granted(), err)
	}
	if _, known := set.Has("ManageRoles"); known || m.Calls() != 3 {
		t.Errorf("a permission that the org does not have is known: %v, %d calls", set.Granted(), m.Calls())
	}
	const held = "ModifyAllData CustomizeApplication ManageReportsInPubFolders ManageDashbdsInPubFolders"
	for _, p := range permission.Excess {
		if has, known := set.Has(p.Name); p.Name != "ManageRoles" && (!known || has != strings.Contains(held, p.Name)) {
			t.Errorf("%s is %t, known %t", p.Name, has, known)
		}
	}
}

// A user that has just logged in is active, also where it may not see that.
func TestSetup_aUserWhoseFieldsAreHiddenIsActive(t *testing.T) {
	t.Parallel()
	client, _ := simulate(t, server.Options{Reports: 5, Columns: 2, Hidden: []string{"User.IsActive"}})
	identity, err := client.Login(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if user, err := client.Setup().User(t.Context(), identity.UserID); err != nil || !user.IsActive || user.Username == "" {
		t.Errorf("got %+v, %v", user, err)
	}
}
