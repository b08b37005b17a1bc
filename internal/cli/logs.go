package cli

import (
	"context"
	"os"
	"path/filepath"

	"go.uber.org/zap"

	"longhaul/internal/config"
	"longhaul/internal/telemetry"
)

const (
	logFile    = "longhaul.log"
	longestLog = 10 << 20 // then it is put aside, once
)

// openLog writes what happens behind a progress bar into a file of the state directory. From then on the sources in the
// settings tell it the secrets they read.
func openLog(ctx context.Context, dir string, settings *config.Config) (_ *zap.Logger, closeLog func(), err error) {
	path := filepath.Join(dir, logFile)
	if info, err := os.Stat(path); err == nil && info.Size() > longestLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, nil, unusablePath("the log", path, err)
		}
	}
	file, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, nil, unusablePath("the log", path, err)
	}
	redactor, _ := learn(ctx, settings) // what cannot be read now is said when the sync needs it
	logger, err := telemetry.NewLogger(telemetry.LogOptions{Format: "json", Output: file, Redactor: redactor})
	if err != nil {
		_ = file.Close()
		return nil, nil, err
	}
	return logger, func() { _ = file.Close() }, nil
}
