package rights_test

import (
	"context"
	"errors"
	"iter"
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

// closed is a store that takes objects and lets nobody read or delete them.
type closed struct{ readsToDelete bool }

var errDenied = errors.New("denied")

func (closed) Name() string { return "gs://closed" }

func (closed) Folder() string { return "" }

func (closed) RightTo(right staging.Right) string { return "the right to " + string(right) }

func (closed) Refused(error) staging.Refusal {
	return staging.Refusal{Err: fault.Invalidf("the credentials may not do that"), Answered: true, Denied: true}
}

func (closed) TryWrite(_ context.Context, _ string, _ []byte, ifAbsent bool) (bool, error) {
	return !ifAbsent, nil
}

func (closed) Read(context.Context, string) ([]byte, error) { return nil, errDenied }

func (closed) List(context.Context, string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) { yield("", errDenied) }
}

func (closed) Delete(context.Context, string) error { return errDenied }

func (c closed) ReadsToDelete() bool { return c.readsToDelete }

// TestCheck_ofCredentialsThatMayNeitherReadNorDelete says that they may not delete, or that it could not be told: never nothing.
func TestCheck_ofCredentialsThatMayNeitherReadNorDelete(t *testing.T) {
	t.Parallel()
	for readsToDelete, want := range map[bool]struct {
		status doctor.Status
		says   string
	}{false: {doctor.Fail, "the credentials may not do that"}, true: {doctor.Warn, "could not be told whether the credentials may delete"}} {
		f := rights.Check(t.Context(), closed{readsToDelete})[4]
		if f.ID != "bucket.delete" || f.Status != want.status || !strings.Contains(f.Found, want.says) || !strings.Contains(f.Found, "left its object") ||
			!strings.Contains(f.Fix, "the right to delete") || f.Cost == "" {
			t.Errorf("reads to delete %t: %+v", readsToDelete, f)
		}
	}
}
