package question

import (
	"bytes"
	"encoding/json"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/document"
	"longhaul/internal/fault"
	"longhaul/internal/overview"
	"longhaul/workflows/call"
)

// ListSourcesType is the workflow type that lists the sources. It is a contract: people and scripts name it.
const ListSourcesType = "ListSources"

// ListID is the id of one list; each has its own, which random tells apart.
func ListID(random string) string { return "list-sources-" + random }

// Listing is the input of ListSources. People leave it out, or write it by hand in the UI or after --input.
type Listing struct {
	After string `json:"after,omitempty"` // a name: the list begins with the next one
}

// ListSources lists the sources on any worker: where each comes from, when it is synced, how the last sync ended, what waits for whom.
func ListSources(ctx workflow.Context, given converter.RawValue) (*overview.List, error) {
	var in Listing
	if data := bytes.TrimSpace(given.Payload().GetData()); len(data) > 0 {
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&in); err != nil {
			return nil, end(fault.Invalidf(`the input must look like {"after":"acme"}, or be left out: %.200v`, err))
		}
	}
	list, err := call.Do(call.OnAnyWorker(ctx), call.ForBusyQuestion, "list the sources", acts.ListSources, asked.ListParams{After: in.After})
	if err != nil {
		return nil, end(err)
	}
	workflow.SetCurrentDetails(ctx, listDetails(ctx, list))
	return &list, nil
}

// listDetails is what the UI shows of a list, with the form of the next page.
func listDetails(ctx workflow.Context, list overview.List) string {
	info := workflow.GetInfo(ctx)
	form := document.Form{
		Namespace: info.Namespace, Workflow: info.WorkflowExecution.ID, Run: info.WorkflowExecution.RunID, Queue: call.TaskQueue, Type: ListSourcesType,
	}
	page := overview.Page{Place: time.UTC}
	if list.After != "" {
		input, err := json.Marshal(Listing{After: list.After})
		if err == nil {
			page.More = string(input)
		}
	}
	return page.Show(list).Markdown(mostDetails, "\n"+form.Link("List them again")+".\n")
}
