package main

import (
	"context"
	"io"

	"longhaul/internal/cli"
)

// run takes the verbs that need neither a worker nor a server in this process.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	return cli.Main(ctx, cli.App{
		Args: args, Environ: environ, Stdout: stdout, Stderr: stderr,
		Short: "Longhaul's starter starts, watches and steers syncs on any Temporal, and delivers files to the catalog",
		Verbs: []cli.Verb{
			cli.Connect, cli.Check, cli.Plan, cli.Sync, cli.Status, cli.Pause, cli.Resume, cli.Approve, cli.Discard, cli.SetQuota, cli.Cancel,
			cli.Schedule, cli.Notify, cli.Sources, cli.History, cli.Show, cli.Diff, cli.Why, cli.Report, cli.Disconnect, cli.Upload, cli.Completion,
		},
	})
}
