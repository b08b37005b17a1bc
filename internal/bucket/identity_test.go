package bucket

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"longhaul/internal/fault"
)

// TestBucket_knowsItsBucketByTheID replaces the file with the id by one with the same content, as after a restore or on a disk that
// renumbers files, and then by one with another id.
func TestBucket_knowsItsBucketByTheID(t *testing.T) {
	t.Parallel()
	ctx, b := t.Context(), folderBucket(t)
	if _, err := b.ID(ctx); err != nil {
		t.Fatal(err)
	}
	replace := func(content []byte) {
		t.Helper()
		copied := b.folder.path("copy")
		if err := errors.Join(os.WriteFile(copied, content, 0o600), os.Rename(copied, b.folder.path(identityKey))); err != nil {
			t.Fatal(err)
		}
	}
	content, err := os.ReadFile(b.folder.path(identityKey))
	if err != nil {
		t.Fatal(err)
	}
	replace(content)
	if err := b.WriteJSON(ctx, "a", 1); err != nil {
		t.Errorf("the same id in another file: %v", err)
	}
	replace([]byte(`{"id":"another"}`))
	if err := b.WriteJSON(ctx, "a", 2); !fault.Is(err, fault.Transient) {
		t.Errorf("another id: %v, want that the bucket is away", err)
	}
}

// TestLook_leavesNoIDInAFolder looks at a folder that may be the place of a disk that is not mounted yet.
func TestLook_leavesNoIDInAFolder(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "bucket")
	b := openBucket(t, fileURL(dir))
	if err := b.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names, err := os.ReadDir(dir); err != nil || len(names) > 0 {
		t.Errorf("%d names are left, %v", len(names), err)
	}
	if err := os.Remove(dir); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Look(t.Context()); !fault.Is(err, fault.Invalid) {
		t.Errorf("a file in its place: %v", err)
	}
}
