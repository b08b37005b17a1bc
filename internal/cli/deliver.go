package cli

import (
	"context"

	"longhaul/internal/extract"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// deliver puts the files of a finished sync, its account and its manifest into an output directory.
func deliver(ctx context.Context, store *staging.Store, r *workflows.Result, out string) error {
	return extract.Deliver(ctx, store, staging.Sync{Source: r.Source, ID: r.Sync}, out)
}
