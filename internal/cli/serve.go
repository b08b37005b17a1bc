package cli

import (
	"context"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/node"
)

// Ports that Temporal's own tools look for.
const (
	defaultPort   = 7233
	defaultUIPort = 8233

	defaultPages = "127.0.0.1:8234" // of syncs
)

// listenFlags say where Temporal and its UI listen.
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

// options are those of a Temporal whose database lies in dir.
func (f *listenFlags) options(dir string) node.TemporalOptions {
	local := func(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
	return node.TemporalOptions{Database: filepath.Join(dir, node.DatabaseFile), Addr: local(f.port), UIAddr: local(f.uiPort)}
}

// serveVerb runs everything for one machine.
type serveVerb struct {
	program

	listen listenFlags
}

func serveCommand(p program) *cobra.Command {
	v := &serveVerb{program: p}
	cmd := &cobra.Command{
		Use:   "serve --config FILE [flags]",
		Short: "Run everything for one machine: Temporal with its UI, and a worker for your sources",
		Long: `Runs Temporal (SQLite in data_dir), its UI and a worker in one process until SIGTERM or Ctrl-C, and shows the pages of syncs at
127.0.0.1:8234 or where report.listen says. Start syncs with
"sync", the temporal CLI or the UI, or by a schedule ("schedule", or sources.SOURCE.schedule). The next start resumes syncs that a
stop or a kill interrupted. It serves the sources of the settings file and those that were connected, and starts without any: "connect"
adds one while it runs.`,
		Example: `  $0 serve --config longhaul.yaml
  $0 serve --config longhaul.yaml --port 7243 --ui-port 8243`,
		Args: args.Exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context(), cmd) },
	}
	config.AddFlags(cmd.Flags())
	v.listen.add(cmd)
	cmd.Flags().Bool("json", false, "when ready, print one JSON object with the addresses on stdout")
	return cmd
}

func (v *serveVerb) run(ctx context.Context, cmd *cobra.Command) error {
	if err := v.listen.check(); err != nil {
		return err
	}
	settings, err := v.load(cmd)
	if err != nil {
		return err
	}
	if settings.DataDir == "" {
		return fault.Invalidf("data_dir is not set, so Temporal has no place for its database: " +
			"set it in the settings file, as LONGHAUL_DATA_DIR or with --data-dir")
	}
	if err := node.PrivateDir(settings.DataDir); err != nil {
		return err
	}
	release, err := node.Lock(settings.DataDir, "data_dir "+settings.DataDir)
	if err != nil {
		return err
	}
	defer release()
	options, err := v.serviceOptions(ctx, settings)
	if err != nil {
		return err
	}
	options.Temporal, options.Pages = v.listen.options(settings.DataDir), defaultPages
	n, err := v.startNode(ctx, options, func() error { return node.MarkResume(settings.DataDir) })
	if err != nil {
		return err
	}
	defer n.Close()
	return v.serve(ctx, n, options)
}

// serve resumes syncs and works until ctx ends.
func (v *serveVerb) serve(ctx context.Context, n *node.Node, o node.Options) error {
	if n.Moved {
		v.console.note("%s", schedulesGone)
	}
	served, left := n.Sources()
	n.Resume(ctx, o.Settings.DataDir, slices.Concat(served, left), v.console.name, v.console.note)
	n.WatchBucket(ctx)
	o.Logger.With(v.serves(served, left, o.Settings)...).Info("serving", zap.String("temporal", n.Address), zap.String("ui", n.UI))
	if err := v.console.ready(addresses{n.Address, n.UI, n.Pages}, sourcesLine(served, left)); err != nil {
		return err
	}
	if err := n.Fatal.Wait(ctx); err != nil {
		return err
	}
	o.Logger.Info("stopping; running syncs continue at the next start")
	return nil
}

// sourcesLine names the sources that are served, and those that are not.
func sourcesLine(served, left []string) string {
	line := "sources: " + strings.Join(served, ", ")
	if len(served)+len(left) == 0 {
		return noneConnected
	}
	if len(left) > 0 {
		line += " (left out until they can be served: " + strings.Join(left, ", ") + ")"
	}
	return line
}

// noneConnected is for a process that has no source yet. It serves the first one within half a minute after it is connected.
const noneConnected = "no source is connected yet: connect one by longhaul connect NAME, or write it into the settings file and start again"

// schedulesGone says what else was in a database that was moved aside.
const schedulesGone = "Schedules were in that database: those of sources come back within a minute, as they were; create others again."

// addresses are those of what answers.
type addresses struct {
	Temporal string `json:"temporal"`
	UI       string `json:"ui"`
	Pages    string `json:"pages,omitempty"` // of syncs
}

// ready prints the one line that says that everything answers.
func (c *console) ready(at addresses, more string) error {
	if c.json {
		return c.printJSON(at)
	}
	line := fmt.Sprintf("Ready. Temporal: %s  UI: %s", at.Temporal, at.UI)
	if at.Pages != "" {
		line += "  Pages: " + at.Pages
	}
	if more != "" {
		line += "  " + more
	}
	_, err := fmt.Fprintln(c.out, line)
	return err
}
