package node

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPrivateDir_whereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"state below a file": PrivateDir(filepath.Join(file, "x")), "output below a file": OutputDir(filepath.Join(file, "x")),
		"output on a file": OutputDir(file),
	} {
		if !wrongUsage(err) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestOutputDir_namesALinkToNothing(t *testing.T) {
	t.Parallel()
	link := filepath.Join(t.TempDir(), "link")
	if err := os.Symlink("nowhere", link); err != nil {
		t.Fatal(err)
	}
	if err := OutputDir(link); !wrongUsage(err) || !strings.Contains(err.Error(), "is a link to nothing") {
		t.Errorf("got %v", err)
	}
}
