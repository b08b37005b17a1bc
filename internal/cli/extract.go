package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/control"
	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/monitor"
	"longhaul/internal/node"
	"longhaul/internal/source"
	"longhaul/workflows"
)

// extractVerb writes an org's extract into a directory. Its flags are those that castor lacks.
type extractVerb struct {
	program

	apiVersion      string
	state           string
	inFlight        int
	private, strict bool
	acceptShrink    bool
	acceptMissing   []string

	warned []string // while the sync ran
}

func extractCommand(p program) *cobra.Command {
	v := &extractVerb{program: p}
	cmd := &cobra.Command{
		Use:   "extract [flags]",
		Short: "Write an org's extract into a directory, as castor-extract-salesforce-viz does",
		Long: `Takes castor-extract-salesforce-viz's flags and environment variables and writes the same files. Without a username it
logs in with client credentials. It keeps its state in .longhaul/ of the output: after a kill the same command resumes, and
later runs describe only what changed. There lie also report.html, which shows what came in and every gap with what to do,
and gaps.csv. If the output is on a network disk, --state puts Temporal's database on a disk of
this machine. A link to this program named castor-extract-salesforce-viz runs this command.

It compares what it finds with the last extract of the output. If it finds far less, or the run-as user lacks a permission,
it ends with 9 or 4 and leaves the files as they are; --accept-shrink continues.

Flags show in the process list, so give secrets as variables.`,
		Example: `  CASTOR_SALESFORCE_CLIENT_SECRET=... $0 extract -c 3MVG9... -b acme.my.salesforce.com -o ./out
  $0 extract -u me@acme.example -p PASSWORD -t TOKEN -c 3MVG9... -s SECRET -b acme.my.salesforce.com -o ./out`,
		Args: args.Exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context(), cmd) },
	}
	v.addFlags(cmd)
	return cmd
}

func (v *extractVerb) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	config.AddCastorExtractFlags(f)
	f.StringVar(&v.apiVersion, "api-version", "", "version of Salesforce's API; default: the one that castor's files carry")
	config.NumberVar(f, &v.inFlight, "max-in-flight", source.DefaultMaxInFlight, "calls to Salesforce at one time")
	f.BoolVar(&v.private, "private", false, "include the reports and dashboards in private folders")
	v.app.pathVar(cmd, &v.state, "state",
		"keep Temporal's database in this directory, if the output's disk cannot hold one ("+node.StateVariable+")")
	f.BoolVar(&v.strict, "strict", false, "exit with 5 if reports could not be described (denied or failed)")
	f.BoolVar(&v.acceptShrink, "accept-shrink", false, "continue with far less than last time, or without a permission that decides what is seen")
	f.StringSliceVar(&v.acceptMissing, "accept-missing", nil, "permissions that may be missing always, such as ManagePvtRptsAndDashbds")
	args.JSON(cmd)
}

// read joins castor's flags with our own.
func (v *extractVerb) read(cmd *cobra.Command) (config.CastorExtract, error) {
	asked, err := config.ReadCastorExtract(cmd.Flags(), v.app.Environ, v.app.Dir)
	if err != nil {
		return asked, err
	}
	if v.inFlight < 1 || v.inFlight > source.MostInFlight {
		return asked, fault.Invalidf("--max-in-flight must be from 1 to %d", source.MostInFlight)
	}
	accepted, err := config.AcceptMissing(v.acceptMissing, v.private)
	if err != nil {
		return asked, fault.Invalidf("--accept-missing: %s", messageOf(err))
	}
	v.console.warn(asked.Warnings)
	asked.Source.Salesforce.APIVersion = v.apiVersion
	asked.Source.Scope.Private, asked.Source.AcceptMissing = v.private, accepted
	asked.Source.MaxInFlight, asked.Source.MaxShards = v.inFlight, 0 // as many shards as fit
	// One command fetches one extract and then ends, so a share of the day means nothing. The ceiling stays.
	asked.Source.Quota.Share = 100
	asked.Source = asked.Source.WithDefaults()
	return asked, nil
}

func (v *extractVerb) run(ctx context.Context, cmd *cobra.Command) error {
	v.console.words = config.AsCastorsFlags
	settings, err := v.read(cmd)
	if err != nil {
		return err
	}
	if err := host.Usable(settings.Source); err != nil {
		return err
	}
	registry, err := source.NewRegistry(settings.Source)
	if err != nil {
		return err
	}
	elsewhere, err := v.app.stateFlag(v.state)
	if err != nil {
		return err
	}
	at, release, err := node.Occupy(settings.Output, elsewhere)
	if err != nil {
		return err
	}
	defer release()
	own := config.Config{DataDir: at.State, Sources: registry}
	n, stop, err := v.startPrivate(ctx, at.Temporal, own, func(ctx context.Context, temporal client.Client) error {
		return at.KeepSource(ctx, temporal, settings.Source)
	})
	if err != nil {
		return err
	}
	defer stop()
	return v.extractInto(ctx, n, settings.Output)
}

// extractInto starts the sync or goes on with it, and delivers its files.
func (v *extractVerb) extractInto(ctx context.Context, n *node.Node, out string) error {
	id, result, err := v.sync(ctx, n)
	err = n.Blame(err)
	if ctx.Err() != nil {
		return interrupted("interrupted; the same command resumes the sync")
	}
	if err != nil {
		return err
	}
	held, page := heldError(result.Concerns, out), ""
	if held == nil && result.Outcome != workflows.OutcomeDiscarded {
		page, err = v.deliver(ctx, n.Store, result, out)
	}
	switch {
	case err != nil:
		return err
	case v.console.json:
		err = v.console.printJSON(monitor.NewOutcome(result, monitor.Refer(ctx, n.Client, id, "", monitor.UI{})))
	case held == nil:
		monitor.Summarize(v.console.out, result, v.console.above(v.warned), v.console.colours)
		_, err = fmt.Fprintf(v.console.out, "The extract is in %s.\n%s", out, page)
	}
	return errors.Join(err, cmp.Or(held, verdict(result, v.strict)))
}

// sync gives the result of a sync that ran to its end. Where an earlier run left one that is discarded now, it starts another:
// the concerns of the first are about what was there then.
func (v *extractVerb) sync(ctx context.Context, n *node.Node) (id string, result *workflows.Result, err error) {
	in := workflows.Input{Source: config.ExtractSource, Upload: new(bool), Guard: true, Attended: true}
	for again := true; ; again = false {
		run, joined, err := control.Start(ctx, n.Client, in)
		if err != nil {
			return "", nil, err
		}
		if joined {
			v.console.note("Going on where an earlier run stopped.")
		}
		w := v.watcher(n, run.GetID())
		w.NoWait, w.Resume, w.Verdict = true, joined, workflows.DiscardUpdate
		if v.acceptShrink {
			w.Verdict = workflows.ApproveUpdate
		}
		result, err := w.Follow(ctx, run)
		v.warned = w.Warned()
		if err != nil || !joined || !again || result.Outcome != workflows.OutcomeDiscarded {
			return run.GetID(), result, err
		}
	}
}
