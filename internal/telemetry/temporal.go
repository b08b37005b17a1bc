package telemetry

import (
	"fmt"
	"strings"

	"go.temporal.io/sdk/log"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// EventKey marks a line of Longhaul's own among those that go through the SDK's logger. Such a line keeps its level, and does without
// the fields that the SDK adds: it says itself what it is about.
const EventKey = "event"

// temporalLogger writes the log lines of Temporal's SDK into the log of the process: at level debug, as they are about what passes by
// itself, or what Longhaul says too. A panic keeps its level.
type temporalLogger struct {
	zap *zap.Logger
	own *zap.Logger // without the SDK's fields
}

var (
	_ log.Logger          = temporalLogger{}
	_ log.WithLogger      = temporalLogger{}
	_ log.WithSkipCallers = temporalLogger{}
)

// TemporalLogger adapts a logger to the SDK's interface; nil writes nothing.
func TemporalLogger(logger *zap.Logger) log.Logger {
	if logger == nil {
		logger = zap.NewNop()
	}
	logger = logger.WithOptions(zap.AddCallerSkip(1))
	return temporalLogger{zap: logger, own: logger}
}

// log writes a line.
func (l temporalLogger) log(level zapcore.Level, msg string, keyvals []any) {
	to := l.zap
	switch {
	case isOwn(keyvals):
		to = l.own
	case !strings.Contains(strings.ToLower(msg), "panic"):
		level = zapcore.DebugLevel
	}
	to.Log(level, msg, fields(keyvals)...)
}

// isOwn says whether a line is Longhaul's.
func isOwn(keyvals []any) bool {
	for i := 0; i < len(keyvals); i += 2 {
		if keyvals[i] == EventKey {
			return true
		}
	}
	return false
}

// Debug writes a line of level debug.
func (l temporalLogger) Debug(msg string, keyvals ...any) { l.log(zapcore.DebugLevel, msg, keyvals) }

// Info writes a line that the SDK calls info.
func (l temporalLogger) Info(msg string, keyvals ...any) { l.log(zapcore.InfoLevel, msg, keyvals) }

// Warn writes a line that the SDK calls a warning.
func (l temporalLogger) Warn(msg string, keyvals ...any) { l.log(zapcore.WarnLevel, msg, keyvals) }

// Error writes a line that the SDK calls an error.
func (l temporalLogger) Error(msg string, keyvals ...any) { l.log(zapcore.ErrorLevel, msg, keyvals) }

// With returns a logger that adds the pairs to every line.
func (l temporalLogger) With(keyvals ...any) log.Logger {
	return temporalLogger{zap: l.zap.With(fields(keyvals)...), own: l.own}
}

// WithCallerSkip returns a logger that takes its caller from further up the stack.
func (l temporalLogger) WithCallerSkip(depth int) log.Logger {
	return temporalLogger{zap: l.zap.WithOptions(zap.AddCallerSkip(depth)), own: l.own}
}

// fields turns pairs into fields. Errors become their texts: the verbose form of an error would contain a stack trace.
func fields(keyvals []any) []zap.Field {
	out := make([]zap.Field, 0, (len(keyvals)+1)/2)
	for i := 0; i < len(keyvals); i += 2 {
		if field, ok := keyvals[i].(zap.Field); ok {
			out = append(out, field)
			i-- // a field stands alone
			continue
		}
		if i+1 == len(keyvals) {
			out = append(out, zap.Any("unpaired", keyvals[i]))
			break
		}
		key, ok := keyvals[i].(string)
		if !ok {
			key = fmt.Sprint(keyvals[i])
		}
		if err, isError := keyvals[i+1].(error); isError && err != nil {
			out = append(out, zap.String(key, words(err)))
			continue
		}
		out = append(out, zap.Any(key, keyvals[i+1]))
	}
	return out
}

// words returns the text of an error; "<nil>" for a nil pointer in an error value, whose Error method may panic.
func words(err error) (text string) {
	defer func() {
		if recover() != nil {
			text = "<nil>"
		}
	}()
	return err.Error()
}
