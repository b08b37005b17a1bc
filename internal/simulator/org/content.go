package org

import "strconv"

// folderID is a folder for reports (kind 0) or dashboards (kind 1): the two kinds take turns.
func (c *content) folderID(kind int, roll uint64) string {
	return c.folders.id(c.folders.order.from(c.folderPlace(kind, roll)))
}

func (c *content) folderPlace(kind int, roll uint64) int {
	return kind + 2*int(roll%uint64((c.sizes.folders-kind+1)/2))
}

func (c *content) folderField(i int, field string) any {
	place := c.folders.order.at(i)
	other := place >= c.sizes.folders
	switch field {
	case "Name":
		return title(c.folders.roll(i, 2), place)
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
		return c.folders.id(c.folders.order.from((ordinal-1)/2*2 + kind))
	case "AccessType":
		return pick([]string{"Public", "Shared", "Hidden"}, uint64(place))
	case "IsReadonly":
		return place%3 == 0
	case "NamespacePrefix":
		return namespace(place)
	}
	return c.auditField(&c.folders, i, field)
}

func namespace(place int) any {
	if place%50 == 49 {
		return "pkg"
	}
	return nil
}

// reportOwner is the folder of a report: a public folder, the org for unfiled ones, or a user for private ones.
func (c *content) reportOwner(i int) (owner, folderName string) {
	z, place, roll := c.sizes, c.reports.order.at(i), c.reports.roll(i, 3)
	special := z.obsolete + z.forbidden + z.gone + z.joined
	switch {
	case place >= special && place < special+z.own:
		return c.info.RunAsUserID, "Private Reports"
	case place >= z.reports && place < z.reports+z.privateReports:
		return c.otherUser(roll), "Private Reports"
	case roll%100 < 15:
		return c.info.OrgID, "Public Reports"
	}
	folder := c.folders.order.from(c.folderPlace(0, roll>>8))
	name, _ := c.folderField(folder, "Name").(string)
	return c.folders.id(folder), name
}

func (c *content) reportField(i int, field string) any {
	place, roll := c.reports.order.at(i), c.reports.roll(i, 2)
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
		owner, _ := c.reportOwner(i)
		return owner
	case "FolderName":
		_, name := c.reportOwner(i)
		return name
	case "Format":
		return c.format(i)
	case "IsDeleted":
		return c.Deleted("Report", i)
	case "LastRunDate":
		if roll>>40%4 == 0 {
			return nil
		}
		return stamp(c.reports.roll(i, 5))
	case "NamespacePrefix":
		return namespace(place)
	}
	return c.auditField(&c.reports, i, field)
}

// dashboardLook is the same for every dashboard.
var dashboardLook = map[string]any{
	"LeftSize": "Medium", "MiddleSize": "Medium", "RightSize": "Medium", "TitleColor": 0, "TextColor": 0, "TitleSize": 12,
	"BackgroundStart": 16_777_215, "BackgroundEnd": 16_777_215, "BackgroundDirection": "Diagonal",
	"ChartTheme": "light", "ColorPalette": "unity",
}

func (c *content) dashboardField(i int, field string) any {
	z, place, roll := c.sizes, c.dashboards.order.at(i), c.dashboards.roll(i, 2)
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
			return c.otherUser(roll >> 8)
		}
		return c.folderID(1, roll>>8)
	case "FolderName":
		if private {
			return "Private Dashboards"
		}
		return c.folderField(c.folders.order.from(c.folderPlace(1, roll>>8)), "Name")
	case "IsDeleted":
		return c.Deleted("Dashboard", i)
	case "RunningUserId":
		return c.someUser(roll >> 16)
	case "Type":
		return pick([]string{"SpecifiedUser", "LoggedInUser", "MyTeamUser"}, uint64(place))
	case "NamespacePrefix":
		return namespace(place)
	case "DashboardResultRefreshedDate":
		return stamp(c.dashboards.roll(i, 5))
	}
	if value, ok := dashboardLook[field]; ok {
		return value
	}
	return c.auditField(&c.dashboards, i, field)
}

func (c *content) componentField(i int, field string) any {
	z, place := c.sizes, c.components.order.at(i)
	switch field {
	case "Name":
		if place%8 == 5 {
			return nil
		}
		return title(c.components.roll(i, 2), place)
	case "DashboardId":
		return c.dashboards.id(c.dashboards.order.from(place / z.widgetsOf))
	case "CustomReportId":
		if place%15 == 7 {
			return nil // a picture, a text or a Visualforce page
		}
		return c.reports.id(c.reports.order.from(c.reportOf(place)))
	}
	return nil
}

// reportOf picks the report that a component shows: a private one on a private dashboard now and then, and never a
// report that is gone.
func (c *content) reportOf(place int) int {
	z, roll := c.sizes, mix(c.seed^uint64(place))
	if place/z.widgetsOf >= z.dashboards && roll%2 == 0 {
		return z.reports + int(roll>>8%uint64(z.privateReports))
	}
	report := int(roll >> 8 % uint64(z.reports))
	if first := z.obsolete + z.forbidden; report >= first && report < first+z.gone {
		report = z.reports - 1
	}
	return report
}

// Private reports which rows lie in private folders of others; see Org.
func (c *content) Private(object string, i int) bool {
	z := c.sizes
	switch object {
	case "Report":
		place := c.reports.order.at(i)
		return place >= z.reports && place < z.reports+z.privateReports
	case "Dashboard":
		place := c.dashboards.order.at(i)
		return place >= z.dashboards && place < z.dashboards+z.privateDashboards
	case "DashboardComponent":
		return c.components.order.at(i)/z.widgetsOf >= z.dashboards
	}
	return false
}

// Deleted reports which rows lie in the recycle bin; see Deleter.
func (c *content) Deleted(object string, i int) bool {
	z := c.sizes
	switch object {
	case "Report":
		return c.reports.order.at(i) >= z.reports+z.privateReports
	case "Dashboard":
		return c.dashboards.order.at(i) >= z.dashboards+z.privateDashboards
	}
	return false
}
