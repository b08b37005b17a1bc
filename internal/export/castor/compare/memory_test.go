package compare

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"longhaul/internal/export/castor"
	"longhaul/internal/orgtest"
)

// many writes the files of n reports with long descriptions.
func many(t *testing.T, n int) string {
	t.Helper()
	dir := t.TempDir()
	ours.write(t, dir, 100, nil)
	f, err := os.Create(filepath.Join(dir, castor.FileName(100, castor.Reports)))
	if err != nil {
		t.Fatal(err)
	}
	out, separator := bufio.NewWriter(f), "["
	for i := range n {
		_, _ = fmt.Fprintf(out, `%s{"Id":"%s","Name":"report %d","Description":"%0500d"}`, separator, id("00O", i), i, i)
		separator = ","
	}
	_, _ = out.WriteString("]") // Flush has its error
	if err := out.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestFolders_memoryDoesNotGrowWithTheFiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compares 20,000 reports of two folders")
	}
	small, large := orgtest.TenTimes(2_000, func(n int) uint64 {
		a, b := many(t, n), many(t, n)
		peak := orgtest.PeakWhile(func() {
			if got, err := Folders(t.Context(), a, b, ""); err != nil || !got.Equal || got.Files[0].From != int64(n) {
				t.Errorf("%+v, %v", got, err)
			}
		})
		t.Logf("%d reports: peak heap %d kB", n, peak>>10)
		return peak
	}, orgtest.WithPools)
	if large > orgtest.WithPools(small) {
		t.Error("ten times the reports need more memory")
	}
}
