package question

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/estimate"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/workflows/call"
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
	if errors.As(err, new(*UnservedError)) {
		plan, err = elsewhere(ctx, in.Source, err)
	}
	if err != nil {
		return nil, end(err)
	}
	workflow.SetCurrentDetails(ctx, planDetails(plan))
	return &plan, nil
}

// planDetails is what the UI shows of a plan: what stops a sync, and what one takes.
func planDetails(p estimate.Plan) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### What syncs of %s take\n\n", p.Source)
	for _, stop := range p.Stops {
		would := "be held"
		if stop.Fails {
			would = "fail"
		}
		fmt.Fprintf(&b, "- **A sync would %s:** %s\n", would, stop.What)
	}
	for _, one := range []struct {
		what string
		sync estimate.Sync
	}{{"A sync that describes every report", p.First}, {"A refresh", p.Refresh}} {
		takes := one.sync.Why
		if f := one.sync.Forecast; f != nil {
			takes = f.Words()
		}
		fmt.Fprintf(&b, "- **%s:** %s; %s\n", one.what, humanize.Count(one.sync.Calls, "API call"), takes)
	}
	fmt.Fprintf(&b, "\nThe plan took %s. The days, and what is not known, are in the result.\n", humanize.Count(p.Calls, "API call"))
	return b.String()
}

// elsewhere asks any worker about a source that none serves: the name may be mistyped, and the worker then says which it knows; or the
// worker leaves the source out for a reason that the plan meets too.
func elsewhere(ctx workflow.Context, source string, unserved error) (estimate.Plan, error) {
	plan, err := call.Do(call.OnAnyWorker(ctx), call.ForQuestion, "estimate what syncs of "+source+" take, which no worker serves",
		acts.Estimate, asked.EstimateParams{Source: source})
	failure := call.Explain(err)
	switch {
	case err == nil, temporal.IsCanceledError(err):
		return plan, err
	case notBegun(err), failure.Class == "":
		return plan, unserved
	}
	return plan, &fault.Error{
		Class: failure.Class, System: failure.System, Message: "no worker serves source " + source + ": " + failure.Message,
	}
}
