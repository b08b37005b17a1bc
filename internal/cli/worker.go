package cli

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"longhaul/internal/cli/args"
	"longhaul/internal/config"
	"longhaul/internal/node"
	"longhaul/workflows"
)

// workerVerb runs a worker on any Temporal.
type workerVerb struct{ program }

func workerCommand(p program) *cobra.Command {
	v := &workerVerb{p}
	cmd := &cobra.Command{
		Use:   "worker --config FILE",
		Short: "Run a worker for the sources of a settings file on any Temporal",
		Long: `Does the work of syncs until SIGTERM or Ctrl-C; then its shards store what they have, and it ends. Any number of workers may
run. Each serves the sources of its settings file and, with secrets.keeper, all that were connected; workers that serve the same
source need the same settings for it and the same storage. Sources that are connected or disconnected meanwhile are found within
20 seconds. A worker skips a source whose secrets it cannot read, and tries it again each minute. It finds Temporal as the
temporal CLI does: TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_TLS_..., or a profile.`,
		Example: `  $0 worker --config longhaul.yaml
  TEMPORAL_ADDRESS=temporal.internal:7233 $0 worker --config longhaul.yaml`,
		Args: args.Exactly(0, "no arguments, only flags"),
		RunE: func(cmd *cobra.Command, _ []string) error { return v.run(cmd.Context(), cmd) },
	}
	config.AddFlags(cmd.Flags())
	cmd.Flags().Bool("json", false, "print errors as one JSON object on stderr")
	return cmd
}

func (v *workerVerb) run(ctx context.Context, cmd *cobra.Command) error {
	settings, err := v.load(cmd)
	if err != nil {
		return err
	}
	options, err := v.serviceOptions(ctx, settings)
	if err != nil {
		return err
	}
	n, err := node.StartWorker(ctx, options)
	if err != nil || n == nil {
		return err
	}
	defer n.Close()
	served, left := n.Sources()
	options.Logger.With(v.serves(served, left, settings)...).Info("working", zap.String("task_queue", workflows.TaskQueue))
	if len(served)+len(left) == 0 {
		options.Logger.Warn(noneConnected)
	}
	if err := n.Fatal.Wait(ctx); err != nil {
		return err
	}
	options.Logger.Info("draining: shards flush what they have, and other workers take over")
	return nil
}

// serves says in the log what a process that serves sources does, and where it tells of them.
func (p program) serves(served, left []string, settings config.Config) []zap.Field {
	return []zap.Field{
		zap.Strings("sources", served), zap.Strings("left_out", left), zap.String("version", p.app.Version),
		zap.String("metrics", cmp.Or(settings.Metrics.Address, config.Nowhere)), zap.Strings("receivers", settings.Notify.Names()),
	}
}
