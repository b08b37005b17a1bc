package server

import "strings"

// access says what a route asks of a caller.
type access int

const (
	open    access = iota // no token, not counted
	signed                // a token, not counted
	counted               // a token, and the call counts against the daily limit
)

// route is one resource. A star in its path stands for one part, which becomes an argument of the handler.
type route struct {
	name      string
	path      string // below /services/data/vXX.X when it begins with a dot
	access    access
	get       func(*Server, *call) reply
	post      func(*Server, *call) reply
	form      bool // POST takes a form, not JSON
	analytics bool

	parts []string // of the path
}

// routeTable is every resource of the Salesforce server.
func routeTable() []route {
	return []route{
		{name: "token", path: "/services/oauth2/token", get: (*Server).token, post: (*Server).token, form: true},
		{name: "revoke", path: "/services/oauth2/revoke", get: (*Server).revokeToken, post: (*Server).revokeToken, form: true},
		{name: "introspect", path: "/services/oauth2/introspect", post: (*Server).introspect, form: true},
		{name: "userinfo", path: "/services/oauth2/userinfo", access: signed, get: (*Server).userInfo, post: (*Server).userInfo, form: true},
		{name: "versions", path: "/services/data", get: (*Server).versions},
		{name: "resources", path: ".", access: counted, get: (*Server).resources},
		{name: "limits", path: "./limits", access: counted, get: (*Server).limits},
		{name: "query", path: "./query", access: counted, get: (*Server).runQuery},
		{name: "query", path: "./queryAll", access: counted, get: (*Server).runQueryAll},
		{name: "query_more", path: "./query/*", access: counted, get: (*Server).moreRecords},
		{name: "query_more", path: "./queryAll/*", access: counted, get: (*Server).moreRecords},
		{name: "sobjects", path: "./sobjects", access: counted, get: (*Server).listObjects},
		{name: "sobject_describe", path: "./sobjects/*/describe", access: counted, get: (*Server).describeObject},
		{name: "sobject", path: "./sobjects/*/*", access: counted, get: (*Server).readObject},
		{name: "reports", path: "./analytics/reports", access: counted, get: (*Server).recent, analytics: true},
		{name: "describe", path: "./analytics/reports/*/describe", access: counted, get: (*Server).describeReport, analytics: true},
		{name: "dashboards", path: "./analytics/dashboards", access: counted, get: (*Server).recent, analytics: true},
		{name: "dashboard_describe", path: "./analytics/dashboards/*/describe", access: counted, get: (*Server).describeDashboard, analytics: true},
		{name: "report_types", path: "./analytics/reportTypes", access: counted, get: (*Server).reportTypes, analytics: true},
		{name: "report_types", path: "./analytics/report-types", access: counted, get: (*Server).reportTypes, analytics: true},
		{name: "report_type", path: "./analytics/reportTypes/*", access: counted, get: (*Server).reportType, analytics: true},
		{name: "report_type", path: "./analytics/report-types/*", access: counted, get: (*Server).reportType, analytics: true},
		{name: "folders", path: "./folders", access: counted, get: (*Server).folders},
		{name: "folder", path: "./folders/*", access: counted, get: (*Server).folder},
		{name: "folders", path: "./folders/*/children", access: counted, get: (*Server).folderChildren},
		{name: "composite", path: "./composite", access: counted, post: (*Server).composite},
		{name: "batch", path: "./composite/batch", access: counted, post: (*Server).batch},
	}
}

const dataPath = "/services/data"

// match finds the route of a path, and the arguments and the version in it. Beyond the table, a path below a version
// that is served is a counted one that does not exist.
func (s *Server) match(path string) (found *route, c call) {
	whole := strings.Split(strings.Trim(path, "/"), "/")
	var below []string
	if len(whole) > 2 && whole[0] == "services" && whole[1] == "data" {
		c.version, below = whole[2], whole[3:]
		c.base = dataPath + "/" + c.version
	}
	for k := range s.routes {
		r := &s.routes[k]
		parts := whole
		if r.versioned() {
			if c.version == "" {
				continue
			}
			parts = below
		}
		if args, ok := matchPath(r.parts, parts); ok {
			c.args = args
			return r, c
		}
	}
	return &route{name: "unknown", access: counted}, c
}

func (r *route) versioned() bool { return r.path[0] == '.' }

// split cuts the paths of a table into parts.
func split(table []route) []route {
	for k := range table {
		if path := strings.Trim(table[k].path, "./"); path != "" {
			table[k].parts = strings.Split(path, "/")
		}
	}
	return table
}

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

// methods are what a route allows, as the Allow header writes them.
func (r *route) methods() string {
	var list []string
	if r.get != nil {
		list = append(list, "GET")
	}
	if r.post != nil {
		list = append(list, "POST")
	}
	return strings.Join(list, ",")
}
