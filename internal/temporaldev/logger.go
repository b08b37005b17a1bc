package temporaldev

import (
	"os"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// The levels from which the server's log is kept. While the server starts and stops, its services log at length that others are
// missing.
const (
	whileStarting = zapcore.ErrorLevel
	whileRunning  = zapcore.WarnLevel
	whileStopping = zapcore.FatalLevel
)

// newLogger returns the logger of Temporal's server, which writes into z, and the level that decides how much arrives there.
// Without z, the last lines before the server ends the process still go to stderr. diskTrouble reads every line.
func newLogger(z *zap.Logger, disk diskTrouble) (log.Logger, zap.AtomicLevel) {
	level := zap.NewAtomicLevelAt(whileStarting)
	if z == nil {
		encoder := zapcore.NewConsoleEncoder(zap.NewProductionEncoderConfig())
		z = zap.New(zapcore.NewCore(encoder, zapcore.Lock(os.Stderr), zapcore.FatalLevel))
	}
	z = z.Named("temporal").WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewTee(leveled{core, level}, disk)
	}))
	return log.NewZapLogger(z), level
}

// leveled is a core that passes on entries which both it and the level admit, at level debug: what the server warns of passes by itself, or
// its clients say it too. What ends the process keeps its level.
type leveled struct {
	zapcore.Core
	level zap.AtomicLevel
}

// Enabled reports whether an entry of this level is passed on.
func (c leveled) Enabled(l zapcore.Level) bool {
	return c.level.Enabled(l) && c.Core.Enabled(demoted(l))
}

// demoted is the level of an entry of the server in the log of the process.
func demoted(l zapcore.Level) zapcore.Level {
	if l > zapcore.ErrorLevel {
		return l
	}
	return zapcore.DebugLevel
}

// With keeps the level on a core with more fields.
func (c leveled) With(fields []zapcore.Field) zapcore.Core {
	return leveled{c.Core.With(fields), c.level}
}

// Check adds the core to those that write the entry.
func (c leveled) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !c.Enabled(e.Level) {
		return ce
	}
	e.Level = demoted(e.Level)
	return c.Core.Check(e, ce)
}
