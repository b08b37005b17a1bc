package org

import (
	"strings"
	"testing"

	"longhaul/internal/answertest"
	"longhaul/internal/doctor"
	"longhaul/internal/salesforce"
	simulated "longhaul/internal/simulator/org"
	"longhaul/internal/simulator/server"
)

func TestCheck_theRunAsUser(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		field string
		value any
		want  doctor.Status
		says  string
	}{
		"not active":           {"IsActive", false, doctor.Fail, "is not active"},
		"of a community":       {"UserType", "CsnOnly", doctor.Warn, "of the type CsnOnly"},
		"with a tell-all name": {"Username", "anna.b@acme.com", doctor.Pass, "(ann…@acme…)"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			made := simulated.Generate(simulated.Spec{Reports: 10})
			edited, err := simulated.WithEdits(made, []simulated.Edit{{
				Object: "User", ID: made.Info().RunAsUserID, Fields: map[string]any{test.field: test.value},
			}})
			if err != nil {
				t.Fatal(err)
			}
			found := start(t, server.Options{Org: edited}).check()
			row := found["run_as"]
			if row.Status != test.want || !strings.Contains(row.Found, test.says) || !strings.Contains(row.Found, made.Info().RunAsUserID) {
				t.Errorf("%+v", row)
			}
		})
	}
}

// Only the Client Credentials Flow has its user in the app: the others name it at each login.
func TestCheck_anotherUserByJWT(t *testing.T) {
	t.Parallel()
	key, _ := answertest.Key()
	secrets := server.Secrets{ClientID: "3MVG9client", Username: "catalog.bot@acme.invalid"}
	made := simulated.Generate(simulated.Spec{Reports: 10})
	edited, err := simulated.WithEdits(made, []simulated.Edit{{
		Object: "User", ID: made.Info().RunAsUserID, Fields: map[string]any{"UserType": "CsnOnly"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	options := server.Options{Org: edited, Certificate: &key.PublicKey, Secrets: secrets}
	row := start(t, options, byJWT(secrets.Username, secrets.ClientID)).check()["run_as"]
	if row.Status != doctor.Warn || !strings.Contains(row.Fix, "set username") || !strings.Contains(row.Fix, "pre-authorise") ||
		!strings.HasSuffix(row.Where, "Permitted Users") {
		t.Errorf("%+v", row)
	}
}

// A permission that the org does not have, or that cannot be read, is not missing: the row says that nobody knows.
func TestCheck_permissionsThatCannotBeRead(t *testing.T) {
	t.Parallel()
	f := start(t, server.Options{Hidden: []string{"UserPermissionAccess.PermissionsViewPublicReports"}})
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{
		"permission.ViewPublicReports": doctor.Warn, "visible.reports": doctor.Warn, "hidden.reports": doctor.Warn, "hidden.folders": doctor.Warn,
	})
	if row := found["permission.ViewPublicReports"]; !strings.Contains(row.Found, "cannot be read") {
		t.Errorf("%+v", row)
	}

	f = start(t, server.Options{Faults: []server.Fault{{Name: "api_invalid_type", Route: "query", Times: 1}}})
	want := map[string]doctor.Status{
		"permission.excess": doctor.Skipped, "run_as.permission_sets": doctor.Skipped,
		"hidden.folders": doctor.Warn, "hidden.reports": doctor.Warn, "hidden.dashboards": doctor.Warn, "hidden.users": doctor.Warn,
		"visible.reports": doctor.Warn, "visible.dashboards": doctor.Warn,
	}
	for _, id := range order {
		if strings.HasPrefix(id, "permission.") && id != "permission.excess" {
			want[id] = doctor.Warn
		}
	}
	found = f.check()
	requireChanged(t, found, want)
	if got := found["private.reports"].Count; got.Kind != doctor.Unknown {
		t.Errorf("private reports are %+v", got)
	}
}

// The row for permission sets says why it is empty.
func TestCheck_withoutAPermissionSet(t *testing.T) {
	t.Parallel()
	made := simulated.Generate(simulated.Spec{Reports: 10})
	others := made.ID("User", 0)
	if others == made.Info().RunAsUserID {
		others = made.ID("User", 1)
	}
	edited, err := simulated.WithEdits(made, []simulated.Edit{{
		Object: "PermissionSetAssignment", ID: made.ID("PermissionSetAssignment", 1), Fields: map[string]any{"AssigneeId": others},
	}})
	if err != nil {
		t.Fatal(err)
	}
	f := start(t, server.Options{Org: edited})
	found := f.check()
	requireChanged(t, found, map[string]doctor.Status{})
	if row := found["run_as.permission_sets"]; !strings.Contains(row.Found, "none beside the one of the profile") {
		t.Errorf("%+v", row)
	}
	if err := f.sim.Revoke(simulated.ViewAllUsers); err != nil {
		t.Fatal(err)
	}
	if row := f.check()["permission.ViewAllUsers"]; !strings.Contains(row.Where, "New > (no licence), then Manage Assignments") {
		t.Errorf("it says nothing of how to give a set: %+v", row)
	}
}

// TestGivers_nameWhatIsKnown of the profile and the sets of a user.
func TestGivers_nameWhatIsKnown(t *testing.T) {
	t.Parallel()
	sets := func(labels ...string) answer[[]salesforce.PermissionSet] {
		of := answer[[]salesforce.PermissionSet]{asked: true, value: []salesforce.PermissionSet{{Label: "X00e", OfProfile: true}}}
		for _, label := range labels {
			of.value = append(of.value, salesforce.PermissionSet{Label: label})
		}
		return of
	}
	for name, row := range map[string]struct {
		profile    string
		sets       answer[[]salesforce.PermissionSet]
		fix, where string
	}{
		"the profile alone": {"System Administrator", sets(), `profile "System Administrator" gives them`, `Profiles > "System Administrator" > System`},
		"the sets are closed": {
			"Sales", answer[[]salesforce.PermissionSet]{}, `profile "Sales" or a permission set of the user gives them`, "Permission Set Assignments",
		},
		"many sets":         {"Sales", sets("1", "2", "3", "4", "5", "6"), "one of the user's 6 permission sets", "Permission Set Assignments"},
		"nothing":           {"", answer[[]salesforce.PermissionSet]{}, "the profile or the permission set of the user", "Permission Set Assignments"},
		"no profile, a set": {"", sets("Reader"), "the profile or the permission set of the user", "Permission Set Assignments"},
	} {
		f := &facts{sets: row.sets}
		f.user.value.Profile = row.profile
		fix, where := (rights{f}).givers()
		if !strings.Contains(fix, row.fix) || !strings.Contains(where, row.where) || strings.Contains(fix+where, "(the set)") {
			t.Errorf("%s: %s; %s", name, fix, where)
		}
	}
}
