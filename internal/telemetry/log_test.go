package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	stdlog "log"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/log"
	"go.uber.org/zap"
)

const (
	orgToken = "00D5g000004XyZ1abc!AQEAQK3x.Yz_9wqLmNoPqRsTuVwXyZ"
	secret   = `p"a\ss<w&rd/é`
)

func newTestLogger(t *testing.T, format string) (*zap.Logger, *bytes.Buffer, *Redactor) {
	t.Helper()
	var out bytes.Buffer
	redactor := NewRedactor()
	logger, err := NewLogger(LogOptions{Level: "debug", Format: format, Output: &out, Redactor: redactor})
	if err != nil {
		t.Fatal(err)
	}
	return logger, &out, redactor
}

func TestLogger_masksSecretsWhereverTheyAre(t *testing.T) {
	t.Parallel()
	type nested struct {
		Deep map[string]string `json:"deep"`
	}
	for _, format := range []string{"json", "console"} {
		for _, hidden := range []string{secret, orgToken} {
			logger, out, redactor := newTestLogger(t, format)
			redactor.Add(secret)
			logger.With(zap.String("with", hidden)).Info("message "+hidden,
				zap.String("text", hidden),
				zap.Error(fmt.Errorf("wrapped: %w", errors.New(hidden))),
				zap.Any("reflected", nested{Deep: map[string]string{"k": hidden}}),
				zap.Strings("list", []string{hidden, "plain"}),
				zap.ByteString("bytes", []byte(hidden)),
				zap.Stringer("stringer", bytes.NewBufferString(hidden)))
			for _, form := range []string{hidden, inJSON(hidden, true), inJSON(hidden, false), "AQEAQK3x"} {
				if strings.Contains(out.String(), form) {
					t.Errorf("%s: %q is in the log:\n%s", format, form, out)
				}
			}
			if got := strings.Count(out.String(), mask); got < 7 {
				t.Errorf("%s: %d places are masked, want 7 or more:\n%s", format, got, out)
			}
			if format == "json" && !json.Valid(out.Bytes()) {
				t.Errorf("a masked line is no JSON any more: %s", out)
			}
		}
	}
}

func TestRedactor_knowsTheShapesOfSecrets(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, want string }{
		{"a session id keeps the org's id", "sid=" + orgToken + ";", "sid=00D5g000004XyZ1abc[redacted]"},
		{"a session id in a URL", "/x?sid=00D5g000004XyZ1%21AQ.abc&y=1", "/x?sid=00D5g000004XyZ1[redacted]&y=1"},
		{"a bearer header", `{"Authorization":"Bearer abc.def"}`, `{"Authorization":"Bearer [redacted]"}`},
		{"a token header", `Authorization: Token TOKENTOKEN`, `Authorization: Token [redacted]`},
		{"a form", "grant_type=password&client_secret=abc&password=p%20w&x=1", "grant_type=password&client_secret=[redacted]&password=[redacted]&x=1"},
		{"an org id alone is no secret", "org 00D5g000004XyZ1", "org 00D5g000004XyZ1"},
		{"plain words stay", "the token of source acme was refreshed", "the token of source acme was refreshed"},
	}
	for _, tt := range tests {
		if got := NewRedactor().String(tt.text); got != tt.want {
			t.Errorf("%s: got %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestRedactor_takesTheLongerSecretFirst(t *testing.T) {
	t.Parallel()
	r := NewRedactor()
	r.Add("abcd")
	r.Add("abcdefgh", "xy", "")
	if got, want := r.String("abcdefgh abcd xy"), mask+" "+mask+" xy"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNewLogger_refusesUnknownOptions(t *testing.T) {
	t.Parallel()
	tests := []struct {
		options LogOptions
		want    string
	}{
		{LogOptions{Level: "loud"}, `"loud" is not a log level: use debug, info, warn or error`},
		{LogOptions{Format: "xml"}, `"xml" is not a log format: use auto, console or json`},
	}
	for _, tt := range tests {
		if _, err := NewLogger(tt.options); err == nil || err.Error() != tt.want {
			t.Errorf("got %v, want %s", err, tt.want)
		}
	}
}

func TestNewLogger_isJSONAwayFromATerminal_withoutCallersOrStacks(t *testing.T) {
	t.Parallel()
	logger, out, _ := newTestLogger(t, "auto")
	logger.Error("broken", zap.Error(errWithStack{}))
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	want := map[string]any{"level": "error", "message": "broken", "error": "words"}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("the line differs (-want +got):\n%s", diff)
	}
}

// errWithStack prints more with %+v, as errors with stacks do.
type errWithStack struct{}

func (errWithStack) Error() string              { return "words" }
func (errWithStack) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("words\nmain.go:1")) }

func TestTemporalLogger_writesPairsAsFields(t *testing.T) {
	t.Parallel()
	logger, out, _ := newTestLogger(t, "json")
	var l log.Logger = TemporalLogger(logger)
	l = log.With(l, "WorkflowID", "sync-acme")
	l = log.Skip(l, 1)
	l.Warn("odd", "Attempt", 2, 7, "number", "Error", errWithStack{}, zap.Bool("field", true), "alone")
	var line map[string]any
	if err := json.Unmarshal(out.Bytes(), &line); err != nil {
		t.Fatal(err)
	}
	delete(line, "time")
	want := map[string]any{
		"level": "debug", "message": "odd", "WorkflowID": "sync-acme", "Attempt": float64(2), "7": "number",
		"Error": "words", "field": true, "unpaired": "alone",
	}
	if diff := cmp.Diff(want, line); diff != "" {
		t.Errorf("the line differs (-want +got):\n%s", diff)
	}
}

// What the SDK says passes by itself, or Longhaul says it too, but for a panic. What Longhaul says through its logger is for people.
func TestTemporalLogger_keepsTheLevelOfOurOwnLinesAndOfPanics(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	logger, err := NewLogger(LogOptions{Level: "info", Output: &out})
	if err != nil {
		t.Fatal(err)
	}
	l := log.With(TemporalLogger(logger), "RunID", "noise")
	l.Debug("no")
	l.Info("no")
	l.Warn("no")
	l.Error("no")
	l.Error("Workflow panic: yes")
	l.Debug("no", EventKey, "wait")
	l.Info("yes", "source", "acme", EventKey, "wait")
	l.Warn("yes", EventKey, "block")
	if got := strings.Count(out.String(), `yes"`); got != 3 || strings.Contains(out.String(), `"no"`) {
		t.Errorf("the log holds:\n%s", &out)
	}
	if strings.Count(out.String(), "noise") != 1 || !strings.Contains(out.String(), `"level":"warn"`) {
		t.Errorf("our own lines have the fields of the SDK, or another level:\n%s", &out)
	}
}

// Go's HTTP client writes a part of what a server sent into the standard logger.
func TestCatchStandard_holdsNoData(t *testing.T) {
	var out bytes.Buffer
	logger, err := NewLogger(LogOptions{Level: "debug", Output: &out})
	if err != nil {
		t.Fatal(err)
	}
	CatchStandard(logger)
	defer CatchStandard(nil)
	stdlog.Printf("Unsolicited response received on idle HTTP channel starting with %q; err=%v", `{"reportMetadata":{"name":"Salaries"}}`, nil)
	stdlog.Printf("http: TLS handshake error from 127.0.0.1:4711: EOF")
	got := out.String()
	if strings.Contains(got, "Salaries") || strings.Contains(got, "reportMetadata") || strings.Count(got, `"level":"debug"`) != 2 ||
		!strings.Contains(got, "Unsolicited response received on idle HTTP channel") || !strings.Contains(got, "handshake error from 127.0.0.1") {
		t.Errorf("the log holds:\n%s", got)
	}
}

func TestTemporalLogger_ofNoneWritesNothing(t *testing.T) {
	t.Parallel()
	l := log.With(TemporalLogger(nil), "WorkflowID", "sync-acme")
	l.Debug("unheard")
	log.Skip(l, 1).Error("unheard", "Error", errWithStack{})
}
