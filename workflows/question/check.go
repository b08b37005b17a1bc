package question

import (
	"errors"
	"fmt"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/workflows/call"
)

// CheckSourceType is the workflow type that asks what a sync of a source needs. It is a contract: people and scripts name it.
const CheckSourceType = "CheckSource"

// CheckID is the id of the one workflow that checks a source.
func CheckID(source string) string { return "check-" + source }

// CandidateCheckID is the id of the check of a candidate for a source. No source has it in its name, as a version has capitals.
func CandidateCheckID(source, version string) string { return CheckID(source) + "-" + version }

// acts names the activities by method; it is never called.
var acts *asked.Activities

// CheckSource asks on a worker of the source what a sync of it needs, and gives the findings. It fails only where nothing could be
// asked: a finding that a sync would fail is a good answer.
func CheckSource(ctx workflow.Context, given converter.RawValue) (*doctor.Result, error) {
	in, err := Read(ctx, "check", given)
	if err != nil {
		return nil, end(err)
	}
	if in.Candidate != "" {
		return checkCandidate(ctx, in)
	}
	summary, params := "check source "+in.Source, asked.ExamineParams{Source: in.Source}
	result, err := Ask(ctx, in.Source, summary, acts.Examine, params)
	if errors.As(err, new(*UnservedError)) {
		// A worker may have the settings of the source and not serve it, because a secret cannot be read.
		params.Unbegun = true
		result, err = askAnyone(ctx, summary, acts.Examine, params)
		if err != nil && !temporal.IsCanceledError(err) {
			result, err = doctor.Judge(in.Source, []doctor.Finding{cluster.Unserved(in.Source, nil)}), nil
		}
	}
	if err != nil {
		return nil, end(err)
	}
	workflow.SetCurrentDetails(ctx, details(result))
	return &result, nil
}

// checkCandidate asks what a sync of a source would need that is not saved yet. Nobody serves it, so any worker is asked.
func checkCandidate(ctx workflow.Context, in Input) (*doctor.Result, error) {
	summary, params := "check new credentials of source "+in.Source, asked.ExamineParams{Source: in.Source, Candidate: in.Candidate}
	result, err := call.Do(call.OnAnyWorker(ctx), call.ForBusyQuestion, summary, acts.Examine, params)
	if notBegun(err) {
		err = &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Message: "no worker began the check within a minute: start one, or look into the log of one",
		}
	}
	if err != nil {
		return nil, end(err)
	}
	workflow.SetCurrentDetails(ctx, details(result))
	return &result, nil
}

// details shows the rows that ask for something in the UI, a line each.
func details(r doctor.Result) string {
	var rows strings.Builder
	for _, f := range r.Findings {
		word := map[doctor.Status]string{doctor.Fail: "failed", doctor.Warn: "warning"}[f.Status] // as in the tally
		if word == "" {
			continue
		}
		fmt.Fprintf(&rows, "- **%s** %s: %s", word, f.Title, f.Found)
		if f.Fix != "" {
			rows.WriteString(". **Fix:** " + f.Fix)
		}
		rows.WriteString("\n")
	}
	return fmt.Sprintf("### %s\n\n%s; %s.\n\n%s", r.Verdict(), r.Tally(), humanize.Count(r.Calls, "API call"), rows.String())
}

// end makes the failure of a workflow: its type is the class, its message the sentence. One that was cancelled ends so.
func end(err error) error {
	if temporal.IsCanceledError(err) {
		return err
	}
	failure := call.Explain(err)
	if late, ok := errors.AsType[*temporal.TimeoutError](err); ok {
		failure.Message = "the worker that asked got no answer in time: look into its log, and ask again"
		if late.TimeoutType() == enumspb.TIMEOUT_TYPE_HEARTBEAT {
			failure.Message = "the worker that asked is gone: look into its log, and ask again"
		}
	}
	if f := fault.From(err); f != nil {
		failure.Class, failure.System, failure.Message = f.Class, f.System, fault.Sentence(err)
	}
	return call.Fail(failure, failure)
}
