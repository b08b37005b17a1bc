package question

import (
	"errors"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/workflows/call"
)

// CheckSourceType is the workflow type that asks what a sync of a source needs. It is a contract: people and scripts name it.
const CheckSourceType = "CheckSource"

// CheckID is the id of the one workflow that checks a source.
func CheckID(source string) string { return "check-" + source }

// acts names the activities by method; it is never called.
var acts *asked.Activities

// CheckSource asks on a worker of the source what a sync of it needs, and gives the findings. It fails only where nothing could be
// asked: a finding that a sync would fail is a good answer.
func CheckSource(ctx workflow.Context, given converter.RawValue) (*doctor.Result, error) {
	in, err := Read(ctx, "check", given)
	if err != nil {
		return nil, end(err)
	}
	result, err := Ask(ctx, in.Source, "check source "+in.Source, acts.Examine, asked.ExamineParams{Source: in.Source})
	if unserved, ok := errors.AsType[*UnservedError](err); ok {
		result = doctor.Judge(in.Source, []doctor.Finding{nobodyServes(unserved)})
		err = nil
	}
	if err != nil {
		return nil, end(err)
	}
	return &result, nil
}

// nobodyServes is the only finding where no worker can look for others.
func nobodyServes(err *UnservedError) doctor.Finding {
	return doctor.Finding{
		ID: "temporal.workers", Title: "Workers", Status: doctor.Fail,
		Found: "no worker serves source " + err.Source, Cost: "a sync waits until a worker serves the source",
		Fix: "check the name of the source, or start longhaul-worker with its settings and secrets; a worker that has them and leaves the " +
			"source out says why in its log",
		Where: "sources." + err.Source, Class: fault.Transient, System: fault.Temporal,
	}
}

// end makes the failure of a workflow: its type is the class, its message the sentence.
func end(err error) error {
	failure := call.Explain(err)
	if f := fault.From(err); f != nil {
		failure.Class, failure.System, failure.Message = f.Class, f.System, fault.Sentence(err)
	}
	return call.Fail(failure, failure)
}
