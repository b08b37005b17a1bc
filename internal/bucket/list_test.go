package bucket

import (
	"errors"
	"io/fs"
	"os"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestList_isInByteOrder(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		want := []string{"a-b/1", "a.x", "a/1", "a/2/z", "a/2z", "a0", "b"}
		for _, key := range slices.Backward(want) {
			if err := b.Write(t.Context(), key, nil); err != nil {
				t.Fatal(err)
			}
		}
		tests := map[string][]string{"": want, "a": want[:6], "a/": want[2:5], "a/2": want[3:5], "a/2/": want[3:4], "none/": nil, "a/2/z": want[3:4]}
		for prefix, want := range tests {
			if diff := cmp.Diff(want, keys(t, b, prefix)); diff != "" {
				t.Errorf("below %q (-want +got):\n%s", prefix, diff)
			}
		}
		var folders []string
		for name, err := range b.Folders(t.Context(), "a/") {
			if err != nil {
				t.Fatal(err)
			}
			folders = append(folders, name)
		}
		if diff := cmp.Diff([]string{"2"}, folders); diff != "" {
			t.Errorf("folders (-want +got):\n%s", diff)
		}
		for key, err := range b.List(t.Context(), "") {
			if err != nil || key != want[0] {
				t.Errorf("first key %q, %v", key, err)
			}
			break
		}
	})
}

func TestList_hidesWhatAKilledWriterLeft(t *testing.T) {
	t.Parallel()
	b := folderBucket(t)
	if err := b.Write(t.Context(), "dir/whole", nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(b.folder.path("dir/whole.18a.tmp"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"dir/whole"}, keys(t, b, "")); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if n, err := b.DeleteAll(t.Context(), "dir/"); n != 2 || err != nil {
		t.Errorf("deleted %d, %v; want both", n, err)
	}
}

func TestDelete_takesTheFoldersToo(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, b *Bucket) {
		ctx := t.Context()
		for _, key := range []string{"x/1", "x/y/2", "x/y/3", "z"} {
			if err := b.Write(ctx, key, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Delete(ctx, "none"); err != nil {
			t.Errorf("delete of nothing: %v", err)
		}
		if err := b.Delete(ctx, "x/1"); err != nil {
			t.Error(err)
		}
		if n, err := b.DeleteAll(ctx, "x/"); n != 2 || err != nil {
			t.Errorf("deleted %d, %v; want 2", n, err)
		}
		if diff := cmp.Diff([]string{"z"}, keys(t, b, "")); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if b.folder != nil {
			if _, err := os.Stat(b.folder.path("x")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the emptied folder: %v", err)
			}
		}
	})
}
