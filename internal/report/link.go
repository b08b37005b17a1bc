package report

import (
	"strings"

	"longhaul/internal/history/item"
)

// objects are what links of Lightning call the records that people open.
var objects = map[item.Kind]string{item.Report: "Report", item.Dashboard: "Dashboard"}

// Link is the address of a report or a dashboard in Salesforce; empty where the address of the org is not known.
func (d *Data) Link(kind item.Kind, id string) string {
	if !strings.HasPrefix(d.BaseURL, "http") || objects[kind] == "" {
		return ""
	}
	return strings.TrimSuffix(d.BaseURL, "/") + "/lightning/r/" + objects[kind] + "/" + id + "/view"
}
