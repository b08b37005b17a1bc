package workflows

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The search attributes of a sync. A namespace may lack any of them: an interceptor leaves out those that it lacks.
var (
	AttributeSource   = temporal.NewSearchAttributeKeyKeyword("LonghaulSource")
	AttributePhase    = temporal.NewSearchAttributeKeyKeyword("LonghaulPhase")
	AttributeOutcome  = temporal.NewSearchAttributeKeyKeyword("LonghaulOutcome")
	AttributeCoverage = temporal.NewSearchAttributeKeyFloat64("LonghaulCoverage")
)

// keys are all of them.
var keys = []temporal.SearchAttributeKey{AttributeSource, AttributePhase, AttributeOutcome, AttributeCoverage}

// Attributes gives the search attributes by name, with the type that a namespace must have them in.
func Attributes() map[string]enumspb.IndexedValueType {
	return map[string]enumspb.IndexedValueType{
		AttributeSource.GetName():   AttributeSource.GetValueType(),
		AttributePhase.GetName():    AttributePhase.GetValueType(),
		AttributeOutcome.GetName():  AttributeOutcome.GetValueType(),
		AttributeCoverage.GetName(): AttributeCoverage.GetValueType(),
	}
}

// upsert sets search attributes; those that the namespace lacks are left out.
func upsert(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) {
	if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
		workflow.GetLogger(ctx).Warn("search attributes were not set", "error", err)
	}
}

// announce is the first act of a workflow that syncs or stands for a sync. It says which source the workflow is about, so
// that a search finds it however it ends, and clears what a copied start form brought: only the workflow says how it is.
func announce(ctx workflow.Context, source string, then ...temporal.SearchAttributeUpdate) {
	present := workflow.GetTypedSearchAttributes(ctx)
	var updates []temporal.SearchAttributeUpdate
	for _, key := range []temporal.SearchAttributeKeyKeyword{AttributeSource, AttributePhase, AttributeOutcome} {
		if present.ContainsKey(key) {
			updates = append(updates, key.ValueUnset())
		}
	}
	if present.ContainsKey(AttributeCoverage) {
		updates = append(updates, AttributeCoverage.ValueUnset())
	}
	if source != "" {
		updates = append(updates, AttributeSource.ValueSet(source))
	}
	upsert(ctx, append(updates, then...)...) // of two updates of one attribute the later one counts
}

// showOutcome sets the search attribute of how a workflow ended.
func showOutcome(ctx workflow.Context, outcome Outcome) {
	upsert(ctx, AttributeOutcome.ValueSet(string(outcome)))
}
