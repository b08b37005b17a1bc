package rest

import (
	"net/http"
	"slices"
	"strings"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/wire"
)

// RecordCount counts the rows of objects, whoever may see them, without those in the recycle bin. An object that is not known, or has no
// rows, is left out. Without the parameter all objects are counted.
func (a *API) RecordCount(c *call.Call) wire.Reply {
	if !a.permissions.Has(org.ViewSetup) {
		return wire.Refusal(http.StatusForbidden, "INSUFFICIENT_ACCESS",
			"insufficient access rights on recordCount: the user needs View Setup and Configuration")
	}
	type count struct {
		Count int    `json:"count"`
		Name  string `json:"name"`
	}
	list := []count{}
	for _, o := range org.Objects() {
		wanted := !c.Query.Has("sObjects") || slices.ContainsFunc(strings.Split(c.Query.Get("sObjects"), ","), func(name string) bool {
			return strings.EqualFold(strings.TrimSpace(name), o.Name)
		})
		if !wanted || !a.counts(o) {
			continue
		}
		rows := 0
		for i := range c.Tenant.Count(o.Name) {
			if !org.IsDeleted(c.Tenant.Org(), o.Name, i) {
				rows++
			}
		}
		if rows > 0 {
			list = append(list, count{rows, o.Name})
		}
	}
	return wire.JSON(http.StatusOK, map[string]any{"sObjects": list})
}

// counts reports whether the resource lists an object.
func (a *API) counts(o *org.Object) bool {
	switch o.Name {
	case "Report", "Dashboard", "DashboardComponent":
		return a.settings.CountsReports
	case "UserPermissionAccess":
		return false
	}
	return !strings.HasSuffix(o.Name, "History")
}
