package call

import (
	"slices"
	"strings"
)

// Access says what a route asks of a caller.
type Access int

// The accesses.
const (
	Open    Access = iota // no token, not counted
	Signed                // a token, not counted
	Counted               // a token, and the call counts against the daily limit
)

// Route is one resource. A star in its path stands for one part, which becomes an argument of the call.
type Route struct {
	Name      string // that stats and faults use; several resources may share one
	Path      string // below /services/data/vXX.X when it begins with a dot
	Access    Access
	Methods   string // as the Allow header writes them; GET when empty
	Form      bool   // POST takes a form, not JSON
	Analytics bool

	parts []string // of the path
}

// Unknown names the paths that are no resource.
const Unknown = "unknown"

// DataPath is the root of the versioned resources.
const DataPath = "/services/data"

var table = split([]Route{
	{Name: "token", Path: "/services/oauth2/token", Methods: "GET,POST", Form: true},
	{Name: "revoke", Path: "/services/oauth2/revoke", Methods: "GET,POST", Form: true},
	{Name: "introspect", Path: "/services/oauth2/introspect", Methods: "POST", Form: true},
	{Name: "userinfo", Path: "/services/oauth2/userinfo", Access: Signed, Methods: "GET,POST", Form: true},
	{Name: "versions", Path: DataPath},
	{Name: "resources", Path: ".", Access: Counted},
	{Name: "limits", Path: "./limits", Access: Counted},
	{Name: "record_count", Path: "./limits/recordCount", Access: Counted},
	{Name: "query", Path: "./query", Access: Counted},
	{Name: "query", Path: "./queryAll", Access: Counted},
	{Name: "query_more", Path: "./query/*", Access: Counted},
	{Name: "query_more", Path: "./queryAll/*", Access: Counted},
	{Name: "sobjects", Path: "./sobjects", Access: Counted},
	{Name: "sobject_describe", Path: "./sobjects/*/describe", Access: Counted},
	{Name: "sobject", Path: "./sobjects/*/*", Access: Counted},
	{Name: "reports", Path: "./analytics/reports", Access: Counted, Analytics: true},
	{Name: "describe", Path: "./analytics/reports/*/describe", Access: Counted, Analytics: true},
	{Name: "dashboards", Path: "./analytics/dashboards", Access: Counted, Analytics: true},
	{Name: "dashboard_describe", Path: "./analytics/dashboards/*/describe", Access: Counted, Analytics: true},
	{Name: "report_types", Path: "./analytics/reportTypes", Access: Counted, Analytics: true},
	{Name: "report_types", Path: "./analytics/report-types", Access: Counted, Analytics: true},
	{Name: "report_type", Path: "./analytics/reportTypes/*", Access: Counted, Analytics: true},
	{Name: "report_type", Path: "./analytics/report-types/*", Access: Counted, Analytics: true},
	{Name: "folders", Path: "./folders", Access: Counted},
	{Name: "folder", Path: "./folders/*", Access: Counted},
	{Name: "folders", Path: "./folders/*/children", Access: Counted},
	{Name: "composite", Path: "./composite", Access: Counted, Methods: "POST"},
	{Name: "batch", Path: "./composite/batch", Access: Counted, Methods: "POST"},
})

// split cuts the paths of a table into parts, and fills in the methods.
func split(routes []Route) []Route {
	for k := range routes {
		r := &routes[k]
		if path := strings.Trim(r.Path, "./"); path != "" {
			r.parts = strings.Split(path, "/")
		}
		if r.Methods == "" {
			r.Methods = "GET"
		}
	}
	return routes
}

// Routes lists every resource of the Salesforce server.
func Routes() []Route { return slices.Clone(table) }

// RouteNames lists the names of the wanted routes, each once.
func RouteNames(wanted func(*Route) bool) []string {
	var names []string
	for k := range table {
		if r := &table[k]; wanted(r) && !slices.Contains(names, r.Name) {
			names = append(names, r.Name)
		}
	}
	return names
}

// Match finds the route of a path, and the arguments and the version in it. A path below a version that is no resource is
// a counted route that does not exist.
func Match(path string) (found *Route, c Call) {
	whole := strings.Split(strings.Trim(path, "/"), "/")
	var below []string
	if len(whole) > 2 && whole[0] == "services" && whole[1] == "data" {
		c.Version, below = whole[2], whole[3:]
		c.Base = DataPath + "/" + c.Version
	}
	for k := range table {
		r := &table[k]
		parts := whole
		if r.versioned() {
			if c.Version == "" {
				continue
			}
			parts = below
		}
		if args, ok := matchPath(r.parts, parts); ok {
			c.Args = args
			return r, c
		}
	}
	return &Route{Name: Unknown, Access: Counted}, c
}

// Allows reports whether a route takes a method.
func (r *Route) Allows(method string) bool {
	return slices.Contains(strings.Split(r.Methods, ","), method)
}

func (r *Route) versioned() bool { return r.Path[0] == '.' }

func matchPath(pattern, parts []string) (args []string, ok bool) {
	if len(pattern) != len(parts) {
		return nil, false
	}
	for i := range pattern {
		switch {
		case pattern[i] == "*" && parts[i] != "":
			args = append(args, parts[i])
		case pattern[i] != parts[i]:
			return nil, false
		}
	}
	return args, true
}
