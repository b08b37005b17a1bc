package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/config"
	"longhaul/internal/fault"
	"longhaul/internal/node"
	"longhaul/internal/paths"
	"longhaul/workflows"
)

// castorApp is an extract that ends as soon as everything is set up, in a working directory of its own.
func castorApp(t *testing.T, dir string, more ...string) (*App, *output, *[]node.Options, *fakeTemporal) {
	t.Helper()
	args, environ := castorLine("out", more...)
	app, said := newTestApp(t, args...)
	app.Environ, app.Dir = environ, dir
	f := &fakeTemporal{open: true, failure: errors.New("end here")}
	asked := withNode(&app, f)
	return &app, said, asked, f
}

func TestExtract_stateElsewhereHoldsTheDatabaseAlone(t *testing.T) {
	t.Parallel()
	for name, more := range map[string][]string{"by a flag": {"--state", "local"}, "by the variable": nil} {
		dir := t.TempDir()
		app, said, asked, _ := castorApp(t, dir, more...)
		if more == nil {
			app.Environ = append(app.Environ, node.StateVariable+"=local\r")
		}
		Main(t.Context(), *app)
		if len(*asked) != 1 {
			t.Fatalf("%s: nothing was opened: %s", name, said.stderr.String())
		}
		o := (*asked)[0]
		if want := filepath.Join(dir, "local", node.DatabaseFile); o.Temporal.Database != want {
			t.Errorf("%s: the database is %s, want %s", name, o.Temporal.Database, want)
		}
		if want := filepath.Join(dir, "out", paths.StateDir); o.Settings.DataDir != want {
			t.Errorf("%s: the bucket lies in %s, want %s: it belongs to the output", name, o.Settings.DataDir, want)
		}
	}
}

// A sync of one output must not go on with the sync of another, wherever their databases lie.
func TestExtract_outputsShareNoState(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	try := func(out string) (int, string, bool) {
		app, said, _, f := castorApp(t, dir, "--state", "local", "-o", out)
		code := Main(t.Context(), *app)
		return code, said.stderr.String(), f.terminated
	}
	try("one")
	if _, said, dropped := try("one"); dropped {
		t.Errorf("the same output does not go on with its sync: %s", said)
	}
	code, said, _ := try("two")
	if code != exitUsage || !strings.Contains(said, "belongs to the output "+filepath.Join(dir, "one")) {
		t.Errorf("another output: code %d, stderr:\n%s", code, said)
	}
	if _, err := os.Stat(filepath.Join(dir, "two", paths.StateDir, "lock")); err != nil {
		t.Errorf("the output that was refused: %v", err)
	}

	if err := os.RemoveAll(filepath.Join(dir, "one")); err != nil {
		t.Fatal(err)
	}
	if code, said, dropped := try("two"); code == exitUsage || !dropped {
		t.Errorf("after the first is gone: code %d, its sync dropped %t, stderr:\n%s", code, dropped, said)
	}
	if _, said, dropped := try("two"); dropped {
		t.Errorf("the second does not go on with its sync: %s", said)
	}
	if err := os.RemoveAll(filepath.Join(dir, "two")); err != nil {
		t.Fatal(err)
	}
	if _, said, dropped := try("two"); !dropped {
		t.Errorf("an output that was removed goes on with the sync of its removed bucket: %s", said)
	}
}

// People who gave flags read of flags, and a mistake that shows at once leaves nothing behind.
func TestExtract_saysWhichFlagIsWrong(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ args, says []string }{
		"no address of an org": {
			[]string{"-b", "salesforce.com"},
			[]string{"is no org: set --base-url to the org's My Domain, such as acme.my.salesforce.com"},
		},
		"a whole link":              {[]string{"-b", "https://acme.my.salesforce.com/?x=1"}, []string{"--base-url holds a query"}},
		"a CA file that is no file": {[]string{"--ca-file", "absent.pem"}, []string{"--ca-file (REQUESTS_CA_BUNDLE) ", "absent.pem cannot be read (no such file or directory): check the path"}},
	} {
		dir := t.TempDir()
		app, said, asked, _ := castorApp(t, dir, row.args...)
		code := Main(t.Context(), *app)
		for _, says := range row.says {
			if code != exitUsage || !strings.Contains(said.stderr.String(), says) {
				t.Errorf("%s: code %d, %s; want %q", name, code, said.stderr.String(), says)
			}
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 || len(*asked) > 0 {
			t.Errorf("%s: %v is left in the working directory (%v), and %d nodes were started", name, left, err, len(*asked))
		}
	}
}

// What a sync says of settings is said of flags, in the progress and at the end.
func TestExtract_speaksOfFlags(t *testing.T) {
	t.Parallel()
	const why = "the client secret is not the one of the app: copy it again, and check client_secret (invalid_client_id)"
	f := &fakeTemporal{hang: true, progress: workflows.Progress{
		Source: "extract", Phase: workflows.PhaseBlocked, Waiting: why,
		Blocked: &activities.Failure{Class: fault.LoginRefused, System: fault.Salesforce, Message: why},
	}}
	app, out := newTestApp(t, "longhaul", "extract", "-c", "key", "-b", "acme.my.salesforce.com", "-o", t.TempDir())
	app.Environ = []string{"CASTOR_SALESFORCE_CLIENT_SECRET=x"}
	withNode(&app, f)
	Main(t.Context(), app)
	text := out.stderr.String()
	if strings.Contains(text, "check client_secret") || strings.Count(text, "check --client-secret (invalid_client_id)") < 2 {
		t.Errorf("got\n%s", text)
	}
}

// A command in a cron job must end at once with the exit code of what blocks its sync. The same command resumes the sync.
func TestExtract_leavesABlockedSync(t *testing.T) {
	t.Parallel()
	for name, joins := range map[string]bool{"one of its own": false, "one that an earlier run left": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fakeTemporal{open: joins, hang: true, progress: workflows.Progress{
				Source: "extract", Phase: workflows.PhaseBlocked, Waiting: "Salesforce refuses the client secret",
				Blocked: &activities.Failure{Class: fault.LoginRefused, System: fault.Salesforce, Message: "Salesforce refuses the client secret"},
			}}
			app, out := newTestApp(t, "longhaul", "extract", "-c", "key", "-b", "acme.my.salesforce.com", "-o", t.TempDir())
			app.Environ = []string{"CASTOR_SALESFORCE_CLIENT_SECRET=x"}
			withNode(&app, f)
			code := Main(t.Context(), app)
			if want := "Salesforce refuses the client secret. Once that is fixed, the same command resumes the sync"; code != exitLogin ||
				!strings.Contains(out.stderr.String(), want) {
				t.Errorf("code %d, %s", code, out.stderr.String())
			}
			want := []string{workflows.ResumeSignal}
			if !joins {
				want = nil
			}
			if diff := cmp.Diff(want, f.signals); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// castorLine is a cron line of castor's, with its secrets in the environment.
func castorLine(out string, more ...string) (args, environ []string) {
	return append([]string{"castor-extract-salesforce-viz", "-c", "3MVG9", "-b", "acme.my.salesforce.com", "-o", out}, more...),
		[]string{"CASTOR_SALESFORCE_CLIENT_SECRET=a-client-secret"}
}

func TestExtract_secondRunSaysWhoRuns(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	if err := node.PrivateDir(filepath.Join(out, paths.StateDir)); err != nil {
		t.Fatal(err)
	}
	release, err := node.Lock(filepath.Join(out, paths.StateDir), "x")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	args, environ := castorLine(out)
	code, said := run(t, nil, environ, args...)
	want := fmt.Sprintf("castor-extract-salesforce-viz: the output %s is in use by process %d since ", out, os.Getpid())
	if code != exitUsage || !strings.HasPrefix(said.stderr.String(), want) {
		t.Errorf("code %d, stderr:\n%s", code, said.stderr.String())
	}
}

func TestExtract_joinsAndInterrupted(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "new", "out")
	args, environ := castorLine(out, "--max-in-flight", "4")
	app, said := newTestApp(t, args...)
	app.Environ = environ
	f := &fakeTemporal{open: true, hang: true}
	asked := withNode(&app, f)
	ctx, cancel := context.WithCancel(t.Context())
	f.hanging = cancel
	code := Main(ctx, app)
	if code != exitInterrupted || !strings.HasSuffix(said.stderr.String(), "interrupted; the same command resumes the sync\n") {
		t.Errorf("code %d, stderr:\n%s", code, said.stderr.String())
	}
	if !strings.Contains(said.stderr.String(), "Going on where an earlier run stopped.\n") {
		t.Errorf("stderr:\n%s", said.stderr.String())
	}
	o := (*asked)[0]
	if want := filepath.Join(out, ".longhaul", "temporal.db"); o.Temporal.Database != want {
		t.Errorf("database %s, want %s", o.Temporal.Database, want)
	}
	if in := f.started[0]; in.Upload == nil || *in.Upload || in.Source != config.ExtractSource {
		t.Errorf("started with %+v", in)
	}
	entries, err := os.ReadDir(out)
	if err != nil || len(entries) != 1 || entries[0].Name() != paths.StateDir {
		t.Errorf("the output holds %v, %v", entries, err)
	}
}

func TestExtract_anotherOrgDropsTheUnfinishedSync(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	for _, row := range []struct {
		base string
		drop bool
	}{
		{"acme.my.salesforce.com", false}, {"acme.my.salesforce.com", false}, {"other.my.salesforce.com", true}, {"other.my.salesforce.com", false},
	} {
		args, environ := castorLine(out)
		app, _ := newTestApp(t, append(args, "-b", row.base)...)
		app.Environ = environ
		f := &fakeTemporal{open: true, failure: errors.New("end here")}
		withNode(&app, f)
		Main(t.Context(), app)
		if f.terminated != row.drop {
			t.Errorf("%s: terminated %t", row.base, f.terminated)
		}
	}
}
