package project

import (
	"strings"
	"time"
)

const (
	edition  = "Enterprise Edition"
	locale   = "en_US"
	timeZone = "Etc/UTC"
)

// organization is the one row of its object.
type organization struct{ id string }

func (o *organization) key() string { return o.id }

func (o *organization) fields(p *Project) map[string]any {
	return audited{created: firstDay, modified: firstDay, by: p.users[0].id}.into(map[string]any{
		"Name": p.name, "OrganizationType": edition, "IsSandbox": false, "InstanceName": "SIM1",
		"TimeZoneSidKey": timeZone, "LanguageLocaleKey": locale, "DefaultLocaleSidKey": locale,
	})
}

// user is made up, because source format holds no users. The sync runs as the first.
type user struct {
	id, first, last, department, role, kind string
	active                                  bool
	roleID, profileID                       string
}

func cast() []*user {
	standard := func(first, last, department, role string) *user {
		return &user{first: first, last: last, department: department, role: role, kind: "Standard", active: true}
	}
	former := standard("Former", "Analyst", "Operations", "")
	former.active = false
	process := standard("Automated", "Process", "", "")
	process.kind = "AutomatedProcess"
	return []*user{
		standard("Integration", "User", "Operations", ""),
		standard("Report", "Administrator", "Operations", "Operations"),
		standard("Development", "Director", "Fundraising", "Fundraising"),
		standard("Membership", "Manager", "Fundraising", "Fundraising"),
		standard("Finance", "Controller", "Finance", "Finance"),
		former, process,
	}
}

func (p *Project) addUsers(mint *minter) {
	profile := p.addAccess(mint)
	roles := map[string]*role{}
	var userRows, roleRows []row
	p.users = cast()
	for _, u := range p.users {
		u.id, u.profileID = mint.id("005", u.name()), profile
		if u.role != "" && roles[u.role] == nil {
			roles[u.role] = &role{id: mint.id("00E", u.role), name: u.role}
			roleRows = append(roleRows, roles[u.role])
		}
		if r := roles[u.role]; r != nil {
			u.roleID = r.id
		}
		userRows = append(userRows, u)
	}
	p.put("User", userRows)
	p.assignSets(mint)
	p.put("UserRole", roleRows)
}

// author is the active person who made the part of this name.
func (p *Project) author(name string) string { return p.users[1+number(name, 4)].id }

func (u *user) key() string  { return u.id }
func (u *user) name() string { return u.first + " " + u.last }

func (u *user) fields(p *Project) map[string]any {
	address := strings.ToLower(u.first+"."+u.last) + "@example.invalid"
	fields := map[string]any{
		"Username": address, "FirstName": u.first, "LastName": u.last, "Name": u.name(), "Email": address,
		"Alias": strings.ToLower(u.first[:1] + u.last[:min(4, len(u.last))]), "IsActive": u.active, "UserType": u.kind,
		"ProfileId": u.profileID, "UserRoleId": orNull(u.roleID), "Department": orNull(u.department),
		"Title": u.name(), "LanguageLocaleKey": locale, "LocaleSidKey": locale, "TimeZoneSidKey": timeZone,
	}
	if u.active && u.kind == "Standard" {
		fields["LastLoginDate"] = firstDay.AddDate(1, 6, number(u.name(), 28)).Format(moment)
	}
	made := firstDay.Add(-24 * time.Hour)
	return audited{created: made, modified: made, by: p.users[0].id}.into(fields)
}

type role struct{ id, name string }

func (r *role) key() string { return r.id }

func (r *role) fields(*Project) map[string]any {
	return map[string]any{
		"Name": r.name, "DeveloperName": r.name, "RollupDescription": r.name,
		"LastModifiedDate": firstDay.Format(moment), "SystemModstamp": firstDay.Format(moment),
	}
}
