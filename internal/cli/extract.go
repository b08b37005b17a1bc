package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/workflows"
)

func (a *App) extractCommand(c *console) *cobra.Command {
	var flags extractFlags
	cmd := &cobra.Command{
		Use:   "extract [flags]",
		Short: "Write an org's extract into a directory, as castor-extract-salesforce-viz does",
		Long: `Takes castor-extract-salesforce-viz's flags and environment variables and writes the same files. Without a username it
logs in by client credentials. State lies in .longhaul/ of the output: the same command after a kill goes on where it
was, and later runs describe only what changed. Where the output lies on a network disk, --state puts Temporal's database
on one of this machine. A link named castor-extract-salesforce-viz to this program is this verb.

What it finds is compared with the last extract of the output. Far less, or a permission of the run-as user that is missing,
ends it with 9 or 4 before anything is spent on it, and the files stay as they are; --accept-shrink goes on.

Flags show in the process list, so secrets are better given as variables.`,
		Example: `  CASTOR_SALESFORCE_CLIENT_SECRET=... $0 extract -c 3MVG9... -b acme.my.salesforce.com -o ./out
  $0 extract -u me@acme.example -p PASSWORD -t TOKEN -c 3MVG9... -s SECRET -b acme.my.salesforce.com -o ./out`,
		Args: exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.extract(cmd.Context(), c, cmd, flags) },
	}
	f := cmd.Flags()
	config.AddCastorExtractFlags(f)
	f.StringVar(&flags.apiVersion, "api-version", "", "version of Salesforce's API; default: the one that castor's files carry")
	config.NumberVar(f, &flags.inFlight, "max-in-flight", source.DefaultMaxInFlight, "calls to Salesforce at one time")
	f.BoolVar(&flags.private, "private", false, "include the reports and dashboards in private folders")
	a.pathVar(cmd, &flags.state, "state", "keep Temporal's database in this directory, where the output's disk cannot hold one ("+stateVariable+")")
	f.BoolVar(&flags.strict, "strict", false, "exit with 5 when reports without columns remain")
	f.BoolVar(&flags.acceptShrink, "accept-shrink", false, "go on with far less than last time, or without a permission that decides what is seen")
	f.StringSliceVar(&flags.acceptMissing, "accept-missing", nil, "permissions that may be missing always, such as ManagePvtRptsAndDashbds")
	jsonFlag(cmd)
	return cmd
}

// extractFlags are those that castor lacks.
type extractFlags struct {
	apiVersion      string
	state           string
	inFlight        int
	private, strict bool
	acceptShrink    bool
	acceptMissing   []string
}

// read joins castor's flags with our own.
func (f extractFlags) read(a *App, c *console, cmd *cobra.Command) (config.CastorExtract, error) {
	asked, err := config.ReadCastorExtract(cmd.Flags(), a.Environ, a.Dir)
	if err != nil {
		return asked, err
	}
	if f.inFlight < 1 || f.inFlight > source.MostInFlight {
		return asked, fault.Invalidf("--max-in-flight must be from 1 to %d", source.MostInFlight)
	}
	accepted, err := config.AcceptMissing(f.acceptMissing, f.private)
	if err != nil {
		return asked, fault.Invalidf("--accept-missing: %s", failureOf(err).Message)
	}
	for _, warning := range asked.Warnings {
		c.note("Warning: %s", warning)
	}
	asked.Source.Salesforce.APIVersion = f.apiVersion
	asked.Source.Scope.Private, asked.Source.AcceptMissing = f.private, accepted
	asked.Source.MaxInFlight, asked.Source.MaxShards = f.inFlight, 0 // as many shards as fit
	// One command fetches one extract and then ends, so the share of a sync in a day means nothing; the ceiling stays.
	asked.Source.Quota.Share = 100
	asked.Source = asked.Source.WithDefaults()
	return asked, nil
}

func (a *App) extract(ctx context.Context, c *console, cmd *cobra.Command, flags extractFlags) error {
	settings, err := flags.read(a, c, cmd)
	if err != nil {
		return err
	}
	registry, err := source.NewRegistry(settings.Source)
	if err != nil {
		return err
	}
	elsewhere, err := a.stateFlag(flags.state)
	if err != nil {
		return err
	}
	at, release, err := occupy(settings.Output, elsewhere)
	if err != nil {
		return err
	}
	defer release()
	own := config.Config{DataDir: at.state, Sources: registry}
	p, stop, err := a.openPrivate(ctx, c, at.temporal, own, func(ctx context.Context, temporal client.Client) error {
		return sameSource(ctx, temporal, at, settings.Source)
	})
	if err != nil {
		return err
	}
	defer stop()
	return c.extractInto(ctx, p, settings.Output, flags)
}

// extractInto starts the sync or goes on with it, and delivers its files.
func (c *console) extractInto(ctx context.Context, p *plant, out string, flags extractFlags) error {
	id, result, err := c.extracted(ctx, p, flags.acceptShrink)
	err = p.disk.blame(err)
	if ctx.Err() != nil {
		return interrupted("interrupted; the same command goes on where it was")
	}
	if err != nil {
		return err
	}
	held := refused(result.Concerns, out)
	if held == nil && result.Outcome != workflows.OutcomeDiscarded {
		err = c.deliver(ctx, p.store, result, out)
	}
	switch {
	case err != nil:
		return err
	case c.json:
		err = c.print(outcome{Result: listable(result), Workflow: refer(ctx, p.client, id, "", webUI{})})
	case held == nil:
		summarize(c.out, result, c.colours)
		_, err = fmt.Fprintf(c.out, "The extract is in %s.\n", out)
	}
	return errors.Join(err, cmp.Or(held, judge(result, flags.strict)))
}

// extracted is the result of a sync that ran to its end. One that an earlier run left and that is discarded now looked at
// what was there then, so another one looks at what is there now.
func (c *console) extracted(ctx context.Context, p *plant, accept bool) (id string, result *workflows.Result, err error) {
	in := workflows.Input{Source: config.ExtractSource, Upload: new(bool), Guard: true, Attended: true}
	for again := true; ; again = false {
		run, joined, err := begin(ctx, p.client, in)
		if err != nil {
			return "", nil, err
		}
		if joined {
			c.note("Going on where an earlier run stopped.")
		}
		w := &watcher{
			client: p.client, id: run.GetID(), view: c.view(), address: p.address, lost: p.lost, disk: p.disk, leaves: true, resumes: joined,
			answers: &answering{accept: accept},
		}
		result, err := w.follow(ctx, run)
		if err != nil || !joined || !again || result.Outcome != workflows.OutcomeDiscarded {
			return run.GetID(), result, err
		}
	}
}
