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

// Permission is a permission of the run-as user.
type Permission struct {
	Name    string // in the API, without the prefix Permissions
	Label   string // in Salesforce's setup
	Purpose string // what a sync needs it for, as the end of a sentence; of Excess, what it allows
	Cost    string // the loss without it, as the end of a sentence

	Decides bool // a sync that lacks it asks before it spends calls on reports
	Needed  bool // no sync can do without it
	Unused  bool // no sync uses it
}

// All are the permissions that decide what a sync sees.
var All = []Permission{
	{
		Name: "RunReports", Label: "Run Reports", Decides: true, Needed: true,
		Purpose: "for the columns: Salesforce describes a report to users who may run it", Cost: "no column of a report can be read",
	},
	{
		Name: "ViewPublicReports", Label: "View Reports in Public Folders", Decides: true,
		Purpose: "for the reports of public folders that are not shared with the run-as user",
		Cost:    "reports in folders that are not shared with the run-as user are missing",
	},
	{
		Name: "ViewPublicDashboards", Label: "View Dashboards in Public Folders", Decides: true,
		Purpose: "for the dashboards of public folders that are not shared with the run-as user",
		Cost:    "dashboards in folders that are not shared with the run-as user are missing",
	},
	{
		Name: ManageAllPrivate, Label: "Manage All Private Reports and Dashboards", Decides: true,
		Purpose: "for the links from components of dashboards to reports, and for private folders where scope.private is true",
		Cost:    "the links from dashboards to reports are missing",
	},
	{
		Name: "ViewAllUsers", Label: "View All Users", Purpose: "for the users who own and change reports, all of them",
		Cost: "users who are hidden from the run-as user are missing",
	},
}

// lesser are permissions of the setup guide that decide nothing of what a sync sees.
var lesser = []Permission{
	{
		Name: "ViewRoles", Label: "View Roles and Role Hierarchy", Unused: true,
		Purpose: "for nothing that Longhaul reads: Salesforce demands it of users with View Setup and Configuration",
		Cost:    "a sync loses nothing",
	},
	{
		Name: "ViewSetup", Label: "View Setup and Configuration",
		Purpose: "for the org's limits where answers do not tell its API calls, and for the licences and permission sets of a check",
		Cost: "where Salesforce's answers do not report the API calls of the org, quota.ceiling and quota.share cannot be kept; a check " +
			"sees no permission set",
	},
}

// Guide lists the permissions that the setup guide has administrators tick, in its order.
func Guide() []Permission {
	names := []string{"RunReports", "ViewPublicDashboards", "ViewPublicReports", ManageAllPrivate, "ViewRoles", "ViewSetup"}
	known := slices.Concat(All, lesser)
	guide := make([]Permission, 0, len(names))
	for _, name := range names {
		guide = append(guide, known[slices.IndexFunc(known, func(p Permission) bool { return p.Name == name })])
	}
	return guide
}

// Excess are permissions that no sync uses and that would do harm in wrong hands. Their names are those of the fields of Object.
var Excess = []Permission{
	{Name: "ModifyAllData", Label: "Modify All Data", Purpose: "changes and deletes every record"},
	{Name: "ViewAllData", Label: "View All Data", Purpose: "reads every record, which only a query that Salesforce finds too large may need"},
	{Name: "CustomizeApplication", Label: "Customize Application", Purpose: "changes objects, fields and the org's settings"},
	{Name: "ManageUsers", Label: "Manage Users", Purpose: "makes users and changes what they may do"},
	{Name: "ManageInternalUsers", Label: "Manage Internal Users", Purpose: "makes users and changes them"},
	{Name: "ManageProfilesPermissionsets", Label: "Manage Profiles and Permission Sets", Purpose: "changes what users may do"},
	{Name: "AssignPermissionSets", Label: "Assign Permission Sets", Purpose: "gives users more rights, itself too"},
	{Name: "ManageRoles", Label: "Manage Roles", Purpose: "changes roles, and with them who sees which records"},
	{Name: "ManageSharing", Label: "Manage Sharing", Purpose: "changes who sees which records"},
	{Name: "ResetPasswords", Label: "Reset User Passwords and Unlock Users", Purpose: "sets passwords of others"},
	{Name: "ManageRemoteAccess", Label: "Manage Connected Apps", Purpose: "changes which apps may log in"},
	{Name: "AuthorApex", Label: "Author Apex", Purpose: "deploys code that runs in the org"},
	{Name: "ModifyMetadata", Label: "Modify Metadata Through Metadata API Functions", Purpose: "deploys changes of the org's setup"},
	{Name: "ManageReportsInPubFolders", Label: "Manage Reports in Public Folders", Purpose: "changes and deletes reports"},
	{Name: "ManageDashbdsInPubFolders", Label: "Manage Dashboards in Public Folders", Purpose: "changes and deletes dashboards"},
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
