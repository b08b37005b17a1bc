package question

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/document"
	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/text"
	"longhaul/internal/sourcename"
	"longhaul/workflows/call"
)

// InspectSourceType is the workflow type that answers what became of the syncs of a source. It is a contract: people and scripts name it.
const InspectSourceType = "InspectSource"

// InspectID is the id of one question about a source; each has its own, which random tells apart.
func InspectID(source, random string) string { return "inspect-" + source + "-" + random }

// Inspection is the input of InspectSource: the source and the question. People write it by hand, in the UI or after --input.
type Inspection struct {
	Source string `json:"source"`
	answer.Query
}

// InspectSource answers on a worker of the source what became of its syncs and of its records, from what they left in the bucket. The
// result is the answer: an answer.History, Show, Diff or Why.
func InspectSource(ctx workflow.Context, given converter.RawValue) (json.RawMessage, error) {
	in, err := readInspection(given)
	if err != nil {
		return nil, end(err)
	}
	summary, params := in.Question+" of source "+in.Source, asked.InspectParams{Source: in.Source, Query: in.Query}
	found, err := Ask(ctx, in.Source, summary, acts.Inspect, params)
	if errors.As(err, new(*UnservedError)) {
		// What syncs left lies in the bucket, which any worker reads, or it says which sources there are.
		other, failed := askAnyone(ctx, summary, acts.Inspect, params)
		found, err = other, unserved(in.Source, err, failed)
	}
	if err != nil {
		return nil, end(err)
	}
	workflow.SetCurrentDetails(ctx, inspectDetails(ctx, in, found))
	return found, nil
}

// questions are the inputs that people may copy, one for each question.
var questions = []struct{ name, input, says string }{
	{answer.AskHistory, `{"source":"acme","question":"history"}`, "the syncs, the newest first"},
	{answer.AskShow, `{"source":"acme","question":"show","sync":"monday"}`, "one sync whole; without sync the newest"},
	{answer.AskDiff, `{"source":"acme","question":"diff","from":"2026-11-23","to":"last"}`, "what changed between two syncs"},
	{answer.AskWhy, `{"source":"acme","question":"why","of":"00O..."}`, "one report, dashboard or folder, by Id, link or name"},
}

// readInspection reads the input.
func readInspection(given converter.RawValue) (in Inspection, err error) {
	decoder := json.NewDecoder(bytes.NewReader(given.Payload().GetData()))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		hint := ""
		if strings.Contains(err.Error(), `"ask"`) {
			hint = `; to look a record up in the org, say "ask_org":true`
		}
		return in, fault.Invalidf("the input is no question (%.200v%s): %s", err, hint, asks())
	}
	known := false
	for _, q := range questions {
		known = known || q.name == in.Question
	}
	switch {
	case in.Source == "":
		return in, fault.Invalidf("no source is named: %s", asks())
	case in.Question == "":
		return in, fault.Invalidf("no question is asked: %s", asks())
	case !known:
		return in, fault.Invalidf("there is no question %.20q: %s", in.Question, asks())
	case in.Question == answer.AskWhy && strings.TrimSpace(in.Of) == "":
		return in, fault.Invalidf(`the question why needs "of": the Id, the link or the name of a report, dashboard or folder`)
	}
	return in, sourcename.CheckSpoken(in.Source, in.Question)
}

// asks lists the questions.
func asks() string {
	var all []string
	for _, q := range questions {
		all = append(all, q.input+" ("+q.says+")")
	}
	return "ask one of " + strings.Join(all, ", ")
}

// mostDetails bounds the part of an address that the UI makes of the details: proxies before it take 8 kB.
const mostDetails = 7000

// inspectDetails is what the UI shows of an answer, with the form of the next question.
func inspectDetails(ctx workflow.Context, in Inspection, found json.RawMessage) string {
	page := text.Page{Place: time.UTC, Asked: in.Query, Ask: func(q answer.Query) string { return inputOf(in.Source, q) }}
	shown, err := page.Of(in.Question, found)
	if err != nil {
		return "The answer is in the result."
	}
	info := workflow.GetInfo(ctx)
	form := document.Form{
		Namespace: info.Namespace, Workflow: info.WorkflowExecution.ID, Run: info.WorkflowExecution.RunID, Queue: call.TaskQueue, Type: InspectSourceType,
	}
	return shown.Markdown(mostDetails, "\n"+form.Link("Ask another question")+": change the input there.\n")
}

// inputOf is the input of a question.
func inputOf(source string, q answer.Query) string {
	input, err := json.Marshal(Inspection{source, q})
	if err != nil {
		return "" // texts and numbers: there is no error
	}
	return string(input)
}
