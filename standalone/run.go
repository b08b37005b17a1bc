package main

import (
	"context"
	"io"

	"longhaul/internal/cli"
)

// run wires the command line to the server and the simulator that only this program links.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	return cli.Main(ctx, cli.App{
		Args: args, Environ: environ, Stdout: stdout, Stderr: stderr,
		Short: "Longhaul syncs Salesforce reporting metadata to Coalesce Catalog, everything in one process",
		Verbs: []cli.Verb{
			cli.Demo, cli.Connect, cli.Check, cli.Plan, cli.Extract, cli.Serve, cli.Sync, cli.Status, cli.Pause, cli.Resume, cli.Approve, cli.Discard,
			cli.SetQuota, cli.Cancel, cli.Schedule, cli.Notify, cli.Sources,
			cli.History, cli.Show, cli.Diff, cli.Why, cli.Report, cli.Disconnect, cli.Upload, cli.Worker,
			cli.Server, cli.Completion,
		},
		StartTemporal:  startTemporal,
		StartSimulator: startSimulator,
	})
}
