package item

// Why a component that is in its file leads to no report or belongs to no dashboard there. For a component with more than one
// reason the account gives the first.
const (
	// ReasonDashboardNotListed: its dashboard is not in the file of the dashboards.
	ReasonDashboardNotListed = "dashboard_not_listed"
	// ReasonReportHidden: the run-as user may not see which reports stand behind components.
	ReasonReportHidden = "report_hidden"
	// ReasonNoReport: there is no report behind it, as behind a text or an image.
	ReasonNoReport = "no_report"
	// ReasonReportNotListed: its report is not in the file of the reports.
	ReasonReportNotListed = "report_not_listed"
)

// ComponentMessages are the sentences of the reasons of components.
var ComponentMessages = map[string]string{
	ReasonDashboardNotListed: "Its dashboard is not among the dashboards of this extract: the run-as user does not see it, or it was deleted.",
	ReasonReportHidden: "The run-as user may not see which report stands behind a component: " +
		`give it the permission "Manage All Private Reports and Dashboards".`,
	ReasonNoReport:        "No report stands behind this component: it shows a text, an image or a page.",
	ReasonReportNotListed: "Its report is not among the reports of this extract: the run-as user does not see it, or it was deleted.",
}
