package org

import "strconv"

// folderID is a folder for reports (kind 0) or dashboards (kind 1): the two kinds take turns.
func (g *generated) folderID(kind int, roll uint64) string {
	return g.folders.id(g.folders.order.from(g.folderPlace(kind, roll)))
}

func (g *generated) folderPlace(kind int, roll uint64) int {
	return kind + 2*int(roll%uint64((g.sizes.folders-kind+1)/2))
}

func (g *generated) folderField(i int, field string) any {
	place := g.folders.order.at(i)
	other := place >= g.sizes.folders
	switch field {
	case "Name":
		return title(g.folders.roll(i, 2), place)
	case "DeveloperName":
		if place%40 == 39 {
			return nil
		}
		return "Folder_" + strconv.Itoa(place)
	case "Type":
		if other {
			return pick([]string{"Email", "Document", "EmailTemplate"}, uint64(place))
		}
		return pick([]string{"Report", "Dashboard"}, uint64(place))
	case "ParentId":
		// A third are roots; the parent of any other is an earlier folder of its type, so that they nest some levels deep.
		kind, ordinal := place%2, place/2
		if other || ordinal%3 == 0 {
			return nil
		}
		return g.folders.id(g.folders.order.from((ordinal-1)/2*2 + kind))
	case "AccessType":
		return pick([]string{"Public", "Shared", "Hidden"}, uint64(place))
	case "IsReadonly":
		return place%3 == 0
	case "NamespacePrefix":
		return namespace(place)
	}
	return g.auditField(&g.folders, i, field)
}

func namespace(place int) any {
	if place%50 == 49 {
		return "pkg"
	}
	return nil
}

// reportOwner is the folder of a report: a public folder, the org for unfiled ones, or a user for private ones.
func (g *generated) reportOwner(i int) (owner, folderName string) {
	z, place, roll := g.sizes, g.reports.order.at(i), g.reports.roll(i, 3)
	special := z.obsolete + z.forbidden + z.gone + z.joined
	switch {
	case place >= special && place < special+z.own:
		return g.info.RunAsUserID, "Private Reports"
	case place >= z.reports && place < z.reports+z.privateReports:
		return g.otherUser(roll), "Private Reports"
	case roll%100 < 15:
		return g.info.OrgID, "Public Reports"
	}
	folder := g.folders.order.from(g.folderPlace(0, roll>>8))
	name, _ := g.folderField(folder, "Name").(string)
	return g.folders.id(folder), name
}

func (g *generated) reportField(i int, field string) any {
	place, roll := g.reports.order.at(i), g.reports.roll(i, 2)
	switch field {
	case "Name":
		return title(roll, place)
	case "DeveloperName":
		return "Report_" + strconv.Itoa(place)
	case "Description":
		if roll>>32%3 == 0 {
			return "What is in it: " + title(roll>>3, place)
		}
		return nil
	case "OwnerId":
		owner, _ := g.reportOwner(i)
		return owner
	case "FolderName":
		_, name := g.reportOwner(i)
		return name
	case "Format":
		return g.format(i)
	case "IsDeleted":
		return g.Deleted("Report", i)
	case "LastRunDate":
		if roll>>40%4 == 0 {
			return nil
		}
		return stamp(g.reports.roll(i, 5))
	case "NamespacePrefix":
		return namespace(place)
	}
	return g.auditField(&g.reports, i, field)
}

// dashboardLook is the same for every dashboard.
var dashboardLook = map[string]any{
	"LeftSize": "Medium", "MiddleSize": "Medium", "RightSize": "Medium", "TitleColor": 0, "TextColor": 0, "TitleSize": 12,
	"BackgroundStart": 16_777_215, "BackgroundEnd": 16_777_215, "BackgroundDirection": "Diagonal",
	"ChartTheme": "light", "ColorPalette": "unity",
}

func (g *generated) dashboardField(i int, field string) any {
	z, place, roll := g.sizes, g.dashboards.order.at(i), g.dashboards.roll(i, 2)
	private := place >= z.dashboards && place < z.dashboards+z.privateDashboards
	switch field {
	case "Title":
		return title(roll, place)
	case "DeveloperName":
		return "Dashboard_" + strconv.Itoa(place)
	case "Description":
		if roll>>32%2 == 0 {
			return "For " + title(roll>>3, place)
		}
		return nil
	case "FolderId":
		if private {
			return g.otherUser(roll >> 8)
		}
		return g.folderID(1, roll>>8)
	case "FolderName":
		if private {
			return "Private Dashboards"
		}
		return g.folderField(g.folders.order.from(g.folderPlace(1, roll>>8)), "Name")
	case "IsDeleted":
		return g.Deleted("Dashboard", i)
	case "RunningUserId":
		return g.someUser(roll >> 16)
	case "Type":
		return pick([]string{"SpecifiedUser", "LoggedInUser", "MyTeamUser"}, uint64(place))
	case "NamespacePrefix":
		return namespace(place)
	case "DashboardResultRefreshedDate":
		return stamp(g.dashboards.roll(i, 5))
	}
	if value, ok := dashboardLook[field]; ok {
		return value
	}
	return g.auditField(&g.dashboards, i, field)
}

func (g *generated) componentField(i int, field string) any {
	z, place := g.sizes, g.components.order.at(i)
	switch field {
	case "Name":
		if place%8 == 5 {
			return nil
		}
		return title(g.components.roll(i, 2), place)
	case "DashboardId":
		return g.dashboards.id(g.dashboards.order.from(place / z.widgetsOf))
	case "CustomReportId":
		if place%15 == 7 {
			return nil // a picture, a text or a Visualforce page
		}
		return g.reports.id(g.reports.order.from(g.reportOf(place)))
	}
	return nil
}

// reportOf picks the report that a component shows: a private one on a private dashboard now and then, and never a
// report that is gone.
func (g *generated) reportOf(place int) int {
	z, roll := g.sizes, mix(g.seed^uint64(place))
	if place/z.widgetsOf >= z.dashboards && roll%2 == 0 {
		return z.reports + int(roll>>8%uint64(z.privateReports))
	}
	report := int(roll >> 8 % uint64(z.reports))
	if first := z.obsolete + z.forbidden; report >= first && report < first+z.gone {
		report = z.reports - 1
	}
	return report
}
