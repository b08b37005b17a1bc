package cli

import (
	"context"
	"path/filepath"

	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/monitor"
	"longhaul/internal/node"
	"longhaul/internal/telemetry"
)

// serviceOptions are the node of a long-running process: it logs on stderr and serves metrics where the settings say so. A
// secret that cannot be read yet is a warning: it may be there when a sync needs it, and the log learns it then.
func (p program) serviceOptions(ctx context.Context, settings config.Config) (node.Options, error) {
	redactor, problems := node.Redact(ctx, &settings)
	for _, err := range problems {
		p.console.warn([]string{messageOf(err)})
	}
	logger, err := telemetry.NewLogger(telemetry.LogOptions{
		Level: settings.Log.Level, Format: settings.Log.Format, Output: p.app.Stderr, Redactor: redactor,
	})
	if err != nil {
		return node.Options{}, err
	}
	if p.console.log != nil {
		p.console.log = logger // it knows the secrets
	}
	telemetry.CatchStandard(logger)
	metrics, err := startMetrics(ctx, settings, logger)
	if err != nil {
		return node.Options{}, err
	}
	return node.Options{
		Version: p.app.Version, Settings: settings, Logger: logger, Metrics: metrics,
		Dial: p.app.Dial, StartTemporal: p.app.StartTemporal,
	}, nil
}

// startMetrics serves metrics where the settings say so, and gives nil elsewhere.
func startMetrics(ctx context.Context, settings config.Config, logger *zap.Logger) (*telemetry.Metrics, error) {
	if settings.Metrics.Address == "" {
		return nil, nil
	}
	return telemetry.ServeMetrics(ctx, settings.Metrics.Address, logger)
}

// startNode starts a node. It moves a database that cannot be read aside; moving, unless it is nil, is called before that.
func (p program) startNode(ctx context.Context, o node.Options, moving func() error) (*node.Node, error) {
	n, moved, err := node.OnDatabase(o.Temporal.Database, p.console.note, moving, func() (*node.Node, error) { return p.app.startNode(ctx, o) })
	if err != nil {
		return nil, err
	}
	n.Moved = moved
	return n, nil
}

// startPrivate starts a node that only this command uses: its log and its database lie in dir, its ports are free ones. prepare
// is that of node.Options. stop ends all of it.
func (p program) startPrivate(
	ctx context.Context, dir string, settings config.Config, prepare func(context.Context, client.Client) error,
) (n *node.Node, stop func(), err error) {
	logger, closeLog, err := node.OpenLog(ctx, dir, &settings)
	if err != nil {
		return nil, nil, err
	}
	telemetry.CatchStandard(logger)
	n, err = p.startNode(ctx, node.Options{
		Version: p.app.Version, Settings: settings, Logger: logger, Dial: p.app.Dial, Prepare: prepare,
		StartTemporal: p.app.StartTemporal,
		Temporal:      node.TemporalOptions{Database: filepath.Join(dir, node.DatabaseFile), Addr: node.AnyPort, UIAddr: node.AnyPort},
	}, nil)
	if err != nil {
		closeLog()
		return nil, nil, err
	}
	return n, func() { n.Close(); telemetry.CatchStandard(nil); closeLog() }, nil
}

// watcher follows a sync whose Temporal and worker are in this process.
func (p program) watcher(n *node.Node, id string) *monitor.Watcher {
	return &monitor.Watcher{
		Client: n.Client, ID: id, View: p.console.view(),
		Caller: monitor.Caller{Program: p.app.steers(), Address: n.Address}, Lost: n.Fatal, Trouble: n.Trouble,
	}
}
