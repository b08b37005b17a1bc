package salesforce

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/permission"
)

// answering makes an org that answers each query with the body for its object.
func answering(t *testing.T, bodies map[string]string) *fakeOrg {
	return &fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
		for object, body := range bodies {
			if strings.Contains(r.URL.Query().Get("q"), " FROM "+object) {
				writeJSON(w, body)
				return
			}
		}
		t.Errorf("unexpected request %s", r.URL)
		writeError(w, 404, "NOT_FOUND", "The requested resource does not exist")
	}}
}

func TestOrganization(t *testing.T) {
	t.Parallel()
	client := connect(t, answering(t, map[string]string{"Organization": `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"Organization"},
		"Id":"00Dxx0000001gPL","Name":"Acme","OrganizationType":"Enterprise Edition","IsSandbox":true,"LanguageLocaleKey":"de"}]}`}))
	got, err := client.Organization(t.Context())
	want := Organization{ID: "00Dxx0000001gPLEAY", Name: "Acme", Type: "Enterprise Edition", IsSandbox: true, Locale: "de"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}

func TestRunAs(t *testing.T) {
	t.Parallel()
	client := connect(t, answering(t, map[string]string{"User WHERE (Id = '005xx000001SwiUAAS')": `{"totalSize":1,"done":true,"records":[
		{"Id":"005xx000001SwiUAAS","IsActive":true,"LanguageLocaleKey":"en_US","UserType":"Standard"}]}`}))
	got, err := client.RunAs(t.Context(), "005xx000001SwiU")
	want := RunAs{ID: "005xx000001SwiUAAS", IsActive: true, Locale: "en_US", Type: "Standard"}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	if _, err := client.RunAs(t.Context(), "x' OR Id != '"); !fault.Is(err, fault.Invalid) {
		t.Errorf("what is no id: %v", err)
	}
}

func TestOrganization_thatCannotBeSeen(t *testing.T) {
	t.Parallel()
	client := connect(t, answering(t, map[string]string{"Organization": `{"totalSize":0,"done":true,"records":[]}`}))
	if _, err := client.Organization(t.Context()); !fault.Is(err, fault.PermissionMissing) || !strings.Contains(err.Error(), "Organization") {
		t.Errorf("got %v", err)
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	var soql string
	client := connect(t, &fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/services/data/v59.0/sobjects/UserPermissionAccess/describe" {
			writeJSON(w, `{"actionOverrides":[],"fields":[{"name":"Id","picklistValues":[{"name":"PermissionsViewSetup"}]},{"name":"PermissionsRunReports"},
				{"aggregatable":true,"name":"PermissionsViewRoles"},{"name":"PermissionsManagePvtRptsAndDashbds"},
				{"name":"PermissionsEditTask"}],"name":"UserPermissionAccess"}`)
			return
		}
		soql = r.URL.Query().Get("q")
		if strings.Contains(soql, "PermissionsApiUserOnly") {
			writeError(w, 400, "INVALID_FIELD", "No such column 'PermissionsApiUserOnly' on entity 'UserPermissionAccess'.")
			return
		}
		writeJSON(w, `{"totalSize":1,"done":true,"records":[{"attributes":{"type":"UserPermissionAccess"},
			"PermissionsRunReports":true,"PermissionsViewRoles":false,"PermissionsManagePvtRptsAndDashbds":null}]}`)
	}})
	m := new(Meter)
	got, err := client.Permissions(WithMeter(t.Context(), m))
	if err != nil || m.Calls() != 3 {
		t.Fatalf("%v after %d calls", err, m.Calls())
	}
	if want := "SELECT PermissionsManagePvtRptsAndDashbds, PermissionsRunReports, PermissionsViewRoles FROM UserPermissionAccess"; soql != want {
		t.Errorf("asked %s", soql)
	}
	for _, row := range []struct {
		name       string
		has, known bool
	}{
		{"RunReports", true, true},
		{"PermissionsRunReports", true, true},
		{"ViewRoles", false, true},
		{"ManagePvtRptsAndDashbds", false, false},
		{"ViewSetup", false, false},
	} {
		if has, known := got.Has(row.name); has != row.has || known != row.known {
			t.Errorf("Has(%s) = %t, %t; want %t, %t", row.name, has, known, row.has, row.known)
		}
	}
	if diff := cmp.Diff(map[string]bool{"RunReports": true, "ViewRoles": false}, got.Granted()); diff != "" {
		t.Errorf("granted (-want +got):\n%s", diff)
	}
	if has, known := (permission.Set{}).Has("RunReports"); has || known {
		t.Error("empty permissions know something")
	}
}

func TestPermissions_costsOneCallWhereTheOrgKnowsAll(t *testing.T) {
	t.Parallel()
	client := connect(t, &fakeOrg{handle: func(w http.ResponseWriter, _ *http.Request) {
		fields := make([]string, 0, len(permission.Names()))
		for _, name := range permission.Names() {
			fields = append(fields, `"Permissions`+name+`":`+strconv.FormatBool(name == "RunReports"))
		}
		writeJSON(w, `{"totalSize":1,"done":true,"records":[{`+strings.Join(fields, ",")+`}]}`)
	}})
	m := new(Meter)
	got, err := client.Permissions(WithMeter(t.Context(), m))
	if has, known := got.Has("RunReports"); err != nil || !has || !known || m.Calls() != 1 {
		t.Errorf("%v, %t, %t after %d calls", err, has, known, m.Calls())
	}
}

func TestPermissions_thatCannotBeRead(t *testing.T) {
	t.Parallel()
	for name, handle := range map[string]http.HandlerFunc{
		"an object that is not there": func(w http.ResponseWriter, _ *http.Request) {
			writeError(w, 404, "NOT_FOUND", "The requested resource does not exist")
		},
		"an object that cannot be queried": func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/describe") {
				writeJSON(w, `{"fields":[{"name":"PermissionsRunReports"}]}`)
				return
			}
			writeError(w, 400, "INVALID_TYPE", "sObject type 'UserPermissionAccess' is not supported.")
		},
	} {
		_, err := connect(t, &fakeOrg{handle: handle}).Permissions(t.Context())
		if e := mustError(t, err); e.Class != fault.PermissionMissing || e.Whole {
			t.Errorf("%s: %v", name, err)
		}
	}
	none := connect(t, &fakeOrg{handle: func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/describe") {
			writeJSON(w, `{"fields":[{"name":"Id"}]}`)
			return
		}
		writeError(w, 400, "INVALID_FIELD", "No such column 'PermissionsApiEnabled' on entity 'UserPermissionAccess'.")
	}})
	if got, err := none.Permissions(t.Context()); err != nil || len(got.Granted()) != 0 {
		t.Errorf("an org without any of them: %v, %v", got, err)
	}
}

func TestReadLimits(t *testing.T) {
	t.Parallel()
	got, err := readLimits(strings.NewReader(`{"DailyApiRequests":{"Max":115000,"Remaining":88231},"Odd":7,
		"PermissionSets":{"Max":1500,"Remaining":1499,"CreateCustom":{"Max":1000,"Remaining":999}},"Half":{"Max":1.5,"Remaining":"x"}}`))
	want := map[string]limit{dailyAPIRequests: {115000, 88231}, "PermissionSets": {1500, 1499}, "Half": {}}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
}
