package node

import (
	"context"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/paths"
	"longhaul/internal/telemetry"
)

const (
	logFile    = "longhaul.log"
	longestLog = 10 << 20 // a longer file is moved aside, once
)

// OpenLog logs into a file of a state directory what happens behind a progress bar. From then on the sources in the settings
// tell the log each secret that they read.
func OpenLog(ctx context.Context, dir string, settings *config.Config) (_ *zap.Logger, closeLog func(), err error) {
	path := filepath.Join(dir, logFile)
	if info, err := os.Stat(path); err == nil && info.Size() > longestLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, nil, paths.Unusable("the log", path, err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, paths.Unusable("the log", path, err)
	}
	redactor, _ := Redact(ctx, settings) // the sync reports a secret that cannot be read when it needs it
	logger, err := telemetry.NewLogger(telemetry.LogOptions{Format: "json", Output: file, Redactor: redactor})
	if err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return logger, func() { _ = file.Close() }, nil
}

// Redact makes a redactor that knows the secrets of all sources as they are now. From then on the sources in the settings tell
// it each secret that they read. It also gives what keeps secrets from being read, and what is odd about others.
func Redact(ctx context.Context, settings *config.Config) (redactor *telemetry.Redactor, problems []error) {
	redactor = telemetry.NewRedactor()
	settings.Sources, settings.Learn = settings.Sources.Watched(redactor.Add), redactor.Add
	settings.Notify = settings.Notify.Watched(redactor.Add)
	one := func(value string) { redactor.Add(value) }
	for keeper := &settings.Secrets; keeper != nil; keeper = keeper.Previous {
		keeper.Key = keeper.Key.Watched(one)
	}
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
		problems = append(problems, s.ExportSecrets(ctx)...)
	}
	return redactor, append(problems, settings.Notify.Problems(ctx)...)
}
