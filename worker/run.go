package main

import (
	"context"
	"io"

	"longhaul/internal/cli"
)

// run makes the program the one verb that it is.
func run(ctx context.Context, args, environ []string, stdout, stderr io.Writer) int {
	return cli.Main(ctx, cli.App{
		Args: args, Environ: environ, Stdout: stdout, Stderr: stderr,
		Verbs:  []cli.Verb{cli.Worker},
		Itself: cli.Worker,
	})
}
