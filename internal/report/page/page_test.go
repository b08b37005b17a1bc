package page_test

import (
	"bytes"
	"os"
	"path/filepath"
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
}
