package control

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"strings"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"

	"longhaul/internal/doctor"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
	"longhaul/internal/host"
	"longhaul/workflows"
	"longhaul/workflows/question"
)

// Check asks what a sync of a source needs, by the workflow of that name, and waits for the findings.
func Check(ctx context.Context, c client.Client, source string) (result doctor.Result, err error) {
	err = Ask(ctx, c, question.CheckSourceType, question.CheckID(source), "check of source "+source, question.Input{Source: source}, &result)
	return result, err
}

// CheckCandidate asks what a sync of a source would need whose credentials are not saved yet.
func CheckCandidate(ctx context.Context, c client.Client, source, version string) (result doctor.Result, err error) {
	id, in := question.CandidateCheckID(source, version), question.Input{Source: source, Candidate: version}
	err = Ask(ctx, c, question.CheckSourceType, id, "check of new credentials of source "+source, in, &result)
	return result, err
}

// Plan asks what syncs of a source take, by the workflow of that name, and waits for the plan.
func Plan(ctx context.Context, c client.Client, source string) (plan estimate.Plan, err error) {
	err = Ask(ctx, c, question.PlanSourceType, question.PlanID(source), "plan of source "+source, question.Input{Source: source}, &plan)
	return plan, err
}

// Inspect asks what became of the syncs of a source, by the workflow of that name, and waits for the answer. Each question has a workflow
// of its own.
func Inspect(ctx context.Context, c client.Client, source string, query answer.Query) (found json.RawMessage, err error) {
	id := question.InspectID(source, strings.ToLower(rand.Text()[:inspectRandom]))
	in := question.Inspection{Source: source, Query: query}
	err = Ask(ctx, c, question.InspectSourceType, id, query.Question+" of source "+source, in, &found)
	return found, err
}

// inspectRandom is how many characters tell the questions about a source apart.
const inspectRandom = 10

// Ask runs a workflow that answers a question, or joins the one that is running, and reads its answer.
func Ask(ctx context.Context, c client.Client, workflowType, id, summary string, in, into any) error {
	return ask(ctx, c, client.StartWorkflowOptions{
		ID: id, StaticSummary: summary, WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_USE_EXISTING,
	}, workflowType, in, into)
}

// ask is Ask with the id, the summary and what becomes of a workflow that is running.
func ask(ctx context.Context, c client.Client, options client.StartWorkflowOptions, workflowType string, in, into any) error {
	if err := NeedWorker(ctx, c); err != nil {
		return err
	}
	id := options.ID
	options.TaskQueue, options.WorkflowRunTimeout = workflows.TaskQueue, question.Longest
	options.WorkflowIDReusePolicy = enumspb.WORKFLOW_ID_REUSE_POLICY_ALLOW_DUPLICATE
	run, err := c.ExecuteWorkflow(ctx, options, workflowType, in)
	if err != nil {
		return unasked(id, err)
	}
	err = awaitAnswer(ctx, c, run, into)
	gone := fault.From(err) != nil || ctx.Err() != nil                                                      // the worker, or who asks
	if err != nil && gone && options.WorkflowIDConflictPolicy == enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL { // nobody else asks it
		giveUp(ctx, c, run)
	}
	return unanswered(id, err)
}

// giveUp ends a question whose asker gives it up, so that nothing comes of it later. One that has an end of its own keeps it.
func giveUp(ctx context.Context, c client.Client, run client.WorkflowRun) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), AskTimeout)
	defer cancel()
	_ = c.TerminateWorkflow(ctx, run.GetID(), run.GetRunID(), "its asker gave it up")
}

// unasked explains why Temporal gave no answer. A question is no sync, which would go on.
func unasked(id string, err error) error {
	if fault.From(err) == nil && host.Refused(err) == nil && Unanswered(err) {
		return &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: "Temporal stopped answering while workflow " + id + " ran: run the same command again when it is back",
		}
	}
	return Explain(err)
}

// unanswered gives the end of a question without an answer a class and a sentence.
func unanswered(id string, err error) error {
	var failure *temporal.ApplicationError
	var late *temporal.TimeoutError
	var stopped *temporal.CanceledError
	var ended *temporal.TerminatedError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &failure):
		return &fault.Error{Class: fault.Class(failure.Type()), System: fault.Longhaul, Message: failure.Message()}
	case errors.As(err, &late):
		return &fault.Error{
			Class: fault.Transient, System: fault.Temporal, Err: err,
			Message: "workflow " + id + " got no answer within " + question.Longest.String() + ": check that the worker lives, and try again",
		}
	case errors.As(err, &stopped), errors.As(err, &ended):
		return &fault.Error{Class: fault.Transient, System: fault.Temporal, Message: "somebody ended workflow " + id + ": try again"}
	}
	return unasked(id, err)
}
