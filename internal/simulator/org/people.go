package org

import "strconv"

func (p *people) userField(i int, field string) any {
	place := p.users.order.at(i)
	n := strconv.Itoa(place)
	switch field {
	case "Username":
		return "user" + n + "@simulated-org.invalid"
	case "Email":
		return "user" + n + "@mail.invalid"
	case "FirstName":
		if place%7 == 3 {
			return nil
		}
		return pick([]string{"User", "Utilisatrice n°", "Benützer", "ユーザー", "مستخدم"}, uint64(place)%11%5)
	case "LastName":
		return "No. " + n
	case "Name":
		if first, ok := p.userField(i, "FirstName").(string); ok {
			return first + " No. " + n
		}
		return "No. " + n
	case "Alias":
		return "u" + n
	case "IsActive":
		return place == 0 || place%10 != 1
	case "UserType":
		if place < p.sizes.standardUsers {
			return "Standard"
		}
		return pick([]string{"AutomatedProcess", "Guest", "CsnOnly", "PowerPartner", "PowerCustomerSuccess"}, uint64(place))
	case "Department":
		return pick([]string{"Sales", "Service", "Vertrieb", "営業"}, uint64(place))
	case "LastLoginDate":
		if place%5 == 4 {
			return nil
		}
		return stamp(stampSpan - 1 - p.users.roll(i, 20)%20_000_000)
	case "LanguageLocaleKey", "LocaleSidKey":
		return p.info.Locale
	case "TimeZoneSidKey":
		return "Europe/Paris"
	}
	return p.userReference(i, field)
}

func (p *people) userReference(i int, field string) any {
	place := p.users.order.at(i)
	switch field {
	case "ProfileId":
		return access["Profile"].id(place % profiles)
	case "UserRoleId":
		if place%9 == 8 {
			return nil
		}
		return p.roles.id(place % p.roles.count)
	case "ManagerId":
		if place == 0 {
			return nil
		}
		return p.users.id(p.users.order.from(place / 8))
	}
	return p.auditField(&p.users, i, field)
}

func (p *people) roleField(i int, field string) any {
	switch field {
	case "Name":
		return "Role " + strconv.Itoa(i)
	case "DeveloperName":
		return "Role_" + strconv.Itoa(i)
	case "RollupDescription":
		return "Role " + strconv.Itoa(i)
	case "ParentRoleId":
		if i == 0 {
			return nil
		}
		return p.roles.id((i - 1) / 3)
	}
	return p.auditField(&p.roles, i, field)
}

func (p *people) organizationField(field string) any {
	switch field {
	case "Name":
		return p.info.Name
	case "OrganizationType":
		return p.info.Edition
	case "IsSandbox":
		return p.info.Sandbox
	case "InstanceName":
		return "SIM1"
	case "LanguageLocaleKey", "DefaultLocaleSidKey":
		return p.info.Locale
	case "TimeZoneSidKey":
		return "Europe/Paris"
	case "CreatedDate":
		return stamp(0)
	case "LastModifiedDate", "SystemModstamp":
		return stamp(stampSpan - 1)
	case "CreatedById", "LastModifiedById":
		return p.info.RunAsUserID
	}
	return nil
}

// auditField answers the five fields that every object has. Nothing was ever changed before it was created.
func (p *people) auditField(r *rows, i int, field string) any {
	created := r.roll(i, 10) % (stampSpan - 40_000_000)
	changed := created + r.roll(i, 11)%40_000_000
	switch field {
	case "CreatedDate":
		return stamp(created)
	case "LastModifiedDate", "SystemModstamp":
		return stamp(changed)
	case "CreatedById":
		return p.someUser(r.roll(i, 12))
	case "LastModifiedById":
		return p.someUser(r.roll(i, 13))
	}
	return nil
}

// someUser is a standard user.
func (p *people) someUser(roll uint64) string {
	return p.users.id(p.users.order.from(int(roll % uint64(p.sizes.standardUsers))))
}

// otherUser is a standard user, but not the run-as user.
func (p *people) otherUser(roll uint64) string {
	return p.users.id(p.users.order.from(1 + int(roll%uint64(p.sizes.standardUsers-1))))
}
