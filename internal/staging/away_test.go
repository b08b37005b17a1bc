package staging

import (
	"errors"
	"os"
	"testing"

	"longhaul/internal/fault"
)

// TestStore_aFolderThatIsAwayIsNotMadeAnew takes a bucket's folder away, as a disk does that loses its mount, and brings it back.
func TestStore_aFolderThatIsAwayIsNotMadeAnew(t *testing.T) {
	t.Parallel()
	for name, below := range map[string]bool{"no folder is left": false, "an empty folder is left": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, s := t.Context(), fileStore(t)
			if _, err := s.ID(ctx); err != nil {
				t.Fatal(err)
			}
			begun, err := s.Create(ctx, "begun")
			if err != nil {
				t.Fatal(err)
			}
			defer begun.Abort()
			moved := s.dir + ".mounted"
			if err := os.Rename(s.dir, moved); err != nil {
				t.Fatal(err)
			}
			if below {
				if err := os.Mkdir(s.dir, 0o700); err != nil {
					t.Fatal(err)
				}
			}
			away := func(what string, err error) {
				t.Helper()
				if f := fault.From(err); f == nil || f.Class != fault.Transient || f.System != fault.Bucket || errors.Is(err, ErrNotExist) {
					t.Errorf("%s: %v, want that the bucket is away", what, err)
				}
			}
			_, err = begun.Commit()
			away("a commit", err)
			away("a write", s.WriteJSON(ctx, "new", "content"))
			_, err = s.ID(ctx)
			away("its id", err)
			var listed error
			for _, listed = range s.List(ctx, "a/") {
			}
			away("a list", listed)
			_, err = s.Read(ctx, "a/b")
			away("a read", err)
			_, err = s.Exists(ctx, "a/b")
			away("a look", err)
			if names, err := os.ReadDir(s.dir); len(names) > 0 || err != nil && !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%d names were made in its place: %v", len(names), err)
			}

			if err := os.RemoveAll(s.dir); err != nil {
				t.Fatal(err)
			}
			if err := os.Rename(moved, s.dir); err != nil {
				t.Fatal(err)
			}
			if err := s.WriteJSON(ctx, "new", "content"); err != nil {
				t.Errorf("after it came back: %v", err)
			}
		})
	}
}
