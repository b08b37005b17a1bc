package telemetry

import (
	"fmt"

	"go.temporal.io/sdk/log"
	"go.uber.org/zap"
)

// temporalLogger writes the log lines of Temporal's SDK into the log of the process.
type temporalLogger struct {
	zap *zap.Logger
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
	return temporalLogger{zap: logger.WithOptions(zap.AddCallerSkip(1))}
}

// Debug writes a line of level debug.
func (l temporalLogger) Debug(msg string, keyvals ...any) { l.zap.Debug(msg, fields(keyvals)...) }

// Info writes a line of level info.
func (l temporalLogger) Info(msg string, keyvals ...any) { l.zap.Info(msg, fields(keyvals)...) }

// Warn writes a line of level warn.
func (l temporalLogger) Warn(msg string, keyvals ...any) { l.zap.Warn(msg, fields(keyvals)...) }

// Error writes a line of level error.
func (l temporalLogger) Error(msg string, keyvals ...any) { l.zap.Error(msg, fields(keyvals)...) }

// With returns a logger that adds the pairs to every line.
func (l temporalLogger) With(keyvals ...any) log.Logger {
	return temporalLogger{zap: l.zap.With(fields(keyvals)...)}
}

// WithCallerSkip returns a logger that takes its caller from further up the stack.
func (l temporalLogger) WithCallerSkip(depth int) log.Logger {
	return temporalLogger{zap: l.zap.WithOptions(zap.AddCallerSkip(depth))}
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
