package org

// The objects that say who may log in, and what licences and permission sets give. Sources: Object Reference, LoginHistory,
// PermissionSet, PermissionSetAssignment, Profile and UserLicense.
var (
	// A user sees its own rows, others need a permission; see tenant.Tenant. Salesforce filters by few of the fields.
	loginHistory = &Object{
		Name: "LoginHistory", Label: "Login History", Plural: "Login Histories", KeyPrefix: "0Ya",
		Fields: []Field{
			id("Login ID"), reference("UserId", "User ID", "User", "User"), moment("LoginTime", "Login Time"),
			text("LoginType", "Login Type", 40), opaque(nillable(text("LoginSubType", "Login Subtype", 40))),
			nillable(text("LoginUrl", "Login URL", 255)), opaque(nillable(text("SourceIp", "Source IP", 39))),
			nillable(text("TlsProtocol", "TLS Protocol", 40)), nillable(text("CountryIso", "Country Code", 2)),
			opaque(text("Status", "Status", 128)), opaque(nillable(text("Application", "Application", 128))),
		},
	}
	permissionSet = &Object{
		Name: "PermissionSet", Label: "Permission Set", Plural: "Permission Sets", KeyPrefix: "0PS", Permission: ViewSetup,
		Fields: []Field{
			id("Permission Set ID"), text("Name", "Permission Set Name", 80), text("Label", "Permission Set Label", 80),
			nillable(reference("LicenseId", "License ID", "License", "PermissionSetLicense", "UserLicense")),
			nillable(reference("ProfileId", "Profile ID", "Profile", "Profile")), boolean("IsOwnedByProfile", "Is Owned By Profile"),
			boolean("IsCustom", "Is Custom"), nillable(text("Description", "Description", 255)),
		},
	}
	permissionSetAssignment = &Object{
		Name: "PermissionSetAssignment", Label: "Permission Set Assignment", Plural: "Permission Set Assignments", KeyPrefix: "0Pa",
		Permission: ViewSetup,
		Fields: []Field{
			id("PermissionSetAssignment ID"), reference("PermissionSetId", "PermissionSet ID", "PermissionSet", "PermissionSet"),
			reference("AssigneeId", "Assignee ID", "Assignee", "User"), nillable(moment("ExpirationDate", "Expiration Date")),
		},
	}
	profile = &Object{
		Name: "Profile", Label: "Profile", Plural: "Profiles", KeyPrefix: "00e",
		Fields: []Field{
			id("Profile ID"), text("Name", "Name", 255), reference("UserLicenseId", "User License ID", "UserLicense", "UserLicense"),
			nillable(text("Description", "Description", 255)),
		},
	}
	userLicense = &Object{
		Name: "UserLicense", Label: "User License", Plural: "User Licenses", KeyPrefix: "100",
		Fields: []Field{
			id("User License ID"), text("LicenseDefinitionKey", "License Def. ID", 40), text("Name", "Name", 40),
			text("MasterLabel", "Master Label", 80),
		},
	}
)

// Rows of them in a generated org: the run-as user has the first profile, the permission set of that profile, and one more set.
const (
	profiles = 5 // as userReference deals them
	licenses = 2
)

var profileNames = [profiles]string{"Standard User", "System Administrator", "Minimum Access - Salesforce", "Sales User", "Service User"}

// few are the ids of a handful of rows, in order.
type few struct {
	prefix string
	first  int
	count  int
}

var access = map[string]few{
	"PermissionSet":           {"0PSHs0", 90, profiles + 1},
	"PermissionSetAssignment": {"0PaHs0", 70, 2},
	"Profile":                 {"00eHs0", 40, profiles},
	"UserLicense":             {"100Hs0", 20, licenses},
}

func (f few) id(i int) string { return NumberedID(f.prefix, f.first+i) }

func (f few) find(id18 string) (int, bool) {
	n, ok := NumberOf(f.prefix, id18)
	return n - f.first, ok && n >= f.first && n < f.first+f.count
}

func (p *people) accessField(object string, i int, field string) any {
	name, license := "Salesforce", access["UserLicense"].id(0)
	owned := object == "PermissionSet" && i < profiles // by the profile of that index
	switch {
	case object == "UserLicense" && field == "LicenseDefinitionKey":
		return [licenses]string{"SFDC", "AUL"}[i]
	case object == "UserLicense":
		return [licenses]string{name, "Salesforce Platform"}[i]
	case field == "UserLicenseId", field == "LicenseId":
		return license
	case object == "Profile" && field == "Name":
		return profileNames[i]
	case field == "PermissionSetId":
		return access["PermissionSet"].id([...]int{0, profiles}[i])
	case field == "AssigneeId":
		return p.info.RunAsUserID
	case field == "IsOwnedByProfile":
		return owned
	case field == "IsCustom":
		return true
	case owned && field == "ProfileId":
		return access["Profile"].id(i)
	case owned && (field == "Name" || field == "Label"):
		return "X" + access["Profile"].id(i)
	case field == "Name":
		return "Catalog_Reader"
	case field == "Label":
		return "Catalog reader"
	}
	return nil
}
