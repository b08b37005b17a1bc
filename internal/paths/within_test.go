package paths

import (
	"os"
	"path/filepath"
	"testing"
)

func TestWithin(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	if err := os.MkdirAll(filepath.Join(root, "real", "deep"), 0o700); err != nil {
		t.Fatal(err)
	}
	for link, to := range map[string]string{"link": "real", "inner": filepath.Join("real", "deep"), "loop": "loop"} {
		if err := os.Symlink(to, filepath.Join(root, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct {
		path, folder string
		want         bool
	}{
		{"real", "real", true},
		{"real/deep", "real", true},
		{"real", "real/deep", false},
		{"real/not/yet", "real", true},
		{"not/yet", "not", true},
		{"really", "real", false},
		{"link", "real", true},
		{"link/not/yet", "real", true},
		{"inner", "link", true},
		{"inner/..", "real", false}, // both are absolute, and cleaned where they were read
		{"real", "link/deep", false},
		{"loop", "real", false},
		{"loop/x", "loop", true},
	} {
		if got := Within(filepath.Join(root, row.path), filepath.Join(root, row.folder)); got != row.want {
			t.Errorf("%s in %s: %t", row.path, row.folder, got)
		}
	}
	if !Within("/x", "/") {
		t.Error("/x does not lie in /")
	}
}
