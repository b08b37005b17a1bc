package staging

import (
	"net/url"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fileStore opens a bucket in a fresh folder.
func fileStore(tb testing.TB) *Store {
	tb.Helper()
	return openStore(tb, fileURL(filepath.Join(tb.TempDir(), "bucket")))
}

func fileURL(dir string) string {
	u := url.URL{Scheme: "file", Path: filepath.ToSlash(dir)}
	return u.String()
}

// onDisk is where a store keeps a key; ok is false where it has no folder.
func onDisk(t *testing.T, s *Store, key string) (path string, ok bool) {
	t.Helper()
	u, err := url.Parse(s.String())
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(filepath.FromSlash(u.Path), key), u.Scheme == "file"
}

func openStore(tb testing.TB, url string) *Store {
	tb.Helper()
	s, err := Open(tb.Context(), url)
	if err != nil {
		tb.Fatalf("open %s: %v", url, err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return s
}

// onEvery runs a test on a bucket in memory and on one in a folder.
func onEvery(t *testing.T, test func(t *testing.T, s *Store)) {
	t.Helper()
	t.Run("in memory", func(t *testing.T) {
		t.Parallel()
		test(t, openStore(t, "mem://"))
	})
	t.Run("in a folder", func(t *testing.T) {
		t.Parallel()
		test(t, fileStore(t))
	})
}

// keys lists a prefix.
func keys(t *testing.T, s *Store, prefix string) []string {
	t.Helper()
	var got []string
	for key, err := range s.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("list %q: %v", prefix, err)
		}
		got = append(got, key)
	}
	return got
}

// commit writes a stream of lines.
func commit(tb testing.TB, s *Store, key string, lines ...string) Object {
	tb.Helper()
	w, err := s.Create(tb.Context(), key)
	if err != nil {
		tb.Fatal(err)
	}
	defer w.Abort()
	for _, line := range lines {
		if err := w.Append([]byte(line)); err != nil {
			tb.Fatal(err)
		}
	}
	object, err := w.Commit()
	if err != nil {
		tb.Fatal(err)
	}
	return object
}

// collect reads a stream up to its end or error.
func collect(tb testing.TB, s *Store, key string) (lines []string, err error) {
	tb.Helper()
	for line, err := range s.Lines(tb.Context(), key) {
		if err != nil {
			return lines, err
		}
		lines = append(lines, string(line))
	}
	return lines, nil
}
