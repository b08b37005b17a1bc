package cli

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/node"
)

// temporalVerb runs only the embedded Temporal and its UI.
type temporalVerb struct {
	program

	data   string
	listen listenFlags
}

func temporalCommand(p program) *cobra.Command {
	const usual = "data"
	v := &temporalVerb{program: p, data: filepath.Join(p.app.Dir, usual)}
	cmd := &cobra.Command{
		Use:   "temporal --data DIR [flags]",
		Short: "Run only the embedded Temporal and its UI",
		Long: `Runs Temporal on SQLite and its UI, with Longhaul's search attributes, until SIGTERM or Ctrl-C, for workers that run
as separate processes on this machine.`,
		Example: `  $0 temporal --data ./data
  $0 temporal --data ./data --port 0 --ui-port 0 --json`,
		Args: args.Exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context()) },
	}
	p.app.pathVar(cmd, &v.data, "data", "directory of Temporal's database")
	cmd.Flags().Lookup("data").DefValue = usual
	v.listen.add(cmd)
	cmd.Flags().Bool("json", false, "when ready, print one JSON object with the addresses on stdout")
	return cmd
}

func (v *temporalVerb) run(ctx context.Context) error {
	if err := v.listen.check(); err != nil {
		return err
	}
	if err := node.PrivateDir(v.data); err != nil {
		return err
	}
	release, err := node.Lock(v.data, "the directory "+v.data)
	if err != nil {
		return err
	}
	defer release()
	if err := node.EnoughFiles(config.Config{}); err != nil {
		return err
	}
	fatal := node.NewFatal()
	disk := node.NewDisk(fatal, func(err error) { v.console.note("%s: %s", v.console.name, messageOf(err)) })
	options := v.listen.options(v.data)
	options.Trouble = disk.Report
	server, moved, err := node.OnDatabase(options.Database, v.console.note, nil, func() (node.Temporal, error) {
		return v.app.StartTemporal(ctx, options)
	})
	if err != nil {
		return err
	}
	if moved {
		v.console.note("%s", schedulesGone+" Start the syncs that were running once more: they resume from the bucket.")
	}
	if err := v.console.ready(addresses{Temporal: server.HostPort(), UI: server.UIURL()}, ""); err != nil {
		return errors.Join(err, server.Stop())
	}
	return errors.Join(fatal.Wait(ctx), server.Stop())
}
