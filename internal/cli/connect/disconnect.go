package connect

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/humanize"
	"longhaul/internal/saved"
	"longhaul/internal/schedule/ledger"
	"longhaul/internal/sourcename"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

// disconnectVerb takes a connected source away.
type disconnectVerb struct {
	Program

	purge bool
	yes   bool
}

// disconnected is what --json shows.
type disconnected struct {
	Source      string `json:"source"`
	Credentials bool   `json:"credentials"` // removed; false: there were none
	Schedule    bool   `json:"schedule"`    // removed; false: there was none, or the settings have it
	Running     string `json:"running"`     // the workflow of a sync that runs still; empty: none
	Purged      int    `json:"purged"`      // objects of records and syncs
}

// Disconnect makes the command.
func Disconnect(p Program) *cobra.Command {
	v := &disconnectVerb{Program: p}
	cmd := &cobra.Command{
		Use:   "disconnect NAME [flags]",
		Short: "Take a connected source away: its credentials and its schedule",
		Long: `Removes the credentials of a connected source from the workers' bucket, and its schedule from Temporal. Workers stop serving
it within a minute. What its syncs left (records, history, what the next sync could reuse) stays, unless --purge. It needs
storage as the workers have it, besides Temporal's address, and no key. A source of the settings is taken away there.`,
		Example: `  $0 disconnect acme
  $0 disconnect acme --purge --yes`,
		Args: args.Exactly(1, args.OneSource),
		RunE: func(cmd *cobra.Command, args []string) error { return v.run(cmd.Context(), cmd, args[0]) },

		ValidArgsFunction: p.completeConnected,
	}
	f := cmd.Flags()
	f.BoolVar(&v.purge, "purge", false, "remove all that its syncs left in the bucket, too")
	f.BoolVar(&v.yes, "yes", false, "with --purge: do not ask again")
	config.AddPlaceFlags(f)
	args.JSON(cmd)
	return cmd
}

func (v *disconnectVerb) run(ctx context.Context, cmd *cobra.Command, name string) error {
	if err := sourcename.CheckSpoken(name, "disconnect"); err != nil {
		return err
	}
	at, err := v.openPlace(ctx, cmd, false)
	if err != nil {
		return err
	}
	defer at.close()
	temporal, err := v.dial(ctx)
	if err != nil {
		return err
	}
	defer temporal.Close()
	done, err := v.look(ctx, at, temporal, name)
	if err != nil {
		return err
	}
	inSettings := at.inSettings(name) != ""
	if err := v.sure(ctx, name, done, inSettings); err != nil {
		return err
	}
	if err := v.remove(ctx, at, temporal, &done, inSettings); err != nil {
		return err
	}
	if v.purge {
		if done.Purged, err = at.store.DeleteAll(ctx, staging.SourcePrefix(name)); err != nil {
			return err
		}
	}
	return v.say(done, inSettings)
}

// remove removes the schedule and the credentials.
func (v *disconnectVerb) remove(ctx context.Context, at *place, temporal client.Client, done *disconnected, inSettings bool) (err error) {
	name := done.Source
	unschedule := func() (bool, error) {
		if inSettings { // it is the schedule of the source that stays
			return false, nil
		}
		return ledger.Remove(ctx, temporal.ScheduleClient(), at.store, name)
	}
	// First: without credentials there is nothing to disconnect, and a schedule that could not be removed would stay for good.
	if done.Schedule, err = unschedule(); err != nil {
		return err
	}
	if err := at.saved.Remove(ctx, name); err != nil {
		if done.Schedule && errors.As(err, new(*saved.ConnectedError)) {
			v.Console.Note("The schedule that " + name + " had is removed.")
		}
		return err
	}
	again, err := unschedule() // until the credentials were gone, somebody could make one
	if done.Schedule = done.Schedule || again; err != nil {
		v.Console.Note(fmt.Sprintf("Whether somebody made a schedule of %s meanwhile is not known. If Temporal has the schedule %s%s, delete it there: %s",
			name, sourcename.SchedulePrefix, name, fault.Sentence(err)))
	}
	return nil
}

// look finds out what there is.
func (v *disconnectVerb) look(ctx context.Context, at *place, temporal client.Client, name string) (done disconnected, err error) {
	done.Source = name
	version, err := at.saved.Newest(ctx, name)
	if err != nil {
		return done, err
	}
	done.Credentials = version != ""
	if where := at.inSettings(name); where != "" && !done.Credentials {
		return done, fault.Invalidf("source %s stands in the settings (%s) and is not connected: remove sources.%s there, in the settings of all workers",
			name, where, name)
	}
	if !done.Credentials && !v.purge {
		return done, fault.Invalidf("source %q is not connected, or not any more: there is nothing to do", name)
	}
	run, err := control.Running(ctx, temporal, workflows.SyncID(name))
	if err != nil {
		return done, err
	}
	if run != "" {
		done.Running = workflows.SyncID(name)
	}
	return done, nil
}

// sure asks before records go.
func (v *disconnectVerb) sure(ctx context.Context, name string, done disconnected, inSettings bool) error {
	switch {
	case !v.purge:
		return nil
	case inSettings:
		return fault.Invalidf("source %s stands in the settings too, and its records are those of that source: leave --purge out", name)
	case done.Running != "":
		return fault.Invalidf("a sync of %s is running (%s), and writes what --purge would remove: cancel it first, or leave --purge out", name, done.Running)
	case v.yes:
		return nil
	case !v.Terminal.Attended():
		return fault.Invalidf("--purge removes the records and the history of %s for good: add --yes if that is meant", name)
	}
	typed, err := v.Terminal.Ask(ctx, "This removes the records and the history of "+name+" for good. If that is meant, type "+name+": ", false)
	if err == nil && typed != name {
		err = fault.Invalidf("nothing was removed, as %s was not typed", name)
	}
	return err
}

func (v *disconnectVerb) say(done disconnected, inSettings bool) error {
	if v.Console.JSON() {
		return v.Console.PrintJSON(done)
	}
	out := v.Console.Out()
	line := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format+"\n", args...) }
	switch {
	case done.Credentials && inSettings:
		line("%s: the credentials in the bucket are removed. The source of that name in the settings stays, with its schedule.", done.Source)
		return nil
	case done.Credentials:
		line("%s is disconnected: its credentials are removed. Workers stop serving it within a minute.", done.Source)
	}
	if done.Schedule {
		line("Its schedule is removed.")
	}
	if done.Running != "" {
		line("A sync of it is running (%s) and is not torn: it goes on with the session that it has, and then waits, as nobody serves it.\n"+
			"End it with: %s cancel %s", done.Running, v.Name, done.Source)
	}
	if v.purge {
		line("%s of its syncs removed.", humanize.Count(int64(done.Purged), "object"))
		return nil
	}
	line("What its syncs left stays in the bucket; connect it again to go on from there, or remove it with: %s disconnect %s --purge", v.Name, done.Source)
	return nil
}
