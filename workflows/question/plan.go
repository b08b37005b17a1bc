package question

import (
	"errors"
	"fmt"
	"strings"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	asked "longhaul/activities/question"
	"longhaul/internal/document"
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
	summary, params := "estimate what syncs of "+in.Source+" take", asked.EstimateParams{Source: in.Source}
	plan, err := Ask(ctx, in.Source, summary, acts.Estimate, params)
	if errors.As(err, new(*UnservedError)) {
		// The name may be mistyped, and another worker then says which it knows; or the worker leaves the source out for a reason that
		// the plan meets too.
		other, failed := askAnyone(ctx, summary, acts.Estimate, params)
		other.Waits = call.Unserved(in.Source)
		plan, err = other, unserved(in.Source, err, failed)
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
	if p.Waits != "" {
		fmt.Fprintf(&b, "- **A sync would wait:** %s\n", p.Waits)
	}
	for _, stop := range p.Stops {
		fmt.Fprintf(&b, "- **%s:** %s\n", stop.Would(), stop.What)
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
	if c := p.Cadence; c != nil && c.Warning != "" {
		fmt.Fprintf(&b, "- **Warning:** %s\n", document.Escape(c.Warning))
	}
	fmt.Fprintf(&b, "\nThe plan took %s. The days, and what is not known, are in the result.\n", humanize.Count(p.Calls, "API call"))
	return b.String()
}

// unserved is the failure of a plan of a source that no worker serves: what the other worker says about it, if that says something.
func unserved(source string, none, failed error) error {
	if failed == nil || temporal.IsCanceledError(failed) {
		return failed
	}
	failure := call.Explain(failed)
	if notBegun(failed) || failure.Class == "" {
		return none
	}
	return &fault.Error{
		Class: failure.Class, System: failure.System, Message: "no worker serves source " + source + ": " + failure.Message,
	}
}
