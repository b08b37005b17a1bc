package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/internal/telemetry"
)

// load reads the settings for a command that runs syncs, and says which file they came from.
func (a *App) load(c *console, cmd *cobra.Command) (config.Config, error) {
	dir, err := os.Getwd()
	if err != nil {
		return config.Config{}, fault.Invalidf("the working directory is gone: change to one that exists")
	}
	settings, file, err := config.Read(config.Input{
		Flags: cmd.Flags(), Environment: a.Environ, Dir: dir, NeedStorage: true, NeedSources: true,
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
// be there when a sync needs it.
func (a *App) newLogger(ctx context.Context, c *console, settings config.Config) (*zap.Logger, error) {
	redactor := telemetry.NewRedactor()
	for _, err := range teach(ctx, redactor, settings.Sources) {
		c.note("Warning: %s", failureOf(err).Message)
	}
	return telemetry.NewLogger(telemetry.LogOptions{
		Level: settings.Log.Level, Format: settings.Log.Format, Output: a.Stderr, Redactor: redactor,
	})
}

// teach tells the redactor the secrets of all sources, and gives what keeps some from being read.
func teach(ctx context.Context, redactor *telemetry.Redactor, sources *source.Registry) (problems []error) {
	for _, name := range sources.Names() {
		s, err := sources.Get(name)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		login, err := s.SalesforceCredentials(ctx)
		if err != nil {
			problems = append(problems, err)
		}
		redactor.Add(login.ClientSecret, login.Password, login.SecurityToken)
		if s.Catalog == nil {
			continue
		}
		token, err := s.CatalogToken(ctx)
		if err != nil {
			problems = append(problems, err)
		}
		redactor.Add(token)
	}
	return problems
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
