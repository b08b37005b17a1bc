package bucket

import (
	"errors"
	"os"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

// TestBucket_aFolderThatIsAwayIsNotMadeAnew removes the folder of a bucket, as a disk does that loses its mount, and brings it back.
func TestBucket_aFolderThatIsAwayIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	for name, below := range map[string]bool{"no folder is left": false, "an empty folder is left": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, b := t.Context(), folderBucket(t)
			if _, err := b.ID(ctx); err != nil {
				t.Fatal(err)
			}
			begun, err := b.NewWriter(ctx, "begun", WriteOptions{})
			if err != nil {
				t.Fatal(err)
			}
			defer begun.Abort()
			moved := b.folder.dir + ".mounted"
			if err := os.Rename(b.folder.dir, moved); err != nil {
				t.Fatal(err)
			}
			if below {
				if err := os.Mkdir(b.folder.dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			away := func(what string, err error) {
				t.Helper()
				if f := fault.From(err); f == nil || f.Class != fault.Transient || f.System != fault.Bucket || errors.Is(err, ErrNotExist) {
					t.Errorf("%s: %v, want that the bucket is away", what, err)
				} else if _, change := fault.Halves(f.Message); !strings.HasPrefix(change, "give all workers the same storage") {
					t.Errorf("%s: %q; a worker with another bucket sees the same, and must not have the sync cancelled", what, f.Message)
				}
			}
			away("a commit", begun.Commit())
			away("a write", b.WriteJSON(ctx, "new", "content"))
			_, err = b.ID(ctx)
			away("its id", err)
			var listed error
			for _, listed = range b.List(ctx, "a/") {
			}
			away("a list", listed)
			_, err = b.Read(ctx, "a/b")
			away("a read", err)
			_, err = b.Exists(ctx, "a/b")
			away("a look", err)
			if names, err := os.ReadDir(b.folder.dir); len(names) > 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%d names were made in its place: %v", len(names), err)
			}

			if err := os.RemoveAll(b.folder.dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(moved, b.folder.dir); err != nil {
				t.Fatal(err)
			}
			if err := b.WriteJSON(ctx, "new", "content"); err != nil {
				t.Errorf("after it came back: %v", err)
			}
		})
	}
}
