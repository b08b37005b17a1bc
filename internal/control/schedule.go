package control

import (
	"context"
	"errors"

	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/client"

	"longhaul/internal/schedule"
	"longhaul/workflows/question"
)

// mostBefore bounds how many orders about one schedule are waited for, before one of our own.
const mostBefore = 20

// Schedule changes the schedule of a source as an order wants, by the workflow of that name, and waits for the schedule as it is then. An
// order that wants nothing changes nothing. While another order about the source is done, this one waits.
func Schedule(ctx context.Context, c client.Client, source string, order schedule.Order) (state schedule.State, err error) {
	options := client.StartWorkflowOptions{
		ID: question.ScheduleID(source), StaticSummary: "schedule of source " + source,
		WorkflowIDConflictPolicy: enumspb.WORKFLOW_ID_CONFLICT_POLICY_FAIL, WorkflowExecutionErrorWhenAlreadyStarted: true,
	}
	in := question.Scheduling{Source: source, Order: order}
	for range mostBefore {
		err = ask(ctx, c, options, question.ScheduleSourceType, in, &state)
		if !errors.As(err, new(*serviceerror.WorkflowExecutionAlreadyStarted)) {
			break
		}
		_ = c.GetWorkflow(ctx, options.ID, "").Get(ctx, nil) // how that one ends is for who asked
	}
	return state, err
}
