package workflows

import (
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"
)

// updates are what operators ask of a sync and get an answer to, in the order in which they are registered.
var updates = []struct{ name, description string }{
	{ApproveUpdate, `Let a sync that holds go on: what it found is right. Input, if any: {"reason":"..."}.`},
	{DiscardUpdate, `End a sync that holds: nothing of it reaches the catalog. Input, if any: {"reason":"..."}.`},
	{
		SetQuotaUpdate,
		`Change how much of the org's daily API calls the sync may use, in percent: {"ceiling":80,"share":25}. What is left out stays.`,
	},
}

// updateHandling is what a workflow does with one update: it refuses it, or takes it and answers.
type updateHandling struct {
	check func(converter.RawValue) error
	take  func(workflow.Context, converter.RawValue) (any, error)
}

// handleUpdates registers a handling for each update. The input comes as it was written, so that each handling refuses in
// words of its own what it cannot read.
func handleUpdates(ctx workflow.Context, by map[string]updateHandling) error {
	for _, update := range updates {
		handling := by[update.name]
		err := workflow.SetUpdateHandlerWithOptions(ctx, update.name, handling.take, workflow.UpdateHandlerOptions{
			Validator:   func(_ workflow.Context, in converter.RawValue) error { return handling.check(in) },
			Description: update.description,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
