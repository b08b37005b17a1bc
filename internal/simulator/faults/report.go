package faults

import (
	"net/http"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/org"
)

// Answers of the describe resource beyond those that the org itself gives.
const (
	tooManyAtOnce = "Reports and Dashboards REST API can’t process the request because it can accept only as many as 20 requests " +
		"at a time to run reports synchronously."
	tooManyAnHour    = "You can’t run more than 500 reports synchronously every 60 minutes. Try again later."
	invalidReportURL = "Use a valid URL, for example, /services/data/(apiversion)/analytics/reports/(reportID)/describe, to retrieve " +
		"report metadata."
	onlyJSON = "The Reports and Dashboards REST API only supports JSON content type in both request and response bodies. " +
		"Specify requests with content type as application/json."
	noHistoricalTrend = "Historical trend data is unavailable in the report format requested. Change the report format to matrix and " +
		"try again."
)

// reportKinds are the refusals of a report's describe, in Salesforce's words and typographic apostrophes.
func reportKinds() []Kind {
	refused := func(name string, status int, code, message string) Kind {
		return Kind{
			Name: name, Group: GroupReport, Status: status, Code: code, Message: message, Body: BodyArray,
			Routes: []string{"describe"}, place: AtSession, Counted: true, LimitInfo: true,
		}
	}
	return []Kind{
		refused("report_too_many_columns", http.StatusBadRequest, "BAD_REQUEST", org.TooManyColumns.Message),
		refused("report_no_columns", org.NoColumns.Status, org.NoColumns.ErrorCode, org.NoColumns.Message),
		refused("report_obsolete", org.Obsolete.Status, org.Obsolete.ErrorCode, org.Obsolete.Message),
		refused("report_no_run_reports", org.NoRunReports.Status, org.NoRunReports.ErrorCode, org.NoRunReports.Message),
		refused("report_no_privileges", org.Forbidden.Status, org.Forbidden.ErrorCode, org.Forbidden.Message),
		refused("report_too_many_at_once", http.StatusForbidden, "FORBIDDEN", tooManyAtOnce),
		refused("report_too_many_an_hour", http.StatusForbidden, "FORBIDDEN", tooManyAnHour),
		refused("report_gone", org.Gone.Status, org.Gone.ErrorCode, org.Gone.Message),
		refused("report_invalid_url", http.StatusNotFound, "NOT_FOUND", invalidReportURL),
		refused("report_retired", http.StatusGone, "GONE", call.RetiredResource),
		refused("report_only_json", http.StatusUnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE", onlyJSON),
		refused("report_metadata_error", org.MetadataError.Status, org.MetadataError.ErrorCode, org.MetadataError.Message),
		refused("report_unsupported_format", org.Joined.Status, org.Joined.ErrorCode, org.Joined.Message),
		refused("report_no_historical_trend", http.StatusNotImplemented, "NOT_IMPLEMENTED", noHistoricalTrend),
	}
}
