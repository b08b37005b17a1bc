package bucket

import (
	"io/fs"
	"net/url"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// folderBucket opens a bucket in a fresh folder.
func folderBucket(tb testing.TB) *Bucket {
	tb.Helper()
	return openBucket(tb, fileURL(filepath.Join(tb.TempDir(), "bucket")))
}

func fileURL(dir string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}
	return u.String()
}

func openBucket(tb testing.TB, url string) *Bucket {
	tb.Helper()
	b, err := Open(tb.Context(), url)
	if err != nil {
		tb.Fatalf("open %s: %v", url, err)
	}
	tb.Cleanup(func() {
		if err := b.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return b
}

// onEvery runs a test on a bucket in memory and on one in a folder.
func onEvery(t *testing.T, test func(t *testing.T, b *Bucket)) {
	t.Helper()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		test(t, openBucket(t, "mem://"))
	})
	t.Run("in a folder", func(t *testing.T) {
		t.Parallel()
		test(t, folderBucket(t))
	})
}

// keys lists a prefix.
func keys(t *testing.T, b *Bucket, prefix string) []string {
	t.Helper()
	var got []string
	for key, err := range b.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		got = append(got, key)
	}
	return got
}

// filesBelow lists what is on the disk.
func filesBelow(t *testing.T, dir string) (files []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, p)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// put writes an object piece by piece.
func put(t *testing.T, b *Bucket, key string, pieces ...string) {
	t.Helper()
	w, err := b.NewWriter(t.Context(), key, WriteOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	for _, piece := range pieces {
		if _, err := w.Write([]byte(piece)); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Commit(); err != nil {
		t.Fatal(err)
	}
}
