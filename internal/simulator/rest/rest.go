// Package rest answers the REST resources of the simulated org: versions, limits, queries, objects and folders.
package rest

import (
	"fmt"
	"net/http"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/limits"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/tenant"
	"longhaul/internal/simulator/wire"
)

// API answers the REST resources.
type API struct {
	permissions *tenant.Permissions
	daily       *limits.Daily
	settings    Settings
	locators    *locators
}

// Settings are what the operator of the simulator chooses of the API.
type Settings struct {
	PageSize      int  // most records of a query page
	CountsReports bool // the record counts list reports and dashboards
}

// New makes the API of an org.
func New(c clock.Clock, permissions *tenant.Permissions, daily *limits.Daily, settings Settings) *API {
	return &API{permissions: permissions, daily: daily, settings: settings, locators: newLocators(c)}
}

// Versions lists the versions that are served.
func (a *API) Versions(*call.Call) wire.Reply {
	type entry struct {
		Label   string `json:"label"`
		URL     string `json:"url"`
		Version string `json:"version"`
	}
	var list []entry
	for n := call.OldestVersion; n <= call.NewestVersion; n++ {
		season := []string{"Spring", "Summer", "Winter"}[n%3]
		year := 22 + (n-54)/3
		if season == "Winter" {
			year++
		}
		list = append(list, entry{fmt.Sprintf("%s '%d", season, year), fmt.Sprintf("%s/v%d.0", call.DataPath, n), fmt.Sprintf("%d.0", n)})
	}
	return wire.JSON(http.StatusOK, list)
}

// Resources lists the resources of a version.
func (a *API) Resources(c *call.Call) wire.Reply {
	list := map[string]string{}
	for _, name := range []string{"query", "queryAll", "sobjects", "limits", "analytics", "folders", "composite"} {
		list[name] = c.Base + "/" + name
	}
	return wire.JSON(http.StatusOK, list)
}

// Limits answers usage that is some minutes old, as Salesforce's documentation says.
func (a *API) Limits(*call.Call) wire.Reply {
	if !a.permissions.Has(org.ViewSetup) {
		return wire.Refusal(http.StatusForbidden, "INSUFFICIENT_ACCESS", "insufficient access rights on limits: the user needs View Setup and Configuration")
	}
	type limit struct {
		Max, Remaining int
	}
	used := a.daily.Delayed()
	list := map[string]limit{"DailyApiRequests": {a.daily.Limit(), max(a.daily.Limit()-used, 0)}}
	for name, most := range map[string]int{
		"ConcurrentAsyncGetReportInstances": 200, "ConcurrentSyncReportRuns": 20, "DailyAsyncApexExecutions": 250_000,
		"DailyBulkApiBatches": 15_000, "DailyBulkV2QueryJobs": 10_000, "HourlyAsyncReportRuns": 1_200,
		"HourlyDashboardRefreshes": 200, "HourlyDashboardResults": 5_000, "HourlyDashboardStatuses": 999_999_999,
		"HourlySyncReportRuns": 500,
	} {
		list[name] = limit{most, most}
	}
	return wire.JSON(http.StatusOK, list)
}
