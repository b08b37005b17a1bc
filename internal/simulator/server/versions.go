package server

import (
	"fmt"
	"regexp"
	"strconv"

	"longhaul/internal/simulator/org"
)

// Versions that are served, and the newest one that has been retired.
const (
	oldestVersion  = 54
	newestVersion  = 67
	retiredVersion = 30
)

var versionForm = regexp.MustCompile(`^v(\d{1,3})\.0$`)

// checkVersion refuses what is not served: a retired version in other words than one that never was.
func checkVersion(version string) *reply {
	m := versionForm.FindStringSubmatch(version)
	if m == nil {
		return &notFound
	}
	switch n, _ := strconv.Atoi(m[1]); {
	case n >= 7 && n <= retiredVersion:
		bad := refusal(410, "GONE", retiredResource)
		return &bad
	case n < oldestVersion || n > newestVersion:
		return &notFound
	}
	return nil
}

func (s *Server) versions(*call) reply {
	type entry struct {
		Label   string `json:"label"`
		URL     string `json:"url"`
		Version string `json:"version"`
	}
	var list []entry
	for n := oldestVersion; n <= newestVersion; n++ {
		season := []string{"Spring", "Summer", "Winter"}[n%3]
		year := 22 + (n-54)/3
		if season == "Winter" {
			year++
		}
		list = append(list, entry{fmt.Sprintf("%s '%d", season, year), fmt.Sprintf("%s/v%d.0", dataPath, n), fmt.Sprintf("%d.0", n)})
	}
	return jsonReply(200, list)
}

func (s *Server) resources(c *call) reply {
	list := map[string]string{}
	for _, name := range []string{"query", "queryAll", "sobjects", "limits", "analytics", "folders", "composite"} {
		list[name] = c.base + "/" + name
	}
	return jsonReply(200, list)
}

// limits answers with usage that is some minutes old, as Salesforce's documentation says.
func (s *Server) limits(*call) reply {
	if !s.rights.permitted(org.ViewSetup) {
		return refusal(403, "INSUFFICIENT_ACCESS", "insufficient access rights on limits: the user needs View Setup and Configuration")
	}
	type limit struct {
		Max, Remaining int
	}
	used := s.usage.delayed()
	list := map[string]limit{"DailyApiRequests": {s.options.DailyLimit, max(s.options.DailyLimit-used, 0)}}
	for name, most := range map[string]int{
		"ConcurrentAsyncGetReportInstances": 200, "ConcurrentSyncReportRuns": 20, "DailyAsyncApexExecutions": 250_000,
		"DailyBulkApiBatches": 15_000, "DailyBulkV2QueryJobs": 10_000, "HourlyAsyncReportRuns": 1_200,
		"HourlyDashboardRefreshes": 200, "HourlyDashboardResults": 5_000, "HourlyDashboardStatuses": 999_999_999,
		"HourlySyncReportRuns": 500,
	} {
		list[name] = limit{most, most}
	}
	return jsonReply(200, list)
}
