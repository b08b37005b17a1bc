package server

import (
	"strings"
	"sync"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
)

// tenant is the org as the run-as user sees it. It is the soql.View of every query.
type tenant struct {
	org    org.Org
	info   org.Info
	order  soql.Order
	rights *rights
	hidden map[string]bool

	concealed map[string]map[int]string // rows that listings leave out, by object: their ids

	mu       sync.Mutex
	rankings map[string]*soql.Ranking
	children map[string]map[string][]int
}

func newTenant(o Options) (*tenant, error) {
	r, err := newRights(o.Revoked)
	if err != nil {
		return nil, err
	}
	t := &tenant{
		org: o.Org, info: o.Org.Info(), order: o.IDOrder, rights: r, hidden: map[string]bool{},
		rankings: map[string]*soql.Ranking{}, children: map[string]map[string][]int{},
	}
	for _, path := range o.Hidden {
		t.hidden[strings.ToLower(path)] = true
	}
	return t, nil
}

// with is the same user's view of an edited org. concealed are the ids of what listings leave out, by object.
func (t *tenant) with(o org.Org, concealed map[string][]string) *tenant {
	next := &tenant{
		org: o, info: t.info, order: t.order, rights: t.rights, hidden: t.hidden,
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

// tenant is the org as it is now. A call keeps the one that it began with, whose rows do not move under it.
func (s *Server) tenant() *tenant { return s.current.Load() }

func (t *tenant) permitted(permission string) bool { return t.rights.permitted(permission) }

// Object hides objects that need a permission the user lacks; see soql.View.
func (t *tenant) Object(name string) (*org.Object, bool) {
	o, ok := org.Lookup(name)
	if !ok || !t.permitted(o.Permission) || o.Name == "Name" {
		return nil, false
	}
	return o, true
}

// Knows hides such fields, and those that the options hide; see soql.View.
func (t *tenant) Knows(o *org.Object, f *org.Field) bool {
	return t.permitted(f.Permission) && !t.hidden[strings.ToLower(o.Name+"."+f.Name)]
}

const permissionAccess = "UserPermissionAccess"

// Count counts rows whoever may see them; see soql.View.
func (t *tenant) Count(object string) int {
	if object == permissionAccess {
		return 1
	}
	return t.org.Count(object)
}

// ID gives the id of a row; see soql.View.
func (t *tenant) ID(object string, i int) string {
	if object == permissionAccess {
		return "000000000000000AAA"
	}
	return t.org.ID(object, i)
}

// Find gives the row of an id; see soql.View.
func (t *tenant) Find(object, id18 string) (int, bool) {
	if object == permissionAccess {
		return 0, false
	}
	return t.org.Find(object, id18)
}

// Field reads one field; the row of UserPermissionAccess is made here; see soql.View.
func (t *tenant) Field(object string, i int, field string) any {
	if object == permissionAccess {
		name := strings.TrimPrefix(field, "Permissions")
		return t.permitted(name) && name != "ApiUserOnly" && name != "ModifyMetadata"
	}
	return org.ReadField(t.org, object, i, field)
}

func (t *tenant) text(object string, i int, field string) string {
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
func (t *tenant) In(object string, i int, scope string, deleted bool) bool {
	if !deleted && org.IsDeleted(t.org, object, i) {
		return false
	}
	field, permission := org.FolderField(object), opens(object)
	switch scope {
	case "allPrivate":
		return strings.HasPrefix(t.text(object, i, field), "005")
	case "mine":
		return t.text(object, i, field) == t.info.RunAsUserID
	case "organizationOwned":
		return t.text(object, i, field) == t.info.OrgID
	case "created":
		return t.text(object, i, "CreatedById") == t.info.RunAsUserID && !t.org.Private(object, i)
	}
	switch object {
	case permissionAccess:
		return true
	case "User":
		return t.permitted(org.ViewAllUsers) || t.ID(object, i) == t.info.RunAsUserID
	case "DashboardComponent":
		if !t.permitted(org.ViewPublicDashboards) {
			row, ok := t.Find("Dashboard", t.text(object, i, "DashboardId"))
			return ok && t.In("Dashboard", row, scope, deleted)
		}
	}
	if t.org.Private(object, i) {
		return false
	}
	return t.permitted(permission) || !strings.HasPrefix(t.text(object, i, field), "00l")
}

// visible tells whether the run-as user may open a row by its id: private ones too, with the permission for them.
func (t *tenant) visible(object string, i int) bool {
	return t.In(object, i, "everything", false) ||
		t.org.Private(object, i) && t.permitted(org.ManagePrivate) && !org.IsDeleted(t.org, object, i)
}

// findRow finds a row that the caller may open by its id, in either form.
func (t *tenant) findRow(object, id string) (int, bool) {
	full, ok := org.Normalize(id)
	if !ok {
		return 0, false
	}
	i, ok := t.Find(object, full)
	if !ok || !t.visible(object, i) {
		return 0, false
	}
	return i, true
}

// Concealed tells which rows listings leave out; see soql.View.
func (t *tenant) Concealed(object string, i int) bool {
	if t.concealed == nil {
		return false
	}
	_, ok := t.concealed[object][i]
	return ok
}

// Ranking orders the ids of an object when they are first asked for; see soql.View.
func (t *tenant) Ranking(object string) *soql.Ranking {
	t.mu.Lock()
	defer t.mu.Unlock()
	r := t.rankings[object]
	if r == nil {
		r = soql.NewRanking(t.order, t.Count(object), func(i int) string { return t.ID(object, i) })
		t.rankings[object] = r
	}
	return r
}

// Children looks into an index that is made when it is first asked for; see soql.View.
func (t *tenant) Children(child org.Child, parentID string) []int {
	t.mu.Lock()
	defer t.mu.Unlock()
	index := t.children[child.Name]
	if index == nil {
		index = map[string][]int{}
		for i := range t.Count(child.Object) {
			parent := t.text(child.Object, i, child.Field)
			index[parent] = append(index[parent], i)
		}
		t.children[child.Name] = index
	}
	return index[parentID]
}
