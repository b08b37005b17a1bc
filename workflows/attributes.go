package workflows

import (
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"
)

// The search attributes of a sync. A namespace may lack any of them: only those that authenticate found are set.
var (
	AttributeSource   = temporal.NewSearchAttributeKeyKeyword("LonghaulSource")
	AttributePhase    = temporal.NewSearchAttributeKeyKeyword("LonghaulPhase")
	AttributeOutcome  = temporal.NewSearchAttributeKeyKeyword("LonghaulOutcome")
	AttributeCoverage = temporal.NewSearchAttributeKeyFloat64("LonghaulCoverage")
)

// Attributes gives the search attributes by name, with the type that a namespace must have them in.
func Attributes() map[string]enumspb.IndexedValueType {
	return map[string]enumspb.IndexedValueType{
		AttributeSource.GetName():   AttributeSource.GetValueType(),
		AttributePhase.GetName():    AttributePhase.GetValueType(),
		AttributeOutcome.GetName():  AttributeOutcome.GetValueType(),
		AttributeCoverage.GetName(): AttributeCoverage.GetValueType(),
	}
}
