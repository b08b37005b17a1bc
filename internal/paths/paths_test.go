package paths

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

func TestAbsolute_startsAtTheFolder(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ dir, path, want string }{
		{"/work", "out", "/work/out"},
		{"/work", "./out/", "/work/out"},
		{"/work", ".", "/work"},
		{"/work", "../out", "/out"},
		{"/work", "../../../out", "/out"},
		{"/work", "/var//lib/./out/", "/var/lib/out"},
		{"/work", "a b/50%/what?#1", "/work/a b/50%/what?#1"},
		{"/work", "Résumé/日本", "/work/Résumé/日本"},
		{"/work", "./~", "/work/~"},
		{"/work", "~acme", "/work/~acme"},
		{"/my work#1", "out", "/my work#1/out"},
		{"", "/out", "/out"},
	} {
		if got, err := Absolute(row.dir, row.path); got != row.want || err != nil {
			t.Errorf("%q from %q: got %q, %v; want %q", row.path, row.dir, got, err, row.want)
		}
	}
}

func TestAbsolute_refusesWhatNobodyMeans(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ dir, path, says string }{
		{"/work", "", "is empty"},
		{"/work", "~", "only a shell"},
		{"/work", "~/out", "only a shell"},
		{"/work", "$HOME/out", "only a shell"},
		{"/work", "${OUT}", "only a shell"},
		{"/work", "out\r", "control character"},
		{"/work", "out\n", "control character"},
		{"/work", "o\x00ut", "control character"},
		{"", "out", "the working directory is gone"},
	} {
		got, err := Absolute(row.dir, row.path)
		if !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%q from %q: got %q, %v; want that it %s", row.path, row.dir, got, err, row.says)
		}
	}
}

// Where the working directory or a part of the path is a link, `..` must lead where `ls` goes.
func TestAbsolute_goesUpFromWhereALinkLeads(t *testing.T) {
	t.Parallel()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	deep := filepath.Join(dir, "far", "deep")
	if err := os.MkdirAll(deep, 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "link")
	if err := os.Symlink(deep, link); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(dir, "far", "out")
	for _, row := range [][2]string{{link, "../out"}, {dir, "link/../out"}, {"/", link + "/../out"}} {
		if got, err := Absolute(row[0], row[1]); got != want || err != nil {
			t.Errorf("%q from %q: got %q, %v; want %q", row[1], row[0], got, err, want)
		}
	}
}
