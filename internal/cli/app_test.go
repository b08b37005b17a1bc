package cli

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// output is what a command wrote.
type output struct{ stdout, stderr bytes.Buffer }

// newTestApp is a program that serves every verb and links nothing. It works in a temporary folder, where it may leave files.
func newTestApp(t *testing.T, args ...string) (App, *output) {
	t.Helper()
	out := &output{}
	return App{
		Args: args, Dir: t.TempDir(), Stdout: &out.stdout, Stderr: &out.stderr, Version: "v1.2.3", Short: "A test",
		Verbs: []Verb{Check, Demo, Extract, Serve, Server, Sync, Status, Upload, Worker},
	}, out
}

// run calls a program with a fake Temporal.
func run(t *testing.T, f *fakeTemporal, environ []string, args ...string) (int, *output) {
	t.Helper()
	app, out := newTestApp(t, args...)
	app.Environ = environ
	if f != nil {
		app.Dial = f.dial
	}
	return Main(t.Context(), app), out
}

func TestMain_help(t *testing.T) {
	t.Parallel()
	app, _ := newTestApp(t, "x")
	for _, verb := range append([]Verb{""}, app.Verbs...) {
		code, out := run(t, nil, nil, slices.DeleteFunc([]string{"renamed", string(verb), "--help"}, func(s string) bool { return s == "" })...)
		text := out.stdout.String()
		if code != 0 || out.stderr.Len() > 0 {
			t.Errorf("%q: code %d, stderr %s", verb, code, out.stderr.String())
		}
		for _, part := range []string{"USAGE\n  renamed", "EXAMPLES\n", "renamed " + string(verb), "EXIT CODES\n  0    done\n"} {
			if !strings.Contains(text, part) {
				t.Errorf("the help of %q lacks %q:\n%s", verb, part, text)
			}
		}
		_, examples, _ := strings.Cut(text, "EXAMPLES\n")
		if first, _, _ := strings.Cut(examples, "\n"); !strings.Contains(first, " renamed ") {
			t.Errorf("the help of %q has the example %q", verb, first)
		}
		for _, never := range []string{"$0", "  -h,", "  -v,"} {
			if strings.Contains(text, never) {
				t.Errorf("the help of %q holds %q:\n%s", verb, never, text)
			}
		}
	}
}

func TestMain_wrongUsage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"an unknown verb", []string{"longhaul", "sink"}, `longhaul: "sink" is not a verb of longhaul: ` +
			`use one of check, demo, extract, serve, status, sync, temporal, upload, worker`},
		{"an unknown flag", []string{"longhaul", "sync", "acme", "--fast"}, "longhaul: unknown flag: --fast; `longhaul sync --help` shows what there is"},
		{"no source", []string{"longhaul", "sync"}, "longhaul: longhaul sync takes the name of one source, such as acme"},
		{"a bad source name", []string{"longhaul", "sync", "Acme"}, `longhaul: "Acme" is not a source name: use 1 to 40 of a-z, 0-9 and -`},
		{"the id of a workflow", []string{"longhaul", "sync", "sync-acme"}, `longhaul: "sync-acme" is not a source name: ` +
			"a source is named acme, its workflow sync-acme: say `sync acme`"},
		{"the id of a workflow, to look at it", []string{"longhaul", "status", "sync-acme"}, `longhaul: "sync-acme" is not a source name: ` +
			"a source is named acme, its workflow sync-acme: say `status acme`"},
		{"a flag without its value", []string{"longhaul", "temporal", "--data"}, "longhaul: flag needs an argument: --data; " +
			"`longhaul temporal --help` shows what there is"},
		{"a port that is none", []string{"longhaul", "temporal", "--port", "70000"}, "longhaul: --port and --ui-port must be from 0 to 65535"},
	} {
		code, out := run(t, nil, nil, row.args...)
		if got := strings.TrimSpace(out.stderr.String()); code != exitUsage || got != row.want || out.stdout.Len() > 0 {
			t.Errorf("%s: code %d, stdout %q, stderr:\n%s\nwant\n%s", row.name, code, out.stdout.String(), got, row.want)
		}
	}
}

// A number that a person pads with zeros is not read as octal.
func TestMain_takesNumbersInPlainDigitsOnly(t *testing.T) {
	t.Parallel()
	tried := 0
	app, out := newTestApp(t, "longhaul")
	for _, verb := range app.Verbs {
		app.command(verb, newConsole(&app)).Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.HasPrefix(f.Value.Type(), "int") {
				return
			}
			tried++
			code, out := run(t, nil, nil, "longhaul", string(verb), "--"+f.Name, "010")
			want := `longhaul: invalid argument "010" for "--` + f.Name + `" flag: must be written in plain decimal digits, not as 010: write 10; `
			if code != exitUsage || !strings.HasPrefix(out.stderr.String(), want) {
				t.Errorf("%s --%s: code %d, %s", verb, f.Name, code, out.stderr.String())
			}
		})
	}
	if tried < 9 || out.stderr.Len() > 0 {
		t.Errorf("%d flags hold numbers; stderr %s", tried, out.stderr.String())
	}
}

func TestMain_version(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"longhaul-starter", "--version"}, {"castor-upload", "--version"}} {
		code, out := run(t, nil, nil, args...)
		if text := out.stdout.String(); code != 0 || !strings.HasPrefix(text, args[0]+" ") || !strings.Contains(text, "go1.") {
			t.Errorf("%v: code %d, %q", args, code, text)
		}
	}
}
