package cli

import (
	"context"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/telemetry"
)

// load reads the settings for a command that runs syncs, and says which file they came from.
func (a *App) load(c *console, cmd *cobra.Command) (config.Config, error) {
	settings, file, err := config.Read(config.Input{
		Flags: cmd.Flags(), Environment: a.Environ, Dir: a.Dir, NeedStorage: true, NeedSources: true,
	})
	if err != nil {
		return config.Config{}, err
	}
	if file == "" {
		file = "no file, only flags and environment"
	}
	c.note("Settings: %s", file)
	for _, warning := range settings.Warnings {
		c.note("Warning: %s", warning)
	}
	return settings, nil
}

// newLogger makes the log of a long-running process, on stderr. A secret that cannot be read yet is a warning: it may
// be there when a sync needs it, and the sources in the settings tell the log then.
func (a *App) newLogger(ctx context.Context, c *console, settings *config.Config) (*zap.Logger, error) {
	redactor, problems := learn(ctx, settings)
	for _, err := range problems {
		c.note("Warning: %s", failureOf(err).Message)
	}
	return telemetry.NewLogger(telemetry.LogOptions{
		Level: settings.Log.Level, Format: settings.Log.Format, Output: a.Stderr, Redactor: redactor,
	})
}

// learn makes a redactor that knows the secrets of all sources as they are now, and that from now on the sources in the
// settings tell every secret they read. It also gives what keeps some from being read, and what is odd about others.
func learn(ctx context.Context, settings *config.Config) (redactor *telemetry.Redactor, problems []error) {
	redactor = telemetry.NewRedactor()
	settings.Sources = settings.Sources.Watched(redactor.Add)
	for _, name := range settings.Sources.Names() {
		s, err := settings.Sources.Get(name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if _, err := s.SalesforceCredentials(ctx); err != nil {
			problems = append(problems, err)
		}
		for _, doubt := range s.Doubts(ctx) {
			problems = append(problems, fault.Invalidf("%s", doubt))
		}
		if s.Catalog == nil {
			continue
		}
		if _, err := s.CatalogToken(ctx); err != nil {
			problems = append(problems, err)
		}
	}
	return redactor, problems
}

// startMetrics serves metrics where the settings say so; nil without.
func startMetrics(ctx context.Context, settings config.Config, logger *zap.Logger) (client.MetricsHandler, error) {
	if settings.Metrics.Address == "" {
		return nil, nil
	}
	served, err := telemetry.ServeMetrics(ctx, settings.Metrics.Address, logger)
	if err != nil {
		return nil, err
	}
	return served.Handler(), nil
}
