package workflows

import "go.temporal.io/sdk/temporal"

// The search attributes of a sync. A namespace may lack any of them: only those that authenticate found are set.
var (
	AttributeSource   = temporal.NewSearchAttributeKeyKeyword("LonghaulSource")
	AttributePhase    = temporal.NewSearchAttributeKeyKeyword("LonghaulPhase")
	AttributeOutcome  = temporal.NewSearchAttributeKeyKeyword("LonghaulOutcome")
	AttributeCoverage = temporal.NewSearchAttributeKeyFloat64("LonghaulCoverage")
)
