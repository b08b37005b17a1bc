// Package permission lists the permissions of the run-as user that Longhaul reads, and says what each is for.
package permission

import (
	"maps"
	"slices"
	"strings"
)

// The names of an org's permissions in the API.
const (
	Object = "UserPermissionAccess" // has a field for each
	Prefix = "Permissions"          // of the names of these fields
)

// ManageAllPrivate is the permission that shows which report stands behind a component, and the contents of others' private folders.
const ManageAllPrivate = "ManagePvtRptsAndDashbds"

// Permission is a permission of the run-as user that decides what a sync sees.
type Permission struct {
	Name  string // in the API, without the prefix Permissions
	Label string // in Salesforce's setup
	Cost  string // the loss without it, as the end of a sentence

	Decides bool // a sync that lacks it asks before it spends calls on reports
	Needed  bool // no sync can do without it
}

// All are the permissions that decide what a sync sees.
var All = []Permission{
	{Name: "RunReports", Label: "Run Reports", Cost: "no column of a report can be read", Decides: true, Needed: true},
	{
		Name: "ViewPublicReports", Label: "View Reports in Public Folders", Decides: true,
		Cost: "reports in folders that are not shared with the run-as user are missing",
	},
	{
		Name: "ViewPublicDashboards", Label: "View Dashboards in Public Folders", Decides: true,
		Cost: "dashboards in folders that are not shared with the run-as user are missing",
	},
	{
		Name: ManageAllPrivate, Label: "Manage All Private Reports and Dashboards", Decides: true,
		Cost: "the links from dashboards to reports are missing",
	},
	{Name: "ViewAllUsers", Label: "View All Users", Cost: "users who are hidden from the run-as user are missing"},
}

// recorded are permissions that decide nothing by themselves. A sync records them, so that a later one can say what changed.
var recorded = []string{
	"ApiEnabled",           // for every request
	"ApiUserOnly",          // the user logs in by the API alone, which is good practice
	"CustomizeApplication", // for NamespacePrefix
	"ViewRoles",            // for UserRole
	"ViewSetup",            // for the limits, which report the use of the org where no header does
}

// Names lists the permissions that are read, sorted, without the prefix.
func Names() []string {
	names := slices.Clone(recorded)
	for _, p := range All {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	return names
}

// Find finds one of All by its name in the API, with or without the prefix Permissions and in either case.
func Find(name string) (Permission, bool) {
	bare := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), strings.ToLower(Prefix))
	for _, p := range All {
		if strings.ToLower(p.Name) == bare {
			return p, true
		}
	}
	return Permission{}, false
}

// SeesAll reports whether a run-as user with these permissions, by their short names, is known to see every report and every dashboard
// outside others' private folders, and which report stands behind a component. An unknown permission counts as missing.
func SeesAll(granted map[string]bool) bool {
	for _, p := range All {
		if p.Decides && !granted[p.Name] {
			return false
		}
	}
	return true
}

// HidesLinks reports whether the run-as user is known not to see which report stands behind a component.
func HidesLinks(granted map[string]bool) bool {
	has, known := granted[ManageAllPrivate]
	return known && !has
}

// Set is the permissions that are known of the run-as user.
type Set struct{ granted map[string]bool }

// NewSet makes a Set of short names, as RunReports, and whether each is granted.
func NewSet(granted map[string]bool) Set {
	return Set{granted: maps.Clone(granted)}
}

// Has reports whether the user has a permission, as "RunReports". It is unknown where the org does not have it.
func (s Set) Has(name string) (has, known bool) {
	has, known = s.granted[strings.TrimPrefix(name, Prefix)]
	return has, known
}

// Granted returns the known permissions by short names, as RunReports, and whether the user has each.
func (s Set) Granted() map[string]bool {
	granted := make(map[string]bool, len(s.granted))
	maps.Copy(granted, s.granted)
	return granted
}
