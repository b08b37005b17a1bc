package question

import (
	"bytes"
	"encoding/json"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/internal/fault"
	"longhaul/internal/sourcename"
	"longhaul/internal/staging"
)

// Input names the source that is asked about. People write it by hand, in the UI or after --input.
type Input struct {
	Source    string `json:"source"`
	Candidate string `json:"candidate,omitempty"` // for a check alone: the version of a source that is checked before it is saved
}

// Read reads the input of the workflow that answers a verb, such as check: an object or the name alone. Under the id
// <verb>-<source> no input is needed.
func Read(ctx workflow.Context, verb string, given converter.RawValue) (in Input, err error) {
	data := bytes.TrimSpace(given.Payload().GetData())
	switch {
	case len(data) == 0 || string(data) == "null":
	case data[0] == '"':
		err = json.Unmarshal(data, &in.Source)
	default:
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.DisallowUnknownFields()
		err = decoder.Decode(&in)
	}
	if err != nil {
		return in, fault.Invalidf(`the input must look like {"source":"acme"}: %.200v`, err)
	}
	if in.Source == "" {
		in.Source, _ = strings.CutPrefix(workflow.GetInfo(ctx).WorkflowExecution.ID, verb+"-")
		if sourcename.Check(in.Source) != nil || in.Source == workflow.GetInfo(ctx).WorkflowExecution.ID {
			return in, fault.Invalidf(`no source is named: start the workflow with the input {"source":"<name>"}, or with the id %s-<source>`, verb)
		}
	}
	if _, _, ok := staging.ParseSyncID(in.Candidate); in.Candidate != "" && (!ok || verb != "check") {
		return in, fault.Invalidf("candidate %.60q is not one that connect has made, or this is no check", in.Candidate)
	}
	return in, sourcename.CheckSpoken(in.Source, verb)
}
