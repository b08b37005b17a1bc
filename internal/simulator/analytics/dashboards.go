package analytics

import (
	"net/http"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/tenant"
	"longhaul/internal/simulator/wire"
)

// DescribeDashboard answers a dashboard's description, made from its row and those of its components.
func (a *API) DescribeDashboard(c *call.Call) wire.Reply {
	i, ok := c.Tenant.FindRow("Dashboard", c.Args[0])
	if !ok {
		return describeRefusal(org.Gone)
	}
	t := c.Tenant
	id := t.ID("Dashboard", i)
	field := func(name string) any { return t.Field("Dashboard", i, name) }
	components, places := dashboardComponents(t, id, c.Query.Get("loadComponentProperties") == "false")
	userID := t.Text("Dashboard", i, "RunningUserId")
	user := map[string]any{"id": userID, "displayName": nil}
	if row, ok := t.Find("User", userID); ok {
		user["displayName"] = t.Field("User", row, "Name")
	}
	return wire.JSON(http.StatusOK, map[string]any{
		"attributes": map[string]any{
			"type": "Dashboard", "dashboardId": id, "dashboardName": field("Title"),
			"statusUrl": c.Base + "/analytics/dashboards/" + id + "/status",
		},
		"id": id, "name": field("Title"), "developerName": field("DeveloperName"), "description": field("Description"),
		"folderId": field("FolderId"), "dashboardType": field("Type"), "runningUser": user,
		"canChangeRunningUser": false, "canUseStickyFilter": true, "chartTheme": field("ChartTheme"),
		"colorPalette": field("ColorPalette"), "maxFilterOptions": 50, "components": components, "filters": []any{},
		"layout": map[string]any{"gridLayout": true, "numColumns": 12, "rowHeight": 36, "components": places},
	})
}

func dashboardComponents(t *tenant.Tenant, dashboard string, bare bool) (components, places []any) {
	components, places = []any{}, []any{}
	for k, row := range t.Children(tenant.Components, dashboard) {
		report := t.Field("DashboardComponent", row, "CustomReportId")
		kind := "Report"
		if report == nil {
			kind = "VisualforcePage"
		}
		component := map[string]any{
			"id": t.ID("DashboardComponent", row), "componentData": k, "type": kind, "reportId": report,
			"title": t.Field("DashboardComponent", row, "Name"), "header": nil, "footer": nil, "properties": nil,
		}
		if !bare {
			component["properties"] = map[string]any{
				"reportFormat": "SUMMARY", "visualizationType": "Column", "autoSelectColumns": true, "groupings": nil,
				"aggregates": []any{}, "maxRows": nil, "sort": nil, "useReportChart": false, "drillUrl": nil,
				"visualizationProperties": map[string]any{},
			}
		}
		components = append(components, component)
		places = append(places, map[string]any{"column": k % 2 * 6, "row": k / 2 * 8, "colspan": 6, "rowspan": 8})
	}
	return components, places
}
