package server

import (
	"strings"
	"sync"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
)

// tenant is the org as the run-as user sees it. It is the soql.View of every query.
type tenant struct {
	org     org.Org
	info    org.Info
	fields  org.FieldReader // nil when the org only gives whole records
	deleter org.Deleter     // nil when nothing is deleted
	order   soql.Order
	rights  *rights
	hidden  map[string]bool

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
	t.fields, _ = o.Org.(org.FieldReader)
	t.deleter, _ = o.Org.(org.Deleter)
	for _, path := range o.Hidden {
		t.hidden[strings.ToLower(path)] = true
	}
	return t, nil
}

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
	if t.fields != nil {
		return t.fields.Field(object, i, field)
	}
	return fieldOf(t.org.Record(object, i), object, field)
}

// fieldOf reads a field of a record; the id of a reference may stand in its relationship.
func fieldOf(r org.Record, object, field string) any {
	if value, ok := r.Fields[field]; ok {
		return value
	}
	if field == "Id" {
		return r.ID
	}
	o, _ := org.Lookup(object)
	f, ok := o.Field(field)
	if !ok {
		return nil
	}
	if ref, ok := r.Fields[f.Relationship].(org.Ref); ok {
		return ref.ID
	}
	if f.Type == "boolean" {
		return false
	}
	return nil
}

func (t *tenant) text(object string, i int, field string) string {
	s, _ := t.Field(object, i, field).(string)
	return s
}

// folderOf is the field that holds the folder of a row, and the permission that opens public folders.
func folderOf(object string) (field, permission string) {
	switch object {
	case "Report":
		return "OwnerId", org.ViewPublicReports
	case "Dashboard":
		return "FolderId", org.ViewPublicDashboards
	}
	return "", ""
}

// In decides what the run-as user sees under a scope; see soql.View.
func (t *tenant) In(object string, i int, scope string, deleted bool) bool {
	if !deleted && t.deleted(object, i) {
		return false
	}
	field, permission := folderOf(object)
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

func (t *tenant) deleted(object string, i int) bool {
	if t.deleter != nil {
		return t.deleter.Deleted(object, i)
	}
	if object != "Report" && object != "Dashboard" {
		return false
	}
	gone, _ := t.Field(object, i, "IsDeleted").(bool)
	return gone
}

// visible tells whether the run-as user may open a row by its id: private ones too, with the permission for them.
func (t *tenant) visible(object string, i int) bool {
	return t.In(object, i, "everything", false) ||
		t.org.Private(object, i) && t.permitted(org.ManagePrivate) && !t.deleted(object, i)
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
