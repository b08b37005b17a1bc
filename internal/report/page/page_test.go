package page_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/report"
	"longhaul/internal/report/page"
)

// samples are pages of all sorts, by name.
var samples = map[string]func() *report.Data{"first": first, "refresh": refresh, "failed": failed, "large": large}

// written is the page of d.
func written(t *testing.T, d *report.Data) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := page.Write(&b, d); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWrite_forABrowser writes the samples into the folder LONGHAUL_PAGES, where make page-check opens them.
func TestWrite_forABrowser(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("LONGHAUL_PAGES")
	if dir == "" {
		dir = t.TempDir()
	}
	for name, of := range samples {
		html := written(t, of())
		t.Logf("%s: %d bytes", name, len(html))
		if len(html) > page.MostBytes {
			t.Errorf("%s has %d bytes", name, len(html))
		}
		if err := os.WriteFile(filepath.Join(dir, name+".html"), html, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "sources.html"), sources(t), 0o600); err != nil {
		t.Fatal(err)
	}
}

// sources is the list of some sources.
func sources(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	err := page.WriteList(&b, []page.Source{
		{Name: "acme", Outcome: "timed_out", At: begin}, {Name: "beta", Outcome: "complete", At: begin}, {Name: "gamma"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestWriteList_saysHowEachEnded of sources with and without a page, and of none.
func TestWriteList_saysHowEachEnded(t *testing.T) {
	t.Parallel()
	tree := parsed(t, sources(t))
	requireTables(t, tree)
	rows := elements(tree, "tr")
	for i, want := range []string{"acmetimed out23 Nov 2026 02:00 UTC", "betacomplete23 Nov 2026 02:00 UTC", "gammano page yet-"} {
		if got := content(rows[i+1]); got != want {
			t.Errorf("row %d is %q, want %q", i, got, want)
		}
	}
	if n := len(elements(tree, "a")); n != 2 {
		t.Errorf("there are %d links", n)
	}
	var b bytes.Buffer
	if err := page.WriteList(&b, nil); err != nil || !strings.Contains(b.String(), "There is no source yet") {
		t.Errorf("%v: %s", err, b.String())
	}
}
