package org

import "slices"

// Names of user permissions that decide what a query sees, without the prefix Permissions.
const (
	APIEnabled           = "ApiEnabled"
	RunReports           = "RunReports"
	ViewPublicReports    = "ViewPublicReports"
	ViewPublicDashboards = "ViewPublicDashboards"
	ManagePrivate        = "ManagePvtRptsAndDashbds"
	ViewRoles            = "ViewRoles"
	ViewSetup            = "ViewSetup"
	ViewAllUsers         = "ViewAllUsers"
	CustomizeApplication = "CustomizeApplication"
)

// Permissions lists the user permissions that the schema knows, those of Elevated apart.
var Permissions = []string{
	APIEnabled, ManagePrivate, RunReports, ViewAllUsers, ViewPublicDashboards, ViewPublicReports, ViewRoles, ViewSetup,
}

// Elevated lists the user permissions that the run-as user has only where they were granted.
var Elevated = []string{
	"ApiUserOnly", "AssignPermissionSets", "AuthorApex", CustomizeApplication, "ManageDashbdsInPubFolders", "ManageInternalUsers",
	"ManageProfilesPermissionsets", "ManageRemoteAccess", "ManageReportsInPubFolders", "ManageRoles", "ManageSharing", "ManageUsers",
	"ModifyAllData", "ModifyMetadata", "MonitorLoginHistory", "ResetPasswords", "ViewAllData",
}

var schema = []*Object{
	{
		Name: "Dashboard", Label: "Dashboard", Plural: "Dashboards", KeyPrefix: "01Z",
		Scopes:   []string{"everything", "mine", "created", "allPrivate"},
		Children: []Child{{"DashboardComponents", "DashboardComponent", "DashboardId"}},
		Fields: audit(id("Dashboard ID"), boolean("IsDeleted", "Deleted"),
			reference("FolderId", "Folder ID", "Folder", "Folder", "User"), nillable(text("FolderName", "Folder Name", 80)),
			text("Title", "Title", 80), text("DeveloperName", "Dashboard Unique Name", 80),
			nillable(text("NamespacePrefix", "Namespace Prefix", 15)), nillable(text("Description", "Description", 255)),
			picklist("LeftSize", "Left Size", "Narrow", "Medium", "Wide"),
			nillable(picklist("MiddleSize", "Middle Size", "Narrow", "Medium", "Wide")),
			picklist("RightSize", "Right Size", "Narrow", "Medium", "Wide"),
			nillable(moment("LastViewedDate", "Last Viewed Date")), nillable(moment("LastReferencedDate", "Last Referenced Date")),
			reference("RunningUserId", "Running User ID", "RunningUser", "User"), number("TitleColor", "Title Color"),
			number("TitleSize", "Title Size"), number("TextColor", "Text Color"), number("BackgroundStart", "Starting Color"),
			number("BackgroundEnd", "Ending Color"), picklist("BackgroundDirection", "Background Fade Direction", "Diagonal"),
			picklist("Type", "Dashboard Running User Type", "SpecifiedUser", "LoggedInUser", "MyTeamUser"),
			nillable(text("ChartTheme", "Chart Theme", 40)), nillable(text("ColorPalette", "Color Palette", 40)),
			opaque(nillable(text("DashboardResultRefreshedDate", "Dashboard Result Refreshed Date", 40))),
			opaque(nillable(text("DashboardResultRunningUser", "Dashboard Result Running User", 80)))),
	},
	{
		Name: "DashboardComponent", Label: "Dashboard Component", Plural: "Dashboard Components", KeyPrefix: "01a",
		Fields: []Field{
			id("Dashboard Component ID"), nillable(text("Name", "Dashboard Component Name", 80)),
			reference("DashboardId", "Dashboard ID", "Dashboard", "Dashboard"),
			needs(ManagePrivate, nillable(reference("CustomReportId", "Custom Report ID", "CustomReport", "Report"))),
		},
	},
	{
		Name: "Folder", Label: "Folder", Plural: "Folders", KeyPrefix: "00l",
		Fields: audit(id("Folder ID"), nillable(reference("ParentId", "Parent ID", "Parent", "Folder")),
			text("Name", "Name", 80), nillable(text("DeveloperName", "Folder Unique Name", 80)),
			picklist("AccessType", "Access Type", "Hidden", "Public", "Shared"), boolean("IsReadonly", "Read Only"),
			picklist("Type", "Type", "Dashboard", "Document", "Email", "EmailTemplate", "Insights", "Macro", "QuickText", "Report"),
			nillable(text("NamespacePrefix", "Namespace Prefix", 15))),
	},
	loginHistory,
	{
		Name: "Organization", Label: "Organization", Plural: "Organizations", KeyPrefix: "00D",
		Fields: audit(id("Organization ID"), text("Name", "Name", 80), picklist("OrganizationType", "Edition"),
			boolean("IsSandbox", "Is Sandbox"), nillable(text("InstanceName", "Instance Name", 5)),
			nillable(text("NamespacePrefix", "Namespace Prefix", 15)),
			nillable(moment("TrialExpirationDate", "Trial Expiration Date")), picklist("TimeZoneSidKey", "Time Zone"),
			picklist("LanguageLocaleKey", "Language"), picklist("DefaultLocaleSidKey", "Locale")),
	},
	permissionSet,
	permissionSetAssignment,
	profile,
	{
		Name: "Report", Label: "Report", Plural: "Reports", KeyPrefix: "00O",
		Scopes: []string{"everything", "mine", "created", "organizationOwned", "allPrivate"},
		Fields: audit(id("Report ID"), reference("OwnerId", "Owner ID", "Owner", "Folder", "Organization", "User"),
			func() Field { f := nillable(text("FolderName", "Folder Name", 255)); f.NoGroup = true; return f }(),
			boolean("IsDeleted", "Deleted"), text("Name", "Report Name", 80),
			nillable(text("Description", "Description", 255)), text("DeveloperName", "Report Unique Name", 80),
			needs(CustomizeApplication, nillable(text("NamespacePrefix", "Namespace Prefix", 15))),
			nillable(moment("LastRunDate", "Last Run")), picklist("Format", "Format", "Tabular", "Summary", "Matrix", "Multiblock"),
			nillable(moment("LastViewedDate", "Last Viewed Date")), nillable(moment("LastReferencedDate", "Last Referenced Date"))),
	},
	{
		Name: "User", Label: "User", Plural: "Users", KeyPrefix: "005",
		Fields: audit(id("User ID"), text("Username", "Username", 80), nillable(text("FirstName", "First Name", 40)),
			text("LastName", "Last Name", 80), text("Name", "Full Name", 121),
			Field{Name: "Email", Label: "Email", Type: "email", Length: 128}, text("Alias", "Alias", 8),
			boolean("IsActive", "Active"), nillable(picklist("UserType", "User Type", "Standard", "PowerPartner", "CsnOnly",
				"PowerCustomerSuccess", "CustomerSuccess", "Guest", "AutomatedProcess")),
			reference("ProfileId", "Profile ID", "Profile", "Profile"), nillable(reference("UserRoleId", "Role ID", "UserRole", "UserRole")),
			nillable(reference("ManagerId", "Manager ID", "Manager", "User")), nillable(text("Department", "Department", 80)),
			nillable(text("Title", "Title", 80)), nillable(moment("LastLoginDate", "Last Login")),
			picklist("LanguageLocaleKey", "Language"), picklist("LocaleSidKey", "Locale"),
			picklist("TimeZoneSidKey", "Time Zone")),
	},
	userLicense,
	{
		Name: "UserPermissionAccess", Label: "User Permission Access", Plural: "User Permission Access", KeyPrefix: "",
		Fields: permissionFields(),
	},
	{
		Name: "UserRole", Label: "Role", Plural: "Roles", KeyPrefix: "00E", Permission: ViewRoles,
		Fields: []Field{
			id("Role ID"), text("Name", "Name", 80), nillable(reference("ParentRoleId", "Parent Role ID", "")),
			nillable(text("RollupDescription", "Description", 80)), text("DeveloperName", "Developer Name", 80),
			moment("LastModifiedDate", "Last Modified Date"), moment("SystemModstamp", "System Modstamp"),
		},
	},
}

// nameObject holds what a query may read through a relationship that leads to several objects.
var nameObject = &Object{Name: "Name", Label: "Name", Plural: "Names", NotQueryable: true, Fields: []Field{
	id("ID"), text("Name", "Name", 255), nillable(text("FirstName", "First Name", 40)),
	nillable(text("LastName", "Last Name", 80)), text("Type", "Type", 40), nillable(text("Username", "Username", 80)),
	nillable(Field{Name: "Email", Label: "Email", Type: "email", Length: 128}), boolean("IsActive", "Active"),
	nillable(text("Alias", "Alias", 8)), nillable(reference("ProfileId", "Profile ID", "")),
	nillable(reference("UserRoleId", "Role ID", "")), nillable(text("Title", "Title", 80)),
}}

func permissionFields() []Field {
	fields := []Field{id("User Permission Access ID")}
	for _, p := range slices.Concat(Permissions, Elevated) {
		fields = append(fields, boolean("Permissions"+p, p))
	}
	return fields
}
