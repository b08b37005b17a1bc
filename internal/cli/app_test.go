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
		Verbs: []Verb{
			Check, Connect, Demo, Diff, Disconnect, Extract, History, Serve, Server, Show, Sync, Status, Upload, Why, Worker, Report,
			Pause, Resume, Approve, Discard, SetQuota, Cancel, Completion, Schedule, Sources,
		},
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
		codes := "EXIT CODES\n  as `renamed --help` lists them\n"
		if verb == "" {
			codes = "EXIT CODES\n" + exitCodeHelp() + "\n"
		}
		for _, part := range []string{"USAGE\n  renamed", "EXAMPLES\n", "renamed " + string(verb), codes} {
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

// A program that is one verb, by its nature or by the name of a link, is called by that name alone, and has no other page for its codes.
func TestMain_helpOfOneVerb(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		itself Verb
	}{{"castor-extract-salesforce-viz", ""}, {"castor-upload", ""}, {"a-worker", Worker}} {
		app, out := newTestApp(t, "/opt/bin/"+row.name, "--help")
		app.Itself = row.itself
		code, text := Main(t.Context(), app), out.stdout.String()
		_, examples, _ := strings.Cut(text, "EXAMPLES\n")
		examples, codes, _ := strings.Cut(examples, "\n\nEXIT CODES\n")
		for line := range strings.Lines(examples) {
			if !strings.Contains(line, row.name+" -") || strings.Contains(line, row.name+" extract") || strings.Contains(line, "/opt") {
				t.Errorf("%s: the example %q", row.name, line)
			}
		}
		if code != 0 || !strings.Contains(text, "USAGE\n  "+row.name+" ") || codes != exitCodeHelp()+"\n" {
			t.Errorf("%s: code %d\n%s", row.name, code, text)
		}
	}
}

func TestMain_helpIsAVerbToo(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ said, meant []string }{
		{[]string{"longhaul", "help"}, []string{"longhaul", "--help"}},
		{[]string{"longhaul", "help", "sync"}, []string{"longhaul", "sync", "--help"}},
	} {
		_, want := run(t, nil, nil, row.meant...)
		code, got := run(t, nil, nil, row.said...)
		if code != 0 || got.stdout.String() != want.stdout.String() {
			t.Errorf("%q: code %d\n%s", row.said, code, got.stdout.String())
		}
	}
}

func TestMain_helpOfAProgramWithoutSettings(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-starter", "--help")
	app.Verbs = []Verb{Sync, Status, Upload}
	Main(t.Context(), app)
	if text := out.stdout.String(); strings.Contains(text, "Settings come from") || !strings.Contains(text, "It needs no settings file") {
		t.Errorf("got\n%s", text)
	}
}

func TestMain_wrongUsage(t *testing.T) {
	t.Parallel()
	const verbs = "approve, cancel, check, completion, connect, demo, diff, discard, disconnect, extract, history, pause, report, resume, schedule, serve, set-quota, show, sources, status, sync, " +
		"temporal, upload, why, worker"
	for _, row := range []struct {
		name string
		args []string
		want string
	}{
		{"an unknown verb", []string{"longhaul", "sink"}, `longhaul: "sink" is not a verb of longhaul: ` +
			`did you mean sync? There are ` + verbs},
		{"an unknown verb like no other", []string{"longhaul", "frobnicate"}, `longhaul: "frobnicate" is not a verb of longhaul: ` +
			`use one of ` + verbs},
		{"an unknown verb with --help", []string{"longhaul", "start", "--help"}, `longhaul: "start" is not a verb of longhaul: ` +
			`did you mean sync? There are ` + verbs},
		{"help on an unknown verb", []string{"longhaul", "help", "sever"}, `longhaul: "sever" is not a verb of longhaul: ` +
			`did you mean serve? There are ` + verbs},
		{"an unknown flag", []string{"longhaul", "sync", "acme", "--fast"}, "longhaul: unknown flag: --fast; `longhaul sync --help` shows what there is"},
		{"a flag that a newer castor-upload has", []string{"castor-upload", "--project_name", "core", "-t", "LOOKML"}, "castor-upload: unknown flag: " +
			"--project_name; `castor-upload --help` shows what there is. For a job that needs more call castor's own program by its path"},
		{"a flag with a slip", []string{"longhaul", "sync", "acme", "--detatch"}, "longhaul: unknown flag: --detatch, did you mean --detach? " +
			"`longhaul sync --help` shows what there is"},
		{"a flag that is written in another way", []string{"longhaul", "demo", "--max_inflight", "3"}, "longhaul: unknown flag: --max_inflight, " +
			"did you mean --max-in-flight? `longhaul demo --help` shows what there is"},
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

// What a shell asks a program to complete words with is no verb, and is answered all the same.
func TestMain_answersShells(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"longhaul", "completion", "bash"}, {"longhaul", "__complete", "che"}, {"longhaul", "__completeNoDesc", "che"}} {
		if code, out := run(t, nil, nil, args...); code != 0 || !strings.Contains(out.stdout.String(), "check") && args[1] != "completion" {
			t.Errorf("%v: code %d, %s%s", args, code, out.stdout.String(), out.stderr.String())
		}
	}
}
