package description

import "strings"

// Reason is the code of why a report has the state that it has. The set is closed: reasons are counted in results and label
// metrics.
type Reason string

// The reasons of a report that has no columns.
const (
	// ReasonGone: the report is not there any more, or the run-as user no longer sees it.
	ReasonGone Reason = "gone"
	// ReasonObsolete: Salesforce calls the report's definition obsolete.
	ReasonObsolete Reason = "obsolete"
	// ReasonUnsupported: the format of the report has no columns that could be described, as that of a joined report.
	ReasonUnsupported Reason = "unsupported"
	// ReasonTooManyColumns: the report has more columns than Salesforce describes.
	ReasonTooManyColumns Reason = "too_many_columns"
	// ReasonNoColumnsSelected: no columns are selected in the report.
	ReasonNoColumnsSelected Reason = "no_columns_selected"
	// ReasonNoAccess: the run-as user may see the report, but not what it reports on.
	ReasonNoAccess Reason = "no_access"
	// ReasonServerError: Salesforce answered every try for this report with an error while others were answered.
	ReasonServerError Reason = "server_error"
	// ReasonUnreachable: no try for this report brought an answer that could be read while others were answered.
	ReasonUnreachable Reason = "unreachable"
	// ReasonTooLarge: the description is larger than what is kept of one report.
	ReasonTooLarge Reason = "too_large"
	// ReasonNoColumns: every try for this report brought a description without the columns.
	ReasonNoColumns Reason = "no_columns"
	// ReasonThrottled: Salesforce refused every try for this report for too many requests while others were answered.
	ReasonThrottled Reason = "throttled"
)

// Reasons lists them all, for documentation and for metrics.
var Reasons = []Reason{
	ReasonGone, ReasonObsolete, ReasonUnsupported, ReasonTooManyColumns, ReasonNoColumnsSelected, ReasonNoAccess,
	ReasonServerError, ReasonUnreachable, ReasonTooLarge, ReasonNoColumns, ReasonThrottled,
}

// answerHere is where a sentence shows Salesforce's own text.
const answerHere = "%answer%"

var sentences = map[Reason]string{
	ReasonGone: "The report is not there any more, or the run-as user no longer sees it.",
	ReasonObsolete: "Salesforce calls the definition of this report obsolete: its object was switched off for reports, or its relationships " +
		"have changed.",
	ReasonUnsupported:       "Salesforce does not describe reports of this format, such as joined reports" + answerHere + ".",
	ReasonTooManyColumns:    "This report has more columns than Salesforce describes; leave fewer than 100 columns in it.",
	ReasonNoColumnsSelected: "No columns are selected in this report, so there is nothing to describe; select some, or delete the report.",
	ReasonNoAccess:          "The run-as user lacks access to what this report is about; give it access to the report type and its objects.",
	ReasonServerError:       "Salesforce answered every try for this report with an error" + answerHere + ", while it answered for other reports.",
	ReasonUnreachable:       "No try for this report brought an answer that could be read, while other reports were answered.",
	ReasonTooLarge:          "The description of this report is larger than Longhaul reads; give the report fewer columns and filters.",
	ReasonNoColumns:         "Salesforce described this report without its columns at every try; if this persists, save the report again.",
	ReasonThrottled:         "Salesforce refused every try for this report for too many requests, while it answered for other reports.",
}

// ShowsAnswer says whether Salesforce's own text belongs to the reason, and so is kept with it.
func (r Reason) ShowsAnswer() bool { return strings.Contains(sentences[r], answerHere) }

// Sentence explains the reason to people, with Salesforce's own text where there is one; empty where the reason is not known.
func (r Reason) Sentence(answer string) string {
	if answer != "" {
		answer = " (" + strings.TrimSuffix(answer, ".") + ")"
	}
	return strings.Replace(sentences[r], answerHere, answer, 1)
}

// Words are the state and the reason of a gap in a few words, after a number of them; empty for a report that is no gap.
func (r Reason) Words() string { return gapWords[r] }

var gapWords = map[Reason]string{
	ReasonNoAccess:    "denied (what each reports on is closed)",
	ReasonServerError: "failed (Salesforce answers with an error)",
	ReasonUnreachable: "failed (no answer could be read)",
	ReasonTooLarge:    "failed (the description is too large)",
	ReasonNoColumns:   "failed (described without columns)",
	ReasonThrottled:   "failed (refused for too many requests)",
}
