package cli

import (
	"context"
	"strconv"
	"strings"

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
	c.renamed(r, out)
	foreign, err := extract.Foreign(out)
	if err == nil && len(foreign) > 0 {
		c.note("%s holds files of others, which were left alone: %s", out, listed(foreign))
	}
	return err
}

// renamed gives the files of a result the names that they have in the folder, where these begin with a later time than the
// sync's own.
func (c *console) renamed(r *workflows.Result, out string) {
	sets := extract.LastPlaced(out)
	if len(sets) == 0 || sets[0].Sync != r.Sync {
		return
	}
	prefix := strconv.FormatInt(sets[0].Timestamp, 10) + "-"
	for i, f := range r.Files {
		if _, name, found := strings.Cut(f.Name, "-"); found && prefix+name != f.Name {
			if i == 0 {
				c.note("%s holds files whose names begin with a later time than this extract's, so that of the new ones is %d: "+
					"the newest set has the latest names.", out, sets[0].Timestamp)
			}
			r.Files[i].Name = prefix + name
		}
	}
}
