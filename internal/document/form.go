package document

import (
	"fmt"
	"net/url"
)

// Form is the page of Temporal's UI that starts a workflow like one that ran: it holds the input of that.
type Form struct{ Namespace, Workflow, Run, Queue, Type string }

// Link leads to the form, from any page of the UI.
func (f Form) Link(words string) string {
	return fmt.Sprintf("[%s](/namespaces/%s/workflows/start-workflow?workflowId=%s&runId=%s&taskQueue=%s&workflowType=%s)", Escape(words),
		url.PathEscape(f.Namespace), url.QueryEscape(f.Workflow), url.QueryEscape(f.Run), url.QueryEscape(f.Queue), url.QueryEscape(f.Type))
}
