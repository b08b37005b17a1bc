package activities

import (
	"context"
	"errors"

	"go.temporal.io/sdk/activity"

	"longhaul/internal/export"
	"longhaul/internal/fault"
	"longhaul/internal/seal"
)

// elsewhereAttempts is how often a task goes back to the queue because of the settings of the worker that took it. Temporal
// cannot address another worker, so the same one may take it again. Over this number of attempts, about three minutes, another
// worker very probably gets it, if there is one.
const elsewhereAttempts = 20

// misplaced is an error of one worker: another one, whose settings are those that the sync began with, can do the work.
type misplaced struct{ error }

// Unwrap gives the error itself.
func (m *misplaced) Unwrap() error { return m.error }

// elsewhere marks what the settings of this worker spoil in a sync that has begun. At the start of a sync a wrong setting is
// the sync's own.
func elsewhere(sync Sync, err error) error {
	f := fault.From(err)
	if sync.Bucket == "" || f == nil || f.Class != fault.Invalid || f.System == fault.Catalog {
		return err
	}
	return &misplaced{err}
}

// mayGoElsewhere says that an activity is to be tried again for what this worker lacks. The key of what is sealed may be with another worker
// at the start of a sync too: keys change while workers run.
func mayGoElsewhere(ctx context.Context, err error) bool {
	return (errors.As(err, new(*misplaced)) || errors.As(err, new(*seal.KeyError))) && activity.GetInfo(ctx).Attempt < elsewhereAttempts
}

// sameSettings refuses to read the org in another way than the sync began with: its files would hold two kinds of answers.
func sameSettings(source *Source, sync Sync) error {
	if sync.APIVersion == "" || sync.APIVersion == source.APIVersion {
		return nil
	}
	return fault.Invalidf("this worker reads source %q with API version %s, and the sync began with %s: give all workers the same settings, "+
		"or cancel the sync and start it again", source.Name, source.APIVersion, sync.APIVersion)
}

// sameDestination keeps the files of one set together.
func sameDestination(one export.Export, params UploadParams) error {
	if here := one.Target.Destination(); params.To != "" && params.To != here {
		return fault.Invalidf("this worker delivers to %s, and the first files of the set went to %s: give all workers the same %s settings",
			here, params.To, one.Settings().Section)
	}
	return nil
}
