package project

import "maps"

// plain is a row whose fields are known when it is made.
type plain struct {
	id     string
	values map[string]any
}

func (r *plain) key() string { return r.id }

func (r *plain) fields(*Project) map[string]any { return maps.Clone(r.values) }

// catalogSet names the permission set that the run-as user has beside its profile.
const catalogSet = "Catalog reader"

// addAccess adds a licence, a profile and permission sets, which a project's source need not hold, and returns the id of the profile.
func (p *Project) addAccess(mint *minter) (profile string) {
	license := mint.id("100", "Salesforce")
	profile = mint.id("00e", "Standard")
	p.put("UserLicense", []row{&plain{license, map[string]any{
		"LicenseDefinitionKey": "SFDC", "Name": "Salesforce", "MasterLabel": "Salesforce",
	}}})
	p.put("Profile", []row{&plain{profile, map[string]any{"Name": "Standard User", "UserLicenseId": license}}})
	p.put("PermissionSet", []row{
		&plain{mint.id("0PS", "Standard"), map[string]any{
			"Name": "X" + profile, "Label": "X" + profile, "LicenseId": license, "ProfileId": profile, "IsOwnedByProfile": true, "IsCustom": true,
		}},
		&plain{mint.id("0PS", catalogSet), map[string]any{
			"Name": "Catalog_Reader", "Label": catalogSet, "LicenseId": license, "IsOwnedByProfile": false, "IsCustom": true,
		}},
	})
	return profile
}

// assignSets assigns all permission sets to the run-as user.
func (p *Project) assignSets(mint *minter) {
	var assigned []row
	for _, set := range p.tables["PermissionSet"].rows {
		assigned = append(assigned, &plain{mint.id("0Pa", set.key()), map[string]any{
			"PermissionSetId": set.key(), "AssigneeId": p.users[0].id,
		}})
	}
	p.put("PermissionSetAssignment", assigned)
}
