package rest

import (
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/soql"
	"longhaul/internal/simulator/wire"
)

// Query answers a query of rows that are not deleted.
func (a *API) Query(c *call.Call) wire.Reply { return a.query(c, "query") }

// QueryAll answers a query of all rows, the deleted ones too.
func (a *API) QueryAll(c *call.Call) wire.Reply { return a.query(c, "queryAll") }

func (a *API) query(c *call.Call, resource string) wire.Reply {
	if !c.Query.Has("q") {
		return wire.Refusal(http.StatusBadRequest, "MALFORMED_QUERY", "A query string has to be specified")
	}
	parsed, err := soql.Parse(c.Query.Get("q"))
	if err != nil {
		return queryRefusal(err)
	}
	plan, err := soql.Prepare(parsed, c.Tenant)
	if err != nil {
		return queryRefusal(err)
	}
	if plan.Scope() == "allPrivate" && !a.permissions.Has(org.ManagePrivate) {
		return wire.Refusal(http.StatusForbidden, "INSUFFICIENT_ACCESS", "The scope allPrivate needs the user permission Manage All Private Reports and Dashboards")
	}
	rows, err := plan.Run(c.Request.Context(), resource == "queryAll")
	if err != nil {
		return queryRefusal(err)
	}
	if plan.Counts() {
		return wire.Reply{Status: http.StatusOK, Body: []byte(`{"totalSize":` + strconv.Itoa(len(rows)) + `,"done":true,"records":[]}`)}
	}
	cur := &cursor{plan: plan, rows: rows, token: c.Session.Token, batch: a.batchSize(c), from: resource}
	id := ""
	if len(rows) > cur.batch {
		id = a.locators.add(cur)
	}
	return cur.page(c, id, 0)
}

func queryRefusal(err error) wire.Reply {
	var refused *soql.Error
	if errors.As(err, &refused) {
		return wire.Refusal(http.StatusBadRequest, refused.Code, refused.Message)
	}
	return wire.Refusal(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
}

var batchOption = regexp.MustCompile(`(?i)(?:^|[;,\s])batchSize\s*=\s*(\d+)`)

// batchSize is the page size: what the caller asks for within 200 to 2,000, at most what the server gives.
func (a *API) batchSize(c *call.Call) int {
	size := 2000
	if m := batchOption.FindStringSubmatch(c.Request.Header.Get("Sforce-Query-Options")); m != nil {
		if n, err := strconv.Atoi(m[1]); err == nil {
			size = min(max(n, 200), 2000)
		}
	}
	return min(size, a.settings.PageSize)
}

// QueryMore answers the next page of a locator, to the session that opened it only.
func (a *API) QueryMore(c *call.Call) wire.Reply {
	invalid := wire.Refusal(http.StatusBadRequest, "INVALID_QUERY_LOCATOR", "invalid query locator")
	id, suffix, ok := strings.Cut(c.Args[0], "-")
	offset, err := strconv.Atoi(suffix)
	if !ok || err != nil {
		return invalid
	}
	cur, ok := a.locators.find(id)
	switch {
	case !ok || offset < 0 || offset > len(cur.rows):
		return invalid
	case cur.token != c.Session.Token:
		return call.SessionExpired
	}
	return cur.page(c, org.ID18(id), offset)
}
