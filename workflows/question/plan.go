package question

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/estimate"
)

// PlanSourceType is the workflow type that says what syncs of a source take. It is a contract: people and scripts name it.
const PlanSourceType = "PlanSource"

// PlanID is the id of the one workflow that plans a source.
func PlanID(source string) string { return "plan-" + source }

// PlanSource says on a worker of the source what a first sync and a refresh of it take: API calls, hours, and when they end.
func PlanSource(ctx workflow.Context, given converter.RawValue) (*estimate.Plan, error) {
	in, err := Read(ctx, "plan", given)
	if err != nil {
		return nil, end(err)
	}
	plan, err := Ask(ctx, in.Source, "estimate what syncs of "+in.Source+" take", acts.Estimate, asked.EstimateParams{Source: in.Source})
	if err != nil {
		return nil, end(err)
	}
	return &plan, nil
}
