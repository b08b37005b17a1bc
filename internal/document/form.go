package document

import (
	"fmt"
	"net/url"
)

// Form is the page of Temporal's UI that starts a workflow like one that ran: it holds the input of that.
type Form struct{ Namespace, Workflow, Run, Queue, Type string }

// Link leads to the form, from any page of the UI.
func (f Form) Link(words string) string {
	like := url.Values{"workflowId": {f.Workflow}, "runId": {f.Run}, "taskQueue": {f.Queue}, "workflowType": {f.Type}}
	return fmt.Sprintf("[%s](/namespaces/%s/workflows/start-workflow?%s)", Escape(words), url.PathEscape(f.Namespace), like.Encode())
}
