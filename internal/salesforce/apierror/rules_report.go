package apierror

import "longhaul/internal/fault"

// reportRules read the answers to the describe of one report, before all other rules do.
var reportRules = []rule{
	{
		status: statuses(403), text: texts("report definition is obsolete"), class: fault.Obsolete,
		sentence: "the report is obsolete: its object was disabled for reports, or its relationships have changed",
	},
	{
		status: statuses(403), text: texts("permission to run reports"), class: fault.PermissionMissing, whole: true,
		sentence: "the run-as user may not run reports, so no column can be read: give it the permission \"Run Reports\" in a " +
			"permission set",
	},
	{
		status: statuses(403), text: texts("at a time to run reports"), class: fault.Throttled,
		sentence: "the org runs too many reports at once: the sync sends fewer requests at a time",
	},
	{
		text: texts("synchronously every 60 minutes"), class: fault.Throttled, whole: true, pause: untilNextHour,
		sentence: "the org has run as many reports as it may in an hour: the sync continues in the next one",
	},
	{
		status: statuses(403), text: texts("sufficient privileges"), class: fault.PermissionMissing,
		sentence: "the run-as user has no access to what the report is about: give it access to the report type and its objects",
	},
	{
		status: statuses(404), text: texts("use a valid url"), class: fault.Invalid, whole: true,
		sentence: "Salesforce does not know the address of a describe in API version {version}: set api_version to one that it offers",
	},
	{
		status: statuses(404), json: true, class: fault.Gone,
		sentence: "the report was deleted, or the run-as user cannot see it any more",
	},
	{
		status: statuses(410), class: fault.Invalid, whole: true,
		sentence: "Salesforce has retired API version {version}: set api_version to a newer one",
	},
	{
		code: "UNSUPPORTED_API_VERSION", class: fault.Invalid, whole: true,
		sentence: "the org does not offer API version {version}: set api_version to one that it offers",
	},
	{
		status: statuses(400), text: texts("only a report with fewer than"), class: fault.Unsupported, below: ErrTooManyColumns,
		sentence: "the report has more columns than Salesforce describes: leave fewer than 100 in it",
	},
	{
		status: statuses(400), text: texts("have any columns selected"), class: fault.Unsupported, below: ErrNoneSelected,
		sentence: "no columns are selected in the report, so there is nothing to describe: select some, or delete the report",
	},
	{
		status: statuses(501), json: true, class: fault.Unsupported,
		sentence: "Salesforce does not describe reports of this format ({said})",
	},
	// In a query these are faults of Longhaul. A describe sends only the id that Salesforce itself gave.
	{code: "MALFORMED_QUERY", class: fault.Poison, sentence: oneReport},
	{code: "MALFORMED_ID", class: fault.Poison, sentence: oneReport},
	{code: "NUMBER_OUTSIDE_VALID_RANGE", class: fault.Poison, sentence: oneReport},
}

// reportStatusRules read the answers to a describe that neither reportRules nor apiRules know.
var reportStatusRules = []rule{
	{status: statuses(400), json: true, class: fault.Poison, sentence: oneReport},
	{
		status: statuses(500), json: true, class: fault.Poison, again: true,
		sentence: "Salesforce failed at every try to describe this report: if this persists, save the report again or delete it",
	},
}

const oneReport = "Salesforce does not describe this report ({said}): if this persists, save the report again or delete it"
