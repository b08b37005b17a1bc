// Package tenant is the org as the run-as user sees it.
package tenant

import (
	"strings"
	"sync"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/soql"
)

// Tenant is the org as the run-as user sees it. It is the soql.View of every query.
type Tenant struct {
	Logins *session.Logins // of the run-as user; nil is none

	org         org.Org
	info        org.Info
	order       soql.Order
	permissions *Permissions
	hidden      map[string]bool // fields that the org lacks, as object.field in lower case

	concealed map[string]map[int]string // rows that listings leave out, by object: their ids

	mu       sync.Mutex
	rankings map[string]*soql.Ranking
	children map[string]map[string][]int
}

// New makes the view of an org whose server orders ids in some order. hidden are fields that the org lacks, as Object.Field.
func New(o org.Org, order soql.Order, permissions *Permissions, hidden []string) *Tenant {
	t := &Tenant{
		org: o, info: o.Info(), order: order, permissions: permissions, hidden: map[string]bool{},
		rankings: map[string]*soql.Ranking{}, children: map[string]map[string][]int{},
	}
	for _, path := range hidden {
		t.hidden[strings.ToLower(path)] = true
	}
	return t
}

// With is the same user's view of an edited org. concealed are the ids of the rows that listings leave out, by object.
func (t *Tenant) With(o org.Org, concealed map[string][]string) *Tenant {
	next := &Tenant{
		Logins: t.Logins, org: o, info: t.info, order: t.order, permissions: t.permissions, hidden: t.hidden,
		rankings: map[string]*soql.Ranking{}, children: map[string]map[string][]int{},
	}
	for object, ids := range concealed {
		for _, id := range ids {
			if i, ok := o.Find(object, id); ok {
				if next.concealed == nil {
					next.concealed = map[string]map[int]string{}
				}
				if next.concealed[object] == nil {
					next.concealed[object] = map[int]string{}
				}
				next.concealed[object][i] = id
			}
		}
	}
	return next
}

// Org is the org behind the view.
func (t *Tenant) Org() org.Org { return t.org }

// ConcealedIDs lists the rows of all objects that listings leave out, by object and row.
func (t *Tenant) ConcealedIDs() map[string]map[int]string { return t.concealed }

// Object hides objects that need a permission the user lacks; see soql.View.
func (t *Tenant) Object(name string) (*org.Object, bool) {
	o, ok := org.Lookup(name)
	if !ok || !t.permissions.Has(o.Permission) || o.Name == "Name" {
		return nil, false
	}
	return o, true
}

// Knows hides such fields, and those that the options hide; see soql.View.
func (t *Tenant) Knows(o *org.Object, f *org.Field) bool {
	return t.permissions.Has(f.Permission) && !t.hidden[strings.ToLower(o.Name+"."+f.Name)]
}

// Components are the components of a dashboard.
var Components = org.Child{Name: "DashboardComponents", Object: "DashboardComponent", Field: "DashboardId"}

const permissionAccess = "UserPermissionAccess"

// Count counts all rows, whether the user may see them or not; see soql.View.
func (t *Tenant) Count(object string) int {
	switch object {
	case permissionAccess:
		return 1
	case loginHistory:
		return logins{t.Logins}.count()
	}
	return t.org.Count(object)
}

// ID gives the id of a row; see soql.View.
func (t *Tenant) ID(object string, i int) string {
	switch object {
	case permissionAccess:
		return "000000000000000AAA"
	case loginHistory:
		return logins{t.Logins}.id(i)
	}
	return t.org.ID(object, i)
}

// Find gives the row of an id; see soql.View.
func (t *Tenant) Find(object, id18 string) (int, bool) {
	switch object {
	case permissionAccess:
		return 0, false
	case loginHistory:
		return logins{t.Logins}.find(id18)
	}
	return t.org.Find(object, id18)
}

// Field reads one field; it makes the row of UserPermissionAccess; see soql.View.
func (t *Tenant) Field(object string, i int, field string) any {
	switch object {
	case permissionAccess:
		return t.permissions.Has(strings.TrimPrefix(field, "Permissions"))
	case loginHistory:
		return logins{t.Logins}.field(i, field, t.info.RunAsUserID)
	}
	return org.ReadField(t.org, object, i, field)
}

// Text reads a field that holds text; another is empty.
func (t *Tenant) Text(object string, i int, field string) string {
	s, _ := t.Field(object, i, field).(string)
	return s
}

// opens is the permission that opens the public folders of an object.
func opens(object string) string {
	switch object {
	case "Report":
		return org.ViewPublicReports
	case "Dashboard":
		return org.ViewPublicDashboards
	}
	return ""
}

// In decides what the run-as user sees under a scope; see soql.View.
func (t *Tenant) In(object string, i int, scope string, deleted bool) bool {
	if org.IsDeleted(t.org, object, i) && (!deleted || org.IsPurged(t.org, object, i)) || org.IsClosed(t.org, object, i) {
		return false
	}
	field, permission := org.FolderField(object), opens(object)
	switch scope {
	case "allPrivate":
		return strings.HasPrefix(t.Text(object, i, field), "005")
	case "mine":
		return t.Text(object, i, field) == t.info.RunAsUserID
	case "organizationOwned":
		return t.Text(object, i, field) == t.info.OrgID
	case "created":
		return t.Text(object, i, "CreatedById") == t.info.RunAsUserID && !t.org.Private(object, i)
	}
	switch object {
	case permissionAccess:
		return true
	case loginHistory:
		return logins{t.Logins}.shown(i)
	case "Profile": // without the permission a user sees the name of its own alone
		return t.permissions.Has(org.ViewSetup) || t.ID(object, i) == t.Text("User", t.runAs(), "ProfileId")
	case "User":
		return t.permissions.Has(org.ViewAllUsers) || t.ID(object, i) == t.info.RunAsUserID
	case "DashboardComponent":
		if !t.permissions.Has(org.ViewPublicDashboards) {
			row, ok := t.Find("Dashboard", t.Text(object, i, "DashboardId"))
			return ok && t.In("Dashboard", row, scope, deleted)
		}
	}
	if t.org.Private(object, i) {
		return false
	}
	return t.permissions.Has(permission) || !strings.HasPrefix(t.Text(object, i, field), "00l")
}

// runAs is the row of the run-as user.
func (t *Tenant) runAs() int {
	i, _ := t.org.Find("User", t.info.RunAsUserID)
	return i
}

// Visible reports whether the run-as user may open a row by its id: private ones too, with the permission for them.
func (t *Tenant) Visible(object string, i int) bool {
	return t.In(object, i, "everything", false) ||
		t.org.Private(object, i) && t.permissions.Has(org.ManagePrivate) && !org.IsDeleted(t.org, object, i)
}

// FindRow finds a row that the caller may open by its id, in either form.
func (t *Tenant) FindRow(object, id string) (int, bool) {
	full, ok := org.Normalize(id)
	if !ok {
		return 0, false
	}
	i, ok := t.Find(object, full)
	if !ok || !t.Visible(object, i) {
		return 0, false
	}
	return i, true
}

// Concealed reports which rows listings leave out; see soql.View.
func (t *Tenant) Concealed(object string, i int) bool {
	if t.concealed == nil {
		return false
	}
	_, ok := t.concealed[object][i]
	return ok
}

// Ranking orders the ids of an object at its first call, and those of logins at each, because they grow; see soql.View.
func (t *Tenant) Ranking(object string) *soql.Ranking {
	if object == loginHistory {
		return soql.NewRanking(t.order, t.Count(object), func(i int) string { return t.ID(object, i) })
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.rankings[object]
	if r == nil {
		r = soql.NewRanking(t.order, t.Count(object), func(i int) string { return t.ID(object, i) })
		t.rankings[object] = r
	}
	return r
}

// Children looks into an index that is made at its first call; see soql.View.
func (t *Tenant) Children(child org.Child, parentID string) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	index := t.children[child.Name]
	if index == nil {
		index = map[string][]int{}
		for i := range t.Count(child.Object) {
			parent := t.Text(child.Object, i, child.Field)
			index[parent] = append(index[parent], i)
		}
		t.children[child.Name] = index
	}
	return index[parentID]
}
