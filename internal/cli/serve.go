package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/fault"
)

// Ports that Temporal's own tools look for.
const (
	defaultPort   = 7233
	defaultUIPort = 8233
)

type listenFlags struct{ port, uiPort int }

func (f *listenFlags) add(cmd *cobra.Command) {
	config.NumberVar(cmd.Flags(), &f.port, "port", defaultPort, "port of Temporal on 127.0.0.1; 0 takes a free one")
	config.NumberVar(cmd.Flags(), &f.uiPort, "ui-port", defaultUIPort, "port of Temporal's UI on 127.0.0.1; 0 takes a free one")
}

func (f *listenFlags) check() error {
	const most = 65535
	if f.port < 0 || f.port > most || f.uiPort < 0 || f.uiPort > most {
		return fault.Invalidf("--port and --ui-port must be from 0 to %d", most)
	}
	return nil
}

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

func (a *App) serveCommand(c *console) *cobra.Command {
	var listen listenFlags
	cmd := &cobra.Command{
		Use:   "serve --config FILE [flags]",
		Short: "Run everything for one machine: Temporal with its UI, and a worker for the sources of a settings file",
		Long: `Runs Temporal (SQLite in data_dir), its UI and a worker in one process until SIGTERM or Ctrl-C. Syncs are started by
"sync", by the temporal CLI, in the UI or by a Temporal Schedule; those that a stop or a kill cut short go on at the
next start.`,
		Example: `  $0 serve --config longhaul.yaml
  $0 serve --config longhaul.yaml --port 7243 --ui-port 8243`,
		Args: exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.serve(cmd.Context(), c, cmd, listen) },
	}
	config.AddFlags(cmd.Flags())
	listen.add(cmd)
	cmd.Flags().Bool("json", false, "when ready, print one JSON object with the addresses on stdout")
	return cmd
}

func (a *App) serve(ctx context.Context, c *console, cmd *cobra.Command, listen listenFlags) error {
	if err := listen.check(); err != nil {
		return err
	}
	settings, err := a.load(c, cmd)
	if err != nil {
		return err
	}
	if settings.DataDir == "" {
		return fault.Invalidf("data_dir is not set, so Temporal has no place for its database: " +
			"set it in the settings file, as LONGHAUL_DATA_DIR or with --data-dir")
	}
	if err := ownDir(settings.DataDir); err != nil {
		return err
	}
	release, err := lock(settings.DataDir, "data_dir "+settings.DataDir)
	if err != nil {
		return err
	}
	defer release()
	logger, err := a.newLogger(ctx, c, &settings)
	if err != nil {
		return err
	}
	metrics, err := startMetrics(ctx, settings, logger)
	if err != nil {
		return err
	}
	p, err := a.openSafely(ctx, c, plantOptions{
		Temporal: TemporalOptions{
			Database: filepath.Join(settings.DataDir, databaseFile), Addr: local(listen.port), UIAddr: local(listen.uiPort),
		},
		Settings: settings, Logger: logger, Metrics: metrics,
		Moving: func() error { return markResume(settings.DataDir) },
	})
	if err != nil {
		return err
	}
	defer p.close()
	if p.moved {
		c.note("%s", schedulesGone)
	}
	c.resume(ctx, p, settings.DataDir, settings.Sources.Names())
	p.watchBucket(ctx)
	served := without(settings.Sources.Names(), p.left)
	logger.Info("serving", zap.Strings("sources", served), zap.Strings("left_out", p.left),
		zap.String("temporal", p.address), zap.String("ui", p.ui), zap.String("version", a.Version))
	if err := c.ready(p.address, p.ui, sourcesLine(served, p.left)); err != nil {
		return err
	}
	if err := p.lost.wait(ctx); err != nil {
		return err
	}
	logger.Info("stopping; running syncs go on at the next start")
	return nil
}

// sourcesLine names the sources that are served, and those that are not.
func sourcesLine(served, left []string) string {
	line := "sources: " + strings.Join(served, ", ")
	if len(left) > 0 {
		line += " (left out until they can be served: " + strings.Join(left, ", ") + ")"
	}
	return line
}

// without gives the names that are not among those left out.
func without(names, left []string) []string {
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return slices.Contains(left, name) })
}

// schedulesGone is what else a database that was moved aside held.
const schedulesGone = "Schedules were in that database: create them again."

// ready is the one line that says that everything answers.
func (c *console) ready(temporal, ui, more string) error {
	if c.json {
		return c.print(map[string]string{"temporal": temporal, "ui": ui})
	}
	line := fmt.Sprintf("Ready. Temporal: %s  UI: %s", temporal, ui)
	if more != "" {
		line += "  " + more
	}
	_, err := fmt.Fprintln(c.out, line)
	return err
}

func (a *App) serverCommand(c *console) *cobra.Command {
	var data string
	var listen listenFlags
	cmd := &cobra.Command{
		Use:   "temporal --data DIR [flags]",
		Short: "Run only the embedded Temporal and its UI",
		Long: `Runs Temporal on SQLite and its UI, with Longhaul's search attributes, until SIGTERM or Ctrl-C: for workers that run as
processes of their own on this machine.`,
		Example: `  $0 temporal --data ./data
  $0 temporal --data ./data --port 0 --ui-port 0 --json`,
		Args: exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.server(cmd.Context(), c, data, listen) },
	}
	const usual = "data"
	data = filepath.Join(a.Dir, usual)
	a.pathVar(cmd, &data, "data", "directory of Temporal's database")
	cmd.Flags().Lookup("data").DefValue = usual
	listen.add(cmd)
	cmd.Flags().Bool("json", false, "when ready, print one JSON object with the addresses on stdout")
	return cmd
}

func (a *App) server(ctx context.Context, c *console, data string, listen listenFlags) error {
	if err := listen.check(); err != nil {
		return err
	}
	if err := ownDir(data); err != nil {
		return err
	}
	release, err := lock(data, "the directory "+data)
	if err != nil {
		return err
	}
	defer release()
	if err := enoughFiles(config.Config{}, spareFiles); err != nil {
		return err
	}
	options := TemporalOptions{
		Database: filepath.Join(data, databaseFile), Addr: local(listen.port), UIAddr: local(listen.uiPort),
	}
	lost := newLoss()
	under := &disk{lost: lost, begins: func(err error) { c.note("%s: %s", c.name, oneLine(fault.Sentence(err))) }}
	options.Trouble = under.heard
	server, moved, err := onDatabase(c, options.Database, nil, func() (Temporal, error) { return a.StartTemporal(ctx, options) })
	if err != nil {
		return err
	}
	if moved {
		c.note("%s", schedulesGone+" Start the syncs that were running once more: they go on from the bucket.")
	}
	if err := c.ready(server.HostPort(), server.UIURL(), ""); err != nil {
		return errors.Join(err, server.Stop())
	}
	return errors.Join(lost.wait(ctx), server.Stop())
}
