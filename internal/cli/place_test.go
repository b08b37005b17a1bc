package cli

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"longhaul/internal/fault"
)

func TestExtract_stateElsewhereHoldsTheDatabaseAlone(t *testing.T) {
	t.Parallel()
	for name, more := range map[string][]string{"by a flag": {"--state", "local"}, "by the variable": nil} {
		dir := t.TempDir()
		app, said, asked, _ := castorApp(t, dir, more...)
		if more == nil {
			app.Environ = append(app.Environ, stateVariable+"=local\r")
		}
		Main(t.Context(), *app)
		if len(*asked) != 1 {
			t.Fatalf("%s: nothing was opened: %s", name, said.stderr.String())
		}
		o := (*asked)[0]
		if want := filepath.Join(dir, "local", databaseFile); o.Temporal.Database != want {
			t.Errorf("%s: the database is %s, want %s", name, o.Temporal.Database, want)
		}
		if want := filepath.Join(dir, "out", stateDir); o.Settings.DataDir != want {
			t.Errorf("%s: the bucket lies in %s, want %s: it belongs to the output", name, o.Settings.DataDir, want)
		}
	}
}

// A sync of one output must not go on with what another began, wherever their databases lie.
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
	if _, err := os.Stat(filepath.Join(dir, "two", stateDir, lockFile)); err != nil {
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

func TestOccupy_wheresTheStateMayNotLie(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	serve := filepath.Join(dir, "serve")
	if err := os.MkdirAll(serve, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(serve, databaseFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	if _, _, err := occupy(out, serve); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "the database of another command") {
		t.Errorf("the database of serve: got %v", err)
	}
	p, release, err := occupy(out, filepath.Join(out, stateDir))
	if err != nil || p.temporal != p.state || p.owner != "" {
		t.Fatalf("its own state: got %+v, %v", p, err)
	}
	if _, _, err := occupy(out, filepath.Join(dir, "elsewhere")); err == nil || !strings.Contains(err.Error(), "in use by process") {
		t.Errorf("two at a time in one output, with their databases apart: got %v", err)
	}
	release()
	_, again, err := occupy(out, filepath.Join(dir, "elsewhere"))
	if err != nil {
		t.Fatalf("after the first is done: %v", err)
	}
	again()
}

// Among the seven files of an extract lies no database, and no extract among the files of a database.
func TestOccupy_keepsTheDatabaseOutOfTheOutput(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	at := func(path string) string { return filepath.Join(root, path) }
	if err := os.MkdirAll(at("out"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"same": "out", "above": "."} {
		if err := os.Symlink(to, at(link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct{ output, state, says string }{
		{"out", "out", "lies in the output"},
		{"out", "out/db", "lies in the output"},
		{"out", "out/.longhaul/bucket", "lies in the output"},
		{"out", "same", "lies in the output"},
		{"same", "out", "lies in the output"},
		{"out", "same/db", "lies in the output"},
		{"out", "above", "among the files of Temporal's database"},
		{"new/out", "new", "among the files of Temporal's database"},
	} {
		_, _, err := occupy(at(row.output), at(row.state))
		if exitCode(err) != exitUsage || !strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), "--state (LONGHAUL_STATE)") {
			t.Errorf("state %s, output %s: got %v", row.state, row.output, err)
		}
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 3 {
		t.Errorf("refusals left %v, %v", left, err)
	}
	for _, row := range []struct{ output, state string }{
		{"out", "same/.longhaul"}, {"out", "out-state"}, {"beside/out", "beside/state"},
	} {
		_, release, err := occupy(at(row.output), at(row.state))
		if err != nil {
			t.Errorf("state %s, output %s: %v", row.state, row.output, err)
			continue
		}
		release()
	}
}

func TestDemo_keepsItsDatabaseOutOfTheOutput(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	code, out := run(t, nil, nil, "longhaul", "demo", "--exit", "--out", dir, "--data", filepath.Join(dir, "data"))
	if code != exitUsage || !strings.Contains(out.stderr.String(), "of --data lies in the output "+dir) {
		t.Errorf("code %d, %s", code, out.stderr.String())
	}
}

// A disk without locks has no other process on it that could be ended.
func TestUnlocked_namesTheDisk(t *testing.T) {
	t.Parallel()
	for _, cause := range []error{syscall.ENOLCK, syscall.EOPNOTSUPP, syscall.ENOSYS} {
		err := unlocked(t.TempDir(), &os.PathError{Op: "flock", Path: "x", Err: cause})
		if exitCode(err) != exitUsage || !strings.Contains(err.Error(), "where files cannot be locked; keep") ||
			!strings.Contains(err.Error(), "--state DIR") {
			t.Errorf("%v: got %v", cause, err)
		}
	}
	if err := unlocked("x", os.ErrPermission); !strings.Contains(err.Error(), "is not open to this user") {
		t.Errorf("got %v", err)
	}
}
