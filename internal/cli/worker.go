package cli

import (
	"context"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/host"
	"longhaul/workflows"
)

func (a *App) workerCommand(c *console) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "worker --config FILE",
		Short: "Run a worker for the sources of a settings file on any Temporal",
		Long: `Does the work of syncs until SIGTERM or Ctrl-C, then lets its shards flush and ends. Any number of workers may run: each
serves the sources of its settings file, and those that serve a source need the same settings of it and the same storage. A
source whose secrets cannot be read is left out and looked at again each minute. Temporal is found as by the temporal CLI: TEMPORAL_ADDRESS,
TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_..., or a profile.`,
		Example: `  $0 worker --config longhaul.yaml
  TEMPORAL_ADDRESS=temporal.internal:7233 $0 worker --config longhaul.yaml`,
		Args: exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.work(cmd.Context(), c, cmd) },
	}
	config.AddFlags(cmd.Flags())
	cmd.Flags().Bool("json", false, "print errors as one JSON object on stderr")
	return cmd
}

func (a *App) work(ctx context.Context, c *console, cmd *cobra.Command) error {
	settings, err := a.load(c, cmd)
	if err != nil {
		return err
	}
	logger, err := a.newLogger(ctx, c, &settings)
	if err != nil {
		return err
	}
	metrics, err := startMetrics(ctx, settings, logger)
	if err != nil {
		return err
	}
	lost := newLoss()
	hosted, err := host.Open(ctx, settings, host.Options{Version: a.Version, Logger: logger, Lost: lost.tell})
	if err != nil {
		return err
	}
	stops := shutdown{logger: logger}
	defer stops.close()
	stops.started("bucket", stopWithin, hosted.Close)
	left, err := hosted.Check(ctx)
	if err != nil {
		return err
	}
	bucket := watchBucket(hosted.Store(), logger)
	temporal, err := a.Dial(ctx, host.DialOptions{Logger: logger, Metrics: metrics, Polls: hosted.Polls()})
	if err != nil {
		return err
	}
	stops.started("client", stopWithin, func() error { temporal.Close(); return nil })
	bucket.wait(ctx) // a worker that polled without a bucket would take work from those that have one
	if ctx.Err() != nil {
		return nil
	}
	worker := hosted.NewWorker(temporal)
	if err := worker.Start(); err != nil {
		return temporalFault(err)
	}
	stops.started("worker", drainWithin, func() error { worker.Stop(); return nil })
	logger.Info("working", zap.Strings("sources", without(hosted.Sources(), left)), zap.Strings("left_out", left),
		zap.String("task_queue", workflows.TaskQueue), zap.String("version", a.Version))
	if err := lost.wait(ctx); err != nil {
		return err
	}
	logger.Info("draining: shards flush what they have, and other workers go on")
	return nil
}
