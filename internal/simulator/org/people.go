package org

import "strconv"

func (g *generated) userField(i int, field string) any {
	place := g.users.order.at(i)
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
		if first, ok := g.userField(i, "FirstName").(string); ok {
			return first + " No. " + n
		}
		return "No. " + n
	case "Alias":
		return "u" + n
	case "IsActive":
		return place == 0 || place%10 != 1
	case "UserType":
		if place < g.sizes.standardUsers {
			return "Standard"
		}
		return pick([]string{"AutomatedProcess", "Guest", "CsnOnly", "PowerPartner", "PowerCustomerSuccess"}, uint64(place))
	case "Department":
		return pick([]string{"Sales", "Service", "Vertrieb", "営業"}, uint64(place))
	case "LastLoginDate":
		if place%5 == 4 {
			return nil
		}
		return stamp(stampSpan - 1 - g.users.roll(i, 20)%20_000_000)
	case "LanguageLocaleKey", "LocaleSidKey":
		return g.info.Locale
	case "TimeZoneSidKey":
		return "Europe/Paris"
	}
	return g.userReference(i, field)
}

func (g *generated) userReference(i int, field string) any {
	place := g.users.order.at(i)
	switch field {
	case "ProfileId":
		return ID18("00eHs0" + encode62(uint64(40+place%5), 9))
	case "UserRoleId":
		if place%9 == 8 {
			return nil
		}
		return g.roles.id(place % g.roles.count)
	case "ManagerId":
		if place == 0 {
			return nil
		}
		return g.users.id(g.users.order.from(place / 8))
	}
	return g.auditField(&g.users, i, field)
}

func (g *generated) roleField(i int, field string) any {
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
		return g.roles.id((i - 1) / 3)
	}
	return g.auditField(&g.roles, i, field)
}

func (g *generated) loginField(i int, field string) any {
	switch field {
	case "UserId":
		return g.info.RunAsUserID
	case "LoginTime":
		return stamp(stampSpan - uint64(1+i)*86_400)
	case "LoginType":
		return "Remote Access Client"
	case "TlsProtocol":
		return "TLS 1.3"
	case "Status":
		return "Success"
	case "Application":
		return "Catalog"
	}
	return nil
}

func (g *generated) organizationField(field string) any {
	switch field {
	case "Name":
		return g.info.Name
	case "OrganizationType":
		return g.info.Edition
	case "IsSandbox":
		return g.info.Sandbox
	case "InstanceName":
		return "SIM1"
	case "LanguageLocaleKey", "DefaultLocaleSidKey":
		return g.info.Locale
	case "TimeZoneSidKey":
		return "Europe/Paris"
	case "CreatedDate":
		return stamp(0)
	case "LastModifiedDate", "SystemModstamp":
		return stamp(stampSpan - 1)
	case "CreatedById", "LastModifiedById":
		return g.info.RunAsUserID
	}
	return nil
}
