package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// castorApp is an extract that ends as soon as everything is set up, in a working directory of its own.
func castorApp(t *testing.T, dir string, more ...string) (*App, *output, *[]plantOptions, *fakeTemporal) {
	t.Helper()
	args, environ := castorLine("out", more...)
	app, said := newTestApp(t, args...)
	app.Environ, app.Dir = environ, dir
	f := &fakeTemporal{open: true, failure: errors.New("end here")}
	asked := withPlant(&app, f)
	return &app, said, asked, f
}

func TestExtract_aRelativeOutputLiesInTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"out", "./out/", "a b", "50%", "what?#1", "Résumé", "."} {
		dir := t.TempDir()
		app, said, asked, _ := castorApp(t, dir, "-o", name)
		Main(t.Context(), *app)
		if len(*asked) != 1 {
			t.Fatalf("%s: nothing was opened: %s", name, said.stderr.String())
		}
		state := filepath.Join(dir, name, stateDir)
		bucket, err := (*asked)[0].Settings.StorageURL()
		if err != nil || (*asked)[0].Temporal.Database != filepath.Join(state, databaseFile) || (*asked)[0].Settings.DataDir != state {
			t.Errorf("%s: the database is %s, the bucket %s, %v; want both in %s", name, (*asked)[0].Temporal.Database, bucket, err, state)
		}
		if !strings.HasPrefix(bucket, "file:///") || !strings.HasSuffix(bucket, "/.longhaul/bucket") || strings.HasPrefix(bucket, "file:///out") {
			t.Errorf("%s: the bucket is %s", name, bucket)
		}
	}
}

func TestDemo_relativePathsStartAtTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	app, said := newTestApp(t, "longhaul", "demo", "--exit", "--out", "out", "--data", "state", "--org", "project")
	app.Dir = dir
	if err := os.Mkdir(filepath.Join(dir, "project"), 0o700); err != nil {
		t.Fatal(err)
	}
	asked := withPlant(&app, &fakeTemporal{failure: errors.New("end here")})
	var org string
	app.StartSimulator = func(o SimulatorOptions) (Simulator, error) {
		org = o.Org
		return fakeSimulator{}, nil
	}
	Main(t.Context(), app)
	if len(*asked) != 1 || (*asked)[0].Settings.DataDir != filepath.Join(dir, "state") || org != filepath.Join(dir, "project") {
		t.Errorf("the org is %s, opened %+v: %s", org, *asked, said.stderr.String())
	}
	if _, err := os.Stat(filepath.Join(dir, "out")); err != nil {
		t.Error(err)
	}
}

func TestPaths_thatNobodyMeansAreRefused(t *testing.T) {
	t.Parallel()
	extract, _ := castorLine("~/out")
	for _, row := range []struct {
		args []string
		says string
	}{
		{extract, "--output: begins with ~, which only a shell replaces"},
		{[]string{"longhaul", "demo", "--exit", "--out", ""}, "is empty"},
		{[]string{"longhaul", "demo", "--exit", "--data", "~/state"}, "only a shell replaces"},
		{[]string{"longhaul", "temporal", "--data", "state\r"}, "control character"},
		{[]string{"longhaul", "serve", "--config", "~/longhaul.yaml"}, "only a shell replaces"},
		{[]string{"longhaul", "serve", "--config", ""}, "--config: is empty"},
		{[]string{"longhaul", "upload", "-k", "t", "-s", "399a8b22-3187-41ec-8d3d-0242ac130003", "-t", "VIZ", "-d", "~"}, "only a shell replaces"},
	} {
		app, said := newTestApp(t, row.args...)
		app.Dir, app.Environ = t.TempDir(), []string{"CASTOR_SALESFORCE_CLIENT_SECRET=s"}
		if code := Main(t.Context(), app); code != exitUsage || !strings.Contains(said.stderr.String(), row.says) {
			t.Errorf("%v: code %d, stderr:\n%s", row.args, code, said.stderr.String())
		}
	}
}

func TestUnusablePath_namesALinkToNothing(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	if err := outDir(link); exitCode(err) != exitUsage || !strings.Contains(err.Error(), "is a link that leads nowhere") {
		t.Errorf("got %v", err)
	}
}

func TestUnusablePath_saysWhatHelps(t *testing.T) {
	t.Parallel()
	for cause, says := range map[syscall.Errno]string{
		syscall.ENOSPC: "make room on it", syscall.EROFS: "mount it writable", syscall.ENAMETOOLONG: "choose a shorter one",
		syscall.ENOENT: "does not exist: check the path", syscall.EACCES: "who owns it",
	} {
		err := unusablePath("the output", "/x", &os.PathError{Op: "mkdir", Path: "/x", Err: cause})
		if exitCode(err) != exitUsage || !strings.Contains(err.Error(), says) {
			t.Errorf("%v: got %v", cause, err)
		}
	}
}

func TestDemo_namesATemporaryDirectoryThatIsNotThere(t *testing.T) {
	t.Parallel()
	app, said := newTestApp(t, "longhaul", "demo", "--exit")
	app.Environ = []string{"TMPDIR=" + filepath.Join(t.TempDir(), "none")}
	if code := Main(t.Context(), app); code != exitUsage || !strings.Contains(said.stderr.String(), "TMPDIR") {
		t.Errorf("code %d, stderr:\n%s", code, said.stderr.String())
	}
}

func TestShellWord(t *testing.T) {
	t.Parallel()
	for path, want := range map[string]string{"/var/lib/x-1": "/var/lib/x-1", "/a b": "'/a b'", "/it's $HOME": `'/it'\''s $HOME'`} {
		if got := shellWord(path); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}
