package salesforce

import "longhaul/internal/simulator/call"

// resources gives every route of call.Routes its handler, by its path.
func (s *Server) resources() map[string]call.Handler {
	login, rest, analytics := s.OAuth, s.REST, s.Analytics
	return map[string]call.Handler{
		"/services/oauth2/token":            login.Token,
		"/services/oauth2/revoke":           login.Revoke,
		"/services/oauth2/introspect":       login.Introspect,
		"/services/oauth2/userinfo":         login.UserInfo,
		call.DataPath:                       rest.Versions,
		".":                                 rest.Resources,
		"./limits":                          rest.Limits,
		"./limits/recordCount":              rest.RecordCount,
		"./query":                           rest.Query,
		"./queryAll":                        rest.QueryAll,
		"./query/*":                         rest.QueryMore,
		"./queryAll/*":                      rest.QueryMore,
		"./sobjects":                        rest.Objects,
		"./sobjects/*/describe":             rest.DescribeObject,
		"./sobjects/*/*":                    rest.Object,
		"./analytics/reports":               analytics.Recent,
		"./analytics/reports/*/describe":    analytics.DescribeReport,
		"./analytics/dashboards":            analytics.Recent,
		"./analytics/dashboards/*/describe": analytics.DescribeDashboard,
		"./analytics/reportTypes":           analytics.ReportTypes,
		"./analytics/report-types":          analytics.ReportTypes,
		"./analytics/reportTypes/*":         analytics.ReportType,
		"./analytics/report-types/*":        analytics.ReportType,
		"./folders":                         rest.Folders,
		"./folders/*":                       rest.Folder,
		"./folders/*/children":              rest.FolderChildren,
		"./composite":                       s.composite,
		"./composite/batch":                 s.batch,
	}
}
