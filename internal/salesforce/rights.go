package salesforce

import "strings"

// Right is a permission of the run-as user that decides what a sync sees.
type Right struct {
	Name  string // in the API, without the prefix Permissions
	Label string // as Salesforce's setup shows it
	Cost  string // what its absence costs, as the end of a sentence

	Decides bool // a sync that lacks it asks before it spends calls on reports
	Needed  bool // no sync can do without it
}

// Rights lists the permissions that decide what a sync sees.
var Rights = []Right{
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

// ManageAllPrivate is the permission that shows which report stands behind a component, and what lies in others' private folders.
const ManageAllPrivate = "ManagePvtRptsAndDashbds"

// FindRight finds one of the Rights by its name in the API, with or without the prefix Permissions and in either case.
func FindRight(name string) (Right, bool) {
	bare := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(name)), strings.ToLower(permissionPrefix))
	for _, right := range Rights {
		if strings.ToLower(right.Name) == bare {
			return right, true
		}
	}
	return Right{}, false
}

// SeesAll says whether a run-as user with these permissions, by their short names, is known to see every report and every
// dashboard outside others' private folders, and which report stands behind a component. One that is not known is none.
func SeesAll(permissions map[string]bool) bool {
	for _, right := range Rights {
		if right.Decides && !permissions[right.Name] {
			return false
		}
	}
	return true
}

// HidesLinks says whether the run-as user is known not to see which report stands behind a component.
func HidesLinks(permissions map[string]bool) bool {
	has, known := permissions[ManageAllPrivate]
	return known && !has
}
