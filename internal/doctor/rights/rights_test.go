package rights_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"longhaul/internal/doctor"
	"longhaul/internal/doctor/rights"
	"longhaul/internal/fault"
	"longhaul/internal/staging"
)

func folder(t *testing.T) (*staging.Store, string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "bucket")
	store, err := staging.Open(t.Context(), "file://"+filepath.ToSlash(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store, dir
}

func TestCheck_leavesNothingInAFolder(t *testing.T) {
	t.Parallel()
	store, dir := folder(t)
	for _, f := range rights.Check(t.Context(), store) {
		if f.Status != doctor.Pass || f.Found == "" || f.Where != "storage" {
			t.Errorf("got %+v", f)
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) > 0 {
		t.Errorf("left in the folder: %v (%v)", entries, err)
	}
}

func TestCheck_ofAFolderThatMayNotBeWritten(t *testing.T) {
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may write everywhere")
	}
	store, dir := folder(t)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(dir, 0o700) })
	for _, f := range rights.Check(t.Context(), store) {
		want := doctor.Skipped
		if f.ID == "bucket.write" {
			want = doctor.Fail
		}
		if f.Status != want || want == doctor.Fail && (f.Class != fault.Invalid || !strings.Contains(f.Found, "permission denied")) {
			t.Errorf("got %+v, want %s", f, want)
		}
	}
}

// TestCheck_ofAFileInPlaceOfAFolder has a file where the check makes its folder.
func TestCheck_ofADiskThatIsFullOfSomethingElse(t *testing.T) {
	t.Parallel()
	store, dir := folder(t)
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	findings := rights.Check(t.Context(), store)
	if f := findings[2]; f.ID != "bucket.write" || f.Status != doctor.Fail {
		t.Errorf("got %+v", findings)
	}
}

// TestCheck_ofManySourcesInOneFolder runs checks at one time: none takes away what another one tries its rights on.
func TestCheck_ofManySourcesInOneFolder(t *testing.T) {
	t.Parallel()
	store, _ := folder(t)
	var checks sync.WaitGroup
	for range 8 {
		checks.Go(func() {
			for range 40 {
				for _, f := range rights.Check(t.Context(), store) {
					if f.Status != doctor.Pass {
						t.Errorf("got %+v", f)
					}
				}
			}
		})
	}
	checks.Wait()
}
