package server

import (
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
	"longhaul/internal/simulator/tenant"
)

func TestBothWaysOfPagingReadTheSame(t *testing.T) {
	t.Parallel()
	for _, order := range []soql.Order{soql.Binary, soql.IgnoreCase} {
		c := start(t, Options{Reports: 5000, Columns: 1, IDOrder: order})
		whole, pages := c.ids("SELECT Id FROM Report")
		if len(whole) != 5000 || pages != 3 {
			t.Errorf("%s: %d reports in %d pages, want 5000 in 3", order, len(whole), pages)
		}
		var keyset []string
		for last := ""; ; {
			where := ""
			if last != "" {
				where = " WHERE Id > '" + last + "'"
			}
			ids, _ := c.ids("SELECT Id FROM Report" + where + " ORDER BY Id LIMIT 2000")
			if len(ids) == 0 {
				break
			}
			keyset = append(keyset, ids...)
			last = ids[len(ids)-1]
		}
		if !slices.Equal(whole, keyset) {
			t.Errorf("%s: paging by key reads %d reports, by locator %d, or in another order", order, len(keyset), len(whole))
		}
		if !slices.IsSortedFunc(keyset, order.Compare) || slices.IsSorted(keyset) != (order == soql.Binary) {
			t.Errorf("%s: the reports come in another order", order)
		}
		if small, n := c.ids("SELECT Id FROM Report", "Sforce-Query-Options", "batchSize=700"); n != 8 || !slices.Equal(small, whole) {
			t.Errorf("%s: with a batch size of 700 there are %d pages", order, n)
		}
		if _, n := c.ids("SELECT Id FROM Report LIMIT 400", "Sforce-Query-Options", "batchSize=5"); n != 2 {
			t.Errorf("%s: a batch size of 5 gives %d pages of 400, want 2 of the least size", order, n)
		}
	}
}

func TestShortPages(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 1000, Columns: 1, PageSize: 300})
	if ids, pages := c.ids("SELECT Id FROM Report ORDER BY Id LIMIT 2000"); len(ids) != 1000 || pages != 4 {
		t.Errorf("%d reports in %d pages, want 1000 in 4", len(ids), pages)
	}
}

func TestLocators(t *testing.T) {
	t.Parallel()
	now := newClock()
	c := start(t, Options{Reports: 500, Columns: 1, PageSize: 200, Clock: now, TokenTTL: 100 * time.Hour})
	var first page
	c.query("SELECT Id FROM Report").decode(t, &first)
	if !strings.HasPrefix(first.NextRecordsURL, "/services/data/v59.0/query/01g") || !strings.HasSuffix(first.NextRecordsURL, "-200") {
		t.Fatalf("the next page is at %s", first.NextRecordsURL)
	}
	if a := c.get("/" + first.NextRecordsURL + "?q=SELECT+Id+FROM+Report"); a.status != 200 {
		t.Errorf("the next page with a doubled slash and the query again answers %d", a.status)
	}
	other := c.login()
	if a := c.get(first.NextRecordsURL, "Authorization", "Bearer "+other); a.status != 401 || a.code() != "INVALID_SESSION_ID" {
		t.Errorf("another session's locator answers %d %s", a.status, a.body)
	}
	for _, path := range []string{"01gHs0000000001AAA-200", "x", strings.TrimPrefix(first.NextRecordsURL, "/services/data/v59.0/query/") + "9999"} {
		if a := c.get("/services/data/v59.0/query/" + path); a.status != 400 || a.code() != "INVALID_QUERY_LOCATOR" {
			t.Errorf("the locator %s answers %d %s", path, a.status, a.body)
		}
	}
	now.add(48 * time.Hour)
	if a := c.get(first.NextRecordsURL); a.status != 400 || a.code() != "INVALID_QUERY_LOCATOR" {
		t.Errorf("a locator of two days ago answers %d %s", a.status, a.body)
	}
}

func TestWhatAUserSees(t *testing.T) {
	t.Parallel()
	const reports, private = "SELECT Id FROM Report", "SELECT Id FROM Report USING SCOPE allPrivate"
	all := start(t, Options{Reports: 1000, Columns: 1, Granted: []string{org.CustomizeApplication}})
	everything, _ := all.ids(reports)
	hidden, _ := all.ids(private)
	mine, _ := all.ids("SELECT Id FROM Report USING SCOPE mine")
	if len(everything) != 1000 || len(hidden) != 22 || len(mine) != 2 {
		t.Errorf("%d reports, %d private, %d of them mine, want 1000, 22, 2", len(everything), len(hidden), len(mine))
	}
	if ids, _ := all.ids("SELECT Id FROM DashboardComponent WHERE CustomReportId != null"); len(ids) == 0 || len(ids) == 600 {
		t.Errorf("%d components show a report", len(ids))
	}
	if a := all.get("/services/data/v59.0/queryAll?q=SELECT+COUNT()+FROM+Report"); !strings.Contains(string(a.body), `"totalSize":1002`) {
		t.Errorf("with those in the bin there are %s", a.body)
	}
	for permission, test := range map[string]struct{ query, code string }{
		org.ManagePrivate:        {"SELECT CustomReportId FROM DashboardComponent", "INVALID_FIELD"},
		org.ViewRoles:            {"SELECT Id FROM UserRole", "INVALID_TYPE"},
		org.CustomizeApplication: {"SELECT NamespacePrefix FROM Report", "INVALID_FIELD"},
		org.APIEnabled:           {"SELECT Id FROM Report", "API_CURRENTLY_DISABLED"},
	} {
		if a := all.query(test.query); a.status != 200 {
			t.Errorf("%s with every permission: %d %s", test.query, a.status, a.body)
		}
		c := start(t, Options{Revoked: []string{permission}})
		if a := c.query(test.query); a.code() != test.code {
			t.Errorf("%s without %s: %d %s, want %s", test.query, permission, a.status, a.body, test.code)
		}
	}
	for permission, test := range map[string]struct {
		query string
		most  int
	}{
		org.ViewPublicReports:    {reports, 400},
		org.ViewPublicDashboards: {"SELECT Id FROM DashboardComponent", 0},
		org.ViewAllUsers:         {"SELECT Id FROM User", 1},
	} {
		c := start(t, Options{Reports: 1000, Columns: 1, Revoked: []string{permission}})
		if ids, _ := c.ids(test.query); len(ids) > test.most {
			t.Errorf("%s without %s: %d rows, want %d at most", test.query, permission, len(ids), test.most)
		}
	}
}

func TestPrivateReportsNeedThePermission(t *testing.T) {
	t.Parallel()
	o := Options{Reports: 200, Columns: 2}
	with := start(t, o)
	o.Revoked = []string{org.ManagePrivate}
	without := start(t, o)
	hidden, _ := with.ids("SELECT Id FROM Report USING SCOPE allPrivate WHERE OwnerId != '" + with.s.live.Tenant().Org().Info().RunAsUserID + "'")
	if a := without.query("SELECT Id FROM Report USING SCOPE allPrivate"); a.status != 403 {
		t.Errorf("the scope allPrivate without the permission answers %d", a.status)
	}
	for _, id := range hidden {
		path := "/services/data/v59.0/analytics/reports/" + id + "/describe"
		if a, b := with.get(path).status, without.get(path).status; a != 200 || b != 404 {
			t.Errorf("a private report answers %d with the permission and %d without", a, b)
		}
	}
	var row struct {
		PermissionsManagePvtRptsAndDashbds, PermissionsRunReports bool
	}
	a := without.query("SELECT PermissionsManagePvtRptsAndDashbds, PermissionsRunReports FROM UserPermissionAccess")
	var answer struct{ Records []any }
	a.decode(t, &answer)
	if len(answer.Records) != 1 || !strings.Contains(string(a.body), `"PermissionsManagePvtRptsAndDashbds":false,"PermissionsRunReports":true`) {
		t.Errorf("the permissions are %s %v", a.body, row)
	}
}

func TestAHiddenFieldIsUnknown(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Hidden: []string{"UserPermissionAccess.PermissionsViewSetup"}})
	a := c.query("SELECT PermissionsViewSetup FROM UserPermissionAccess")
	if a.status != 400 || a.code() != "INVALID_FIELD" || !strings.Contains(string(a.body), "No such column 'PermissionsViewSetup'") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := c.get("/services/data/v59.0/sobjects/UserPermissionAccess/describe"); strings.Contains(string(a.body), "PermissionsViewSetup") ||
		!strings.Contains(string(a.body), "PermissionsRunReports") {
		t.Errorf("the description is %s", a.body)
	}
}

func TestTheDocumentedQueriesWork(t *testing.T) {
	t.Parallel()
	c := start(t, Options{Reports: 300, Columns: 1})
	after := c.s.live.Tenant().Org().ID("Report", 0)
	for _, query := range []string{
		"SELECT Id, Name, DeveloperName, Description, Format, OwnerId, FolderName, LastRunDate, CreatedDate, CreatedById, LastModifiedDate, " +
			"LastModifiedById, SystemModstamp FROM Report WHERE Id > '" + after + "' ORDER BY Id LIMIT 2000",
		"SELECT Id, Name, DeveloperName, Type, ParentId, NamespacePrefix, LastModifiedDate, SystemModstamp FROM Folder " +
			"WHERE Type IN ('Report','Dashboard') AND Id > '00l000000000000AAA' ORDER BY Id LIMIT 2000",
		"SELECT Id, Name, DashboardId, CustomReportId, Dashboard.Title, CustomReport.Name FROM DashboardComponent ORDER BY Id LIMIT 2000",
		"SELECT Id, Title, (SELECT Id, CustomReportId FROM DashboardComponents) FROM Dashboard",
		"SELECT Id, Name, OrganizationType, IsSandbox, InstanceName, LanguageLocaleKey, TimeZoneSidKey FROM Organization",
		"SELECT Id, Username, Name, Email, IsActive, UserType, ProfileId, UserRoleId, ManagerId, LanguageLocaleKey FROM User WHERE IsActive = true",
		"SELECT Id, Name, DeveloperName, ParentRoleId, RollupDescription FROM UserRole",
		"SELECT LoginTime, Status, Application FROM LoginHistory",
	} {
		a := c.query(query)
		var p page
		a.decode(t, &p)
		if a.status != 200 || p.TotalSize == 0 {
			t.Errorf("%s: %d %.200s", query, a.status, a.body)
		}
	}
	if a := c.get("/services/data/v59.0/query"); a.status != 400 || a.code() != "MALFORMED_QUERY" {
		t.Errorf("no query at all answers %d %s", a.status, a.body)
	}
}

func BenchmarkKeysetPage(b *testing.B) {
	permissions, err := tenant.NewPermissions(nil, nil)
	if err != nil {
		b.Fatal(err)
	}
	readPages(b, tenant.New(org.Generate(org.Spec{Reports: 200_000, Columns: 1}), soql.Binary, permissions, nil))
}

func BenchmarkKeysetPageAfterChurn(b *testing.B) {
	s, err := Start(Options{Reports: 200_000, Columns: 1})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	if _, err := s.Churn(Churn{Create: 1000, Rename: Picks{Number: 1000}, Delete: Picks{Number: 1000}}); err != nil {
		b.Fatal(err)
	}
	readPages(b, s.live.Tenant())
}

func readPages(b *testing.B, t *tenant.Tenant) {
	b.Helper()
	for i := 0; b.Loop(); i = (i + 7919) % 190_000 {
		parsed, err := soql.Parse("SELECT Id, Name, FolderName, CreatedBy.Id, LastModifiedDate FROM Report WHERE Id > '" +
			t.ID("Report", i) + "' ORDER BY Id LIMIT 2000")
		if err != nil {
			b.Fatal(err)
		}
		plan, err := soql.Prepare(parsed, t)
		if err != nil {
			b.Fatal(err)
		}
		rows, err := plan.Run(b.Context(), false)
		if err != nil || len(rows) != 2000 {
			b.Fatal(len(rows), err)
		}
		var out []byte
		for _, row := range rows {
			out = plan.Append(out[:0], int(row), "/services/data/v59.0")
		}
	}
}
