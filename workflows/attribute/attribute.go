// Package attribute holds the search attributes of a sync: their keys, and the filter that leaves out those that a namespace
// lacks.
package attribute

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"
)

// The search attributes of a sync. A namespace may lack any of them: Filter leaves out those that it lacks.
var (
	Source   = temporal.NewSearchAttributeKeyKeyword("LonghaulSource")
	Phase    = temporal.NewSearchAttributeKeyKeyword("LonghaulPhase")
	Outcome  = temporal.NewSearchAttributeKeyKeyword("LonghaulOutcome")
	Coverage = temporal.NewSearchAttributeKeyFloat64("LonghaulCoverage")
)

// keys are all of them.
var keys = []temporal.SearchAttributeKey{Source, Phase, Outcome, Coverage}

// Types gives the search attributes by name, with the type that a namespace must have them in.
func Types() map[string]enumspb.IndexedValueType {
	types := map[string]enumspb.IndexedValueType{}
	for _, key := range keys {
		types[key.GetName()] = key.GetValueType()
	}
	return types
}

// Upsert sets search attributes; those that the namespace lacks are left out.
func Upsert(ctx workflow.Context, updates ...temporal.SearchAttributeUpdate) {
	if err := workflow.UpsertTypedSearchAttributes(ctx, updates...); err != nil {
		workflow.GetLogger(ctx).Warn("search attributes were not set", "event", "warning", "error", err)
	}
}

// Announce is the first act of a workflow that syncs or stands for a sync. It sets the source of the workflow, so that a search
// finds the workflow however it ends, and clears what a copied start form brought: only the workflow says how it is.
func Announce(ctx workflow.Context, source string, then ...temporal.SearchAttributeUpdate) {
	present := workflow.GetTypedSearchAttributes(ctx)
	var updates []temporal.SearchAttributeUpdate
	for _, key := range []temporal.SearchAttributeKeyKeyword{Source, Phase, Outcome} {
		if present.ContainsKey(key) {
			updates = append(updates, key.ValueUnset())
		}
	}
	if present.ContainsKey(Coverage) {
		updates = append(updates, Coverage.ValueUnset())
	}
	if source != "" {
		updates = append(updates, Source.ValueSet(source))
	}
	Upsert(ctx, append(updates, then...)...) // of two updates of one attribute the later one counts
}
