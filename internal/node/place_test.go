package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/paths"
)

func TestOccupy_wheresTheStateMayNotLie(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	serve := filepath.Join(dir, "serve")
	if err := os.MkdirAll(serve, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(serve, DatabaseFile), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "out")
	if _, _, err := Occupy(out, serve); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), "the database of another command") {
		t.Errorf("the database of serve: got %v", err)
	}
	p, release, err := Occupy(out, filepath.Join(out, paths.StateDir))
	if err != nil || p.Temporal != p.State || p.owner != "" {
		t.Fatalf("its own state: got %+v, %v", p, err)
	}
	if _, _, err := Occupy(out, filepath.Join(dir, "elsewhere")); err == nil || !strings.Contains(err.Error(), "in use by process") {
		t.Errorf("two at a time in one output, with their databases apart: got %v", err)
	}
	release()
	_, again, err := Occupy(out, filepath.Join(dir, "elsewhere"))
	if err != nil {
		t.Fatalf("after the first is done: %v", err)
	}
	again()
}

// No database lies among the files of an extract, and no extract among the files of a database.
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
		{"out", "out", "is in the output"},
		{"out", "out/db", "is in the output"},
		{"out", "out/.longhaul/bucket", "is in the output"},
		{"out", "same", "is in the output"},
		{"same", "out", "is in the output"},
		{"out", "same/db", "is in the output"},
		{"out", "above", "among the files of Temporal's database"},
		{"new/out", "new", "among the files of Temporal's database"},
	} {
		_, _, err := Occupy(at(row.output), at(row.state))
		if !wrongUsage(err) || !strings.Contains(err.Error(), row.says) || !strings.Contains(err.Error(), "--state (LONGHAUL_STATE)") {
			t.Errorf("state %s, output %s: got %v", row.state, row.output, err)
		}
	}
	if left, err := os.ReadDir(root); err != nil || len(left) != 3 {
		t.Errorf("refusals left %v, %v", left, err)
	}
	for _, row := range []struct{ output, state string }{
		{"out", "same/.longhaul"}, {"out", "out-state"}, {"beside/out", "beside/state"},
	} {
		_, release, err := Occupy(at(row.output), at(row.state))
		if err != nil {
			t.Errorf("state %s, output %s: %v", row.state, row.output, err)
			continue
		}
		release()
	}
}
