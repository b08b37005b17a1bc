package telemetry

import (
	"io"
	"os"
	"slices"

	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"

	"longhaul/internal/fault"
)

// LogOptions say what is logged and how.
type LogOptions struct {
	Level    string    // debug, info, warn, error; info when empty
	Format   string    // console, json, or auto: console when Output is a terminal; auto when empty
	Output   io.Writer // os.Stderr when nil: stdout is for results
	Redactor *Redactor // a new one when nil
}

// NewLogger returns the logger of a process. It writes no callers and no stack traces, and no secret that its redactor knows or
// recognizes.
func NewLogger(o LogOptions) (*zap.Logger, error) {
	level, err := zapcore.ParseLevel(o.Level) // the empty text is info
	if err != nil {
		return nil, fault.Invalidf("%.20q is not a log level: use debug, info, warn or error", o.Level)
	}
	output := o.Output
	if output == nil {
		output = os.Stderr
	}
	encoder, err := newEncoder(o.Format, isTerminal(output))
	if err != nil {
		return nil, err
	}
	redactor := o.Redactor
	if redactor == nil {
		redactor = NewRedactor()
	}
	sink := zapcore.Lock(zapcore.AddSync(output))
	return zap.New(zapcore.NewCore(&redacting{Encoder: encoder, redactor: redactor}, sink, level), zap.ErrorOutput(sink)), nil
}

// InJSON says whether a log of that format is JSON on an output.
func InJSON(format string, output io.Writer) bool { return isJSON(format, isTerminal(output)) }

func isJSON(format string, terminal bool) bool {
	return format == "json" || (format == "" || format == "auto") && !terminal
}

func newEncoder(format string, terminal bool) (zapcore.Encoder, error) {
	cfg := zapcore.EncoderConfig{
		TimeKey: "time", LevelKey: "level", NameKey: "logger", MessageKey: "message", LineEnding: "\n",
		EncodeTime: zapcore.RFC3339TimeEncoder, EncodeLevel: zapcore.LowercaseLevelEncoder, EncodeDuration: zapcore.StringDurationEncoder,
	}
	switch {
	case isJSON(format, terminal):
		return zapcore.NewJSONEncoder(cfg), nil
	case format == "console", format == "", format == "auto":
		cfg.EncodeTime = zapcore.TimeEncoderOfLayout("15:04:05")
		cfg.EncodeLevel = zapcore.CapitalLevelEncoder
		cfg.ConsoleSeparator = "  "
		return zapcore.NewConsoleEncoder(cfg), nil
	default:
		return nil, fault.Invalidf("%.20q is not a log format: use auto, console or json", format)
	}
}

func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// redacting masks whole encoded lines. By then a field is text, whatever its type was and whenever it was added.
type redacting struct {
	zapcore.Encoder
	redactor *Redactor
}

// Clone keeps the masking in the loggers that With returns.
func (r *redacting) Clone() zapcore.Encoder {
	return &redacting{Encoder: r.Encoder.Clone(), redactor: r.redactor}
}

// EncodeEntry encodes a line and masks it.
func (r *redacting) EncodeEntry(entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	line, err := r.Encoder.EncodeEntry(entry, plainErrors(fields))
	if err != nil {
		return nil, err
	}
	before := line.String()
	if after := r.redactor.String(before); after != before {
		line.Reset()
		line.AppendString(after)
	}
	return line, nil
}

// plainErrors replaces errors with their texts: the verbose form of an error would contain a stack trace.
func plainErrors(fields []zapcore.Field) []zapcore.Field {
	for i, field := range fields {
		if err, ok := field.Interface.(error); ok && field.Type == zapcore.ErrorType {
			fields = slices.Clone(fields)
			fields[i] = zap.String(field.Key, words(err))
		}
	}
	return fields
}
