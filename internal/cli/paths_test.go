package cli

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/node"
	"longhaul/internal/paths"
)

func TestExtract_aRelativeOutputLiesInTheWorkingDirectory(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"out", "./out/", "a b", "50%", "what?#1", "Résumé", "."} {
		dir := t.TempDir()
		app, said, asked, _ := castorApp(t, dir, "-o", name)
		Main(t.Context(), *app)
		if len(*asked) != 1 {
			t.Fatalf("%s: nothing was opened: %s", name, said.stderr.String())
		}
		state := filepath.Join(dir, name, paths.StateDir)
		bucket, err := (*asked)[0].Settings.StorageURL()
		if err != nil || (*asked)[0].Temporal.Database != filepath.Join(state, node.DatabaseFile) || (*asked)[0].Settings.DataDir != state {
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
	asked := withNode(&app, &fakeTemporal{failure: errors.New("end here")})
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
