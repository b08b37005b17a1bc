package connect

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"longhaul/internal/fault"
	"longhaul/internal/humanize"
)

// resealed is what --json shows of sources that were sealed anew.
type resealed struct {
	Keeper  string   `json:"keeper"`
	Sources []string `json:"sources"`
}

// runReseal seals all saved sources under the present key. It is safe to run again, and while workers run that have both keys.
func (v *connectVerb) runReseal(ctx context.Context, cmd *cobra.Command) error {
	at, err := v.openPlace(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer at.close()
	made, err := at.makeKey(ctx, "")
	if err != nil {
		return err
	}
	if made {
		v.Console.Note("Made the key file " + at.settings.Secrets.File + ", for this user alone. Keep a copy of it apart from the bucket.")
	}
	done, failed := at.saved.Reseal(ctx)
	if v.Console.JSON() {
		if err := v.Console.PrintJSON(resealed{Keeper: at.keeper.Name(), Sources: append([]string{}, done...)}); err != nil {
			return err
		}
	} else {
		_, _ = fmt.Fprintf(v.Console.Out(), "Sealed %s anew with %s: %s.\n", humanize.Count(int64(len(done)), "source"), at.keeper.Name(), listed(done))
		if failed == nil {
			_, _ = fmt.Fprintln(v.Console.Out(), "Once every worker has the present key, remove secrets.previous from all settings, and then the former key.")
		}
	}
	if failed != nil {
		v.Console.Note("The others are as they were. Keep secrets.previous until all are sealed anew.")
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if failed != nil && fault.From(failed) == nil {
		return fmt.Errorf("sealing anew: %w", failed)
	}
	return failed
}

// listed joins names, and says where there are none.
func listed(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}
