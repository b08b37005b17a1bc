package order

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// quotaVerb changes how many API calls one sync may use.
type quotaVerb struct {
	verb

	ceiling, share int
}

// SetQuota makes the command.
func SetQuota(p Program) *cobra.Command {
	v := &quotaVerb{verb: verb{Program: p, name: workflows.SetQuotaUpdate}}
	cmd := v.command(&cobra.Command{
		Use:   "set-quota SOURCE --ceiling PERCENT --share PERCENT",
		Short: "Change how many of the org's API calls the running sync may use",
		Long: `Changes the quota of the running sync of a source, from its next step on, and wakes the sync if it waits for API calls. What is left
out stays as it is. The next sync uses the settings again. It needs Temporal's address alone, as the temporal CLI does, and a worker that
answers.`,
		Example: `  $0 set-quota acme --share 50
  $0 set-quota acme --ceiling 95 --share 50`,
	}, v.setQuota)
	config.NumberVar(cmd.Flags(), &v.ceiling, "ceiling", 0, "percent of the org's daily API calls that all its users together may have used")
	config.NumberVar(cmd.Flags(), &v.share, "share", 0, "percent of the org's daily API calls that all syncs of the source may use in any 24 hours")
	args.JSON(cmd)
	given := cmd.RunE
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ceiling, share := cmd.Flags().Changed("ceiling"), cmd.Flags().Changed("share")
		switch {
		case !ceiling && !share:
			return fault.Invalidf("%s needs --ceiling, --share or both, in percent", cmd.CommandPath())
		case ceiling && (v.ceiling < 1 || v.ceiling > 100), share && (v.share < 1 || v.share > 100):
			return fault.Invalidf("--ceiling and --share are percents from 1 to 100")
		}
		return given(cmd, args)
	}
	return cmd
}

func (v *quotaVerb) setQuota(ctx context.Context) error {
	now, err := v.look(ctx)
	switch {
	case err != nil:
		return err
	case now.Unasked:
		return v.unsent(now)
	}
	var change workflows.QuotaChange
	if v.ceiling > 0 {
		change.Ceiling = &v.ceiling
	}
	if v.share > 0 {
		change.Share = &v.share
	}
	if err := control.Update(ctx, v.temporal, v.source, v.name, change); err != nil {
		return err
	}
	if now, err = v.look(ctx); err != nil {
		return err
	}
	switch {
	case now.Outcome != "":
		return v.ended(now)
	case now.Unasked:
		return v.tell(Told{Done: true, Message: "The sync of " + v.source + " has its new quota. `" + v.speak("status") + "` shows how it goes."})
	}
	first := "The sync of " + v.source + " has its new quota"
	if q := now.Quota; q != nil && q.Ceiling > 0 {
		first += fmt.Sprintf(" (a ceiling of %d %% and a share of %d %%)", q.Ceiling, q.Share)
	}
	return v.goesOn(now, first+" and", true)
}
