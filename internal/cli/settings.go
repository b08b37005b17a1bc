package cli

import (
	"github.com/spf13/cobra"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/contrib/envconfig"
	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/monitor"
	"longhaul/internal/telemetry"
)

// load reads the settings for a command that runs syncs, and says which file they came from.
func (p program) load(cmd *cobra.Command) (config.Config, error) {
	settings, file, err := config.Read(config.Input{
		Flags: cmd.Flags(), Environment: p.app.Environ, Dir: p.app.Dir, NeedStorage: true, NeedSources: true,
	})
	if err != nil {
		return config.Config{}, err
	}
	if file == "" {
		file = "no file, only flags and environment"
	}
	if !telemetry.InJSON(settings.Log.Format, p.app.Stderr) {
		p.console.note("Settings: %s", file)
	} else { // whoever reads the log reads JSON alone
		p.console.log, err = telemetry.NewLogger(telemetry.LogOptions{Level: settings.Log.Level, Format: settings.Log.Format, Output: p.app.Stderr})
		if err != nil {
			return config.Config{}, err
		}
		p.console.log.Info("the settings are read", zap.String("file", file))
	}
	p.console.warn(settings.Warnings)
	return settings, nil
}

// ui is the UI at an address that a person gave, with the namespace that host.Dial finds.
func (a *App) ui(address string) monitor.UI {
	ui := monitor.UI{Address: address, Namespace: client.DefaultNamespace}
	settings, err := envconfig.LoadClientOptions(envconfig.LoadClientOptionsRequest{EnvLookup: processEnv(a.Environ)})
	if err == nil && settings.Namespace != "" {
		ui.Namespace = settings.Namespace
	}
	return ui
}

// processEnv gives Temporal's library the environment that the program was given.
type processEnv []string

func (e processEnv) Environ() []string { return e }

func (e processEnv) LookupEnv(name string) (string, bool) { return config.Environment(e).Lookup(name) }
