package cli

import (
	"context"

	"longhaul/internal/extract"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// deliver puts the files of a finished sync, its account and its manifest into an output directory, and names what else
// lies there: an upload of the whole directory would send it too.
func (c *console) deliver(ctx context.Context, store *staging.Store, r *workflows.Result, out string) error {
	if err := extract.Deliver(ctx, store, staging.Sync{Source: r.Source, ID: r.Sync}, out); err != nil {
		return err
	}
	foreign, err := extract.Foreign(out)
	if err == nil && len(foreign) > 0 {
		c.note("%s holds files of others, which were left alone: %s", out, listed(foreign))
	}
	return err
}
