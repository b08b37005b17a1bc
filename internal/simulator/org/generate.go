package org

import (
	"sync"
	"time"
)

// Spec describes a generated org. The same Spec gives the same org.
type Spec struct {
	Reports      int // that the run-as user sees without further scopes
	Columns      int // of each report
	Seed         int64
	TypeMetadata int // bytes of a report type's metadata; 40,000 when zero
}

// generated computes every record from its index. Per 1,000 reports it has 60 folders (and 3 of other types), 100
// dashboards with 600 components, 200 standard users (and 10 others); on top, 20 reports and 2 dashboards in private
// folders of others, and 2 reports and a dashboard in the recycle bin. Of the reports 3 are obsolete, 2 forbidden,
// 1 is gone and 2 are joined. From 100 reports on there is one of each kind at least.
type generated struct {
	content
	spec  Spec
	types []*reportType
}

// content computes the rows of folders, reports, dashboards and components.
type content struct {
	people
	seed uint64

	folders, reports, dashboards, components rows
}

// people computes the rows of users, their roles and licences, and of the organization.
type people struct {
	info  Info
	sizes sizes

	users, roles rows
}

type sizes struct {
	folders, otherFolders                                       int
	reports, obsolete, forbidden, gone, joined, own             int
	privateReports, deletedReports                              int
	dashboards, privateDashboards, deletedDashboards, widgetsOf int
	standardUsers, otherUsers, roles                            int
}

// Generate makes an org. It is cheap, whatever the size.
func Generate(spec Spec) Org {
	if spec.TypeMetadata == 0 {
		spec.TypeMetadata = 40_000
	}
	spec.Reports, spec.Columns = max(spec.Reports, 0), max(spec.Columns, 1)
	g := &generated{spec: spec}
	g.seed, g.sizes = mix(uint64(spec.Seed)), sizesOf(spec.Reports)
	z := g.sizes
	g.folders = newRows("00l", z.folders+z.otherFolders, g.seed)
	g.reports = newRows("00O", z.reports+z.privateReports+z.deletedReports, g.seed)
	g.dashboards = newRows("01Z", z.dashboards+z.privateDashboards+z.deletedDashboards, g.seed)
	g.components = newRows("01a", (z.dashboards+z.privateDashboards)*z.widgetsOf, g.seed)
	g.users = newRows("005", z.standardUsers+z.otherUsers, g.seed)
	g.roles = newRows("00E", z.roles, g.seed)
	organization := newRows("00D", 1, g.seed)
	g.info = Info{
		OrgID: organization.id(0), Name: "Simulated Org", Edition: "Enterprise Edition", Locale: "en_US",
		RunAsUserID: g.users.id(g.users.order.from(0)),
	}
	g.types = newReportTypes(spec)
	return g
}

func sizesOf(n int) sizes {
	some := func(per1000 int) int { return (n*per1000 + 999) / 1000 }
	rare := func(per1000 int) int {
		if n < 100 {
			return 0
		}
		return some(per1000)
	}
	return sizes{
		folders: max(some(60), 2), otherFolders: some(3),
		reports: n, obsolete: rare(3), forbidden: rare(2), gone: rare(1), joined: rare(2), own: rare(2),
		privateReports: some(20), deletedReports: some(2),
		dashboards: some(100), privateDashboards: some(2), deletedDashboards: some(1), widgetsOf: 6,
		standardUsers: max(some(200), 2), otherUsers: some(10), roles: max(some(10), 3),
	}
}

// Info describes the org; see Org.
func (g *generated) Info() Info { return g.info }

func (c *content) rowsOf(object string) *rows {
	switch object {
	case "Folder":
		return &c.folders
	case "Report":
		return &c.reports
	case "Dashboard":
		return &c.dashboards
	case "DashboardComponent":
		return &c.components
	case "User":
		return &c.users
	case "UserRole":
		return &c.roles
	}
	return &rows{}
}

// Count counts all rows, those in the recycle bin too; see Org.
func (g *generated) Count(object string) int {
	if object == "Organization" {
		return 1
	}
	if some, ok := access[object]; ok {
		return some.count
	}
	return g.rowsOf(object).count
}

// ID computes the id of a row; see Org.
func (g *generated) ID(object string, i int) string {
	if object == "Organization" {
		return g.info.OrgID
	}
	if some, ok := access[object]; ok {
		return some.id(i)
	}
	return g.rowsOf(object).id(i)
}

// Find computes the index of an id; see Org.
func (g *generated) Find(object, id18 string) (int, bool) {
	if object == "Organization" {
		return 0, id18 == g.info.OrgID
	}
	if some, ok := access[object]; ok {
		return some.find(id18)
	}
	return g.rowsOf(object).find(id18)
}

// Record computes a whole row; see Org.
func (g *generated) Record(object string, i int) Record {
	record := Record{ID: g.ID(object, i), Fields: map[string]any{}}
	schema, ok := Lookup(object)
	if !ok {
		return record
	}
	for k := range schema.Fields {
		name := schema.Fields[k].Name
		if value := g.Field(object, i, name); value != nil {
			record.Fields[name] = value
		}
	}
	return record
}

// Field reads one field; see FieldReader.
func (g *generated) Field(object string, i int, field string) any {
	if field == "Id" {
		return g.ID(object, i)
	}
	switch object {
	case "Folder":
		return g.folderField(i, field)
	case "Report":
		return g.reportField(i, field)
	case "Dashboard":
		return g.dashboardField(i, field)
	case "DashboardComponent":
		return g.componentField(i, field)
	case "User":
		return g.userField(i, field)
	case "UserRole":
		return g.roleField(i, field)
	case "PermissionSet", "PermissionSetAssignment", "Profile", "UserLicense":
		return g.accessField(object, i, field)
	case "Organization":
		return g.organizationField(field)
	}
	return nil
}

// stamp is a moment of the years 2019 to 2025 in Salesforce's form.
func stamp(seconds uint64) string {
	return time.Unix(int64(1_546_300_800+seconds%stampSpan), 0).UTC().Format("2006-01-02T15:04:05.000-0700")
}

const stampSpan = 7 * 365 * 24 * 3600

// lazy computes a value once, at the first call of get.
type lazy[T any] struct {
	once  sync.Once
	value T
}

func (l *lazy[T]) get(compute func() T) T {
	l.once.Do(func() { l.value = compute() })
	return l.value
}
