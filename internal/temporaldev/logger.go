package temporaldev

import (
	"os"

	"go.temporal.io/server/common/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// How much of the server's log is heard. While it starts and stops, its services miss each other and say so at length.
const (
	whileStarting = zapcore.ErrorLevel
	whileRunning  = zapcore.WarnLevel
	whileStopping = zapcore.FatalLevel
)

// newLogger gives Temporal's server our logger, and the level that decides how much of it arrives there. Without a
// logger of ours, the last words before the server ends the process still go to stderr. The disk's trouble is heard always.
func newLogger(z *zap.Logger, disk diskTrouble) (log.Logger, zap.AtomicLevel) {
	level := zap.NewAtomicLevelAt(whileStarting)
	if z == nil {
		encoder := zapcore.NewConsoleEncoder(zap.NewProductionEncoderConfig())
		z = zap.New(zapcore.NewCore(encoder, zapcore.Lock(os.Stderr), zapcore.FatalLevel))
	}
	z = z.Named("temporal").WithOptions(zap.WrapCore(func(core zapcore.Core) zapcore.Core {
		return zapcore.NewTee(heard{core, level}, disk)
	}))
	return log.NewZapLogger(z), level
}

// heard is a core that passes on what both it and the level let through.
type heard struct {
	zapcore.Core
	level zap.AtomicLevel
}

// Enabled says whether an entry of this level is heard.
func (h heard) Enabled(l zapcore.Level) bool { return h.level.Enabled(l) && h.Core.Enabled(l) }

// With keeps the level on a core with more fields.
func (h heard) With(fields []zapcore.Field) zapcore.Core { return heard{h.Core.With(fields), h.level} }

// Check adds the core to those that write the entry.
func (h heard) Check(e zapcore.Entry, ce *zapcore.CheckedEntry) *zapcore.CheckedEntry {
	if !h.Enabled(e.Level) {
		return ce
	}
	return h.Core.Check(e, ce)
}
