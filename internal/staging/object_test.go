package staging

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// filesBelow lists what lies on the disk.
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

func TestJSON_isReadAsWritten(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		want := Object{Key: "k", Count: 3, SHA256: "ab"}
		if err := s.WriteJSON(ctx, "a/b.json", want); err != nil {
			t.Fatal(err)
		}
		var got Object
		if err := s.ReadJSON(ctx, "a/b.json", &got); err != nil || got != want {
			t.Errorf("got %+v, %v", got, err)
		}
		if err := s.ReadJSON(ctx, "a/c.json", &got); !errors.Is(err, ErrNotExist) {
			t.Errorf("of nothing: %v, want ErrNotExist", err)
		}
		if err := s.Write(ctx, "bad.json", []byte("{")); err != nil {
			t.Fatal(err)
		}
		if err := s.ReadJSON(ctx, "bad.json", &got); !errors.Is(err, ErrMalformed) || !s.Unreadable(err) {
			t.Errorf("of half an object: %v, want ErrMalformed", err)
		}
	})
}

func TestWriteNew_leavesWhatIsThere(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		for i, want := range []bool{true, false} {
			created, err := s.WriteNew(ctx, "once", []byte{byte('a' + i)})
			if err != nil || created != want {
				t.Errorf("write %d: created %v, %v", i, created, err)
			}
		}
		if got, err := s.Read(ctx, "once"); err != nil || string(got) != "a" {
			t.Errorf("got %q, %v", got, err)
		}
		w, err := s.CreateNew(ctx, "once")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Commit(); !errors.Is(err, ErrExist) {
			t.Errorf("commit on a taken key: %v, want ErrExist", err)
		}
		if diff := cmp.Diff([]string{"once"}, keys(t, s, "")); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if s.dir != "" {
			if files := filesBelow(t, s.dir); len(files) != 1 {
				t.Errorf("on the disk: %q", files)
			}
		}
	})
}

func TestWriteNew_hasOneWinner(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		const writers, rounds = 8, 40
		for round := range rounds {
			key := "round/" + string(rune('a'+round%26)) + string(rune('a'+round/26))
			var winners atomic.Int32
			var winner atomic.Int64
			var all sync.WaitGroup
			start := make(chan struct{})
			for i := range writers {
				all.Go(func() {
					<-start
					created, err := s.WriteNew(t.Context(), key, []byte{byte(i)})
					if err != nil {
						t.Errorf("write: %v", err)
					}
					if created {
						winners.Add(1)
						winner.Store(int64(i))
					}
				})
			}
			close(start)
			all.Wait()
			got, err := s.Read(t.Context(), key)
			if winners.Load() != 1 || err != nil || len(got) != 1 || int64(got[0]) != winner.Load() {
				t.Fatalf("round %d: %d winners, the last %d; the bucket holds %v, %v", round, winners.Load(), winner.Load(), got, err)
			}
		}
	})
}

func TestLink_hasOneWinnerWithoutHardLinks(t *testing.T) {
	t.Parallel()
	s := fileStore(t)
	if err := s.Write(t.Context(), "taken", []byte("a")); err != nil {
		t.Fatal(err)
	}
	// A missing source fails as a link to everything but an existing name does; the fall-back must not overwrite.
	if err := s.link("none.tmp", "taken"); !errors.Is(err, ErrExist) {
		t.Errorf("got %v, want ErrExist", err)
	}
	if err := s.link("none.tmp", "free"); err == nil {
		t.Error("a link to nothing succeeded")
	}
}

func TestList_isInByteOrder(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		want := []string{"a-b/1", "a.x", "a/1", "a/2/z", "a/2z", "a0", "b"}
		for _, key := range slices.Backward(want) {
			if err := s.Write(t.Context(), key, nil); err != nil {
				t.Fatal(err)
			}
		}
		tests := map[string][]string{"": want, "a": want[:6], "a/": want[2:5], "a/2": want[3:5], "a/2/": want[3:4], "none/": nil, "a/2/z": want[3:4]}
		for prefix, want := range tests {
			if diff := cmp.Diff(want, keys(t, s, prefix)); diff != "" {
				t.Errorf("below %q (-want +got):\n%s", prefix, diff)
			}
		}
		var folders []string
		for name, err := range s.Folders(t.Context(), "a/") {
			if err != nil {
				t.Fatal(err)
			}
			folders = append(folders, name)
		}
		if diff := cmp.Diff([]string{"2"}, folders); diff != "" {
			t.Errorf("folders (-want +got):\n%s", diff)
		}
		for key, err := range s.List(t.Context(), "") {
			if err != nil || key != want[0] {
				t.Errorf("first key %q, %v", key, err)
			}
			break
		}
	})
}

func TestList_hidesWhatAKilledWriterLeft(t *testing.T) {
	t.Parallel()
	s := fileStore(t)
	if err := s.Write(t.Context(), "dir/whole", nil); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(s.path("dir/whole.18a.tmp"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"dir/whole"}, keys(t, s, "")); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if n, err := s.DeleteAll(t.Context(), "dir/"); n != 2 || err != nil {
		t.Errorf("deleted %d, %v; want both", n, err)
	}
}

func TestDelete_takesTheFoldersToo(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		for _, key := range []string{"x/1", "x/y/2", "x/y/3", "z"} {
			if err := s.Write(ctx, key, nil); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Delete(ctx, "none"); err != nil {
			t.Errorf("delete of nothing: %v", err)
		}
		if err := s.Delete(ctx, "x/1"); err != nil {
			t.Error(err)
		}
		if n, err := s.DeleteAll(ctx, "x/"); n != 2 || err != nil {
			t.Errorf("deleted %d, %v; want 2", n, err)
		}
		if diff := cmp.Diff([]string{"z"}, keys(t, s, "")); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if s.dir != "" {
			if _, err := os.Stat(s.path("x")); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("the emptied folder: %v", err)
			}
		}
	})
}

func TestFile_isSummedUpOnTheWay(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		w, err := s.CreateFile(t.Context(), "f.json")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Abort()
		for _, piece := range []string{"[", "{}", "]\n"} {
			if _, err := w.Write([]byte(piece)); err != nil {
				t.Fatal(err)
			}
		}
		got, err := w.Commit()
		if err != nil {
			t.Fatal(err)
		}
		want := Object{Key: "f.json", Bytes: 5, SHA256: digest([]string{"[{}]"})}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("object (-want +got):\n%s", diff)
		}
		r, size, err := s.OpenFile(t.Context(), "f.json")
		if err != nil || size != 5 {
			t.Fatalf("size %d, %v", size, err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		path, ok := s.LocalPath("f.json")
		if ok != (s.dir != "") {
			t.Errorf("local path %q, %v", path, ok)
		}
		if ok {
			if content, err := os.ReadFile(path); err != nil || string(content) != "[{}]\n" {
				t.Errorf("on the disk: %q, %v", content, err)
			}
		}
	})
}

func TestKeys_stayInTheBucket(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		for _, key := range []string{"", "/", "a/", "/a", "a//b", "../a", "a/../../b", "a/./b", "a b", "ä", "a\x00", "a\\b", "a.tmp", "a.attrs"} {
			if err := s.Write(t.Context(), key, nil); err == nil {
				t.Errorf("wrote under %q", key)
			}
			if _, err := s.Exists(t.Context(), key); err == nil {
				t.Errorf("looked for %q", key)
			}
		}
		if _, err := s.DeleteAll(t.Context(), "../"); err == nil {
			t.Error("deleted above the bucket")
		}
	})
}

func TestFault_keepsACancelACancel(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := s.Write(ctx, "k", []byte("x"))
		if !errors.Is(err, context.Canceled) || s.Unreadable(err) {
			t.Errorf("got %v, want the context's error", err)
		}
	})
}

func TestCopy_replacesWhole(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		commit(t, s, "from/a", `{"a":1}`)
		commit(t, s, "to/a", `{"a":0}`, `{"a":0}`)
		for _, to := range []string{"to/a", "to/a", "else/a"} { // twice, and where no folder is yet
			if err := s.Copy(ctx, "from/a", to); err != nil {
				t.Fatal(err)
			}
			if got, err := collect(t, s, to); err != nil || !slices.Equal(got, []string{`{"a":1}`}) {
				t.Errorf("%s holds %q, %v", to, got, err)
			}
		}
		commit(t, s, "from/a", `{"a":2}`)
		if got, err := collect(t, s, "to/a"); err != nil || !slices.Equal(got, []string{`{"a":1}`}) {
			t.Errorf("after a change of the original the copy holds %q, %v", got, err)
		}
		if err := s.copyThrough(ctx, "from/a", "to/a"); err != nil {
			t.Fatal(err)
		}
		if got, err := collect(t, s, "to/a"); err != nil || !slices.Equal(got, []string{`{"a":2}`}) {
			t.Errorf("copied through this process it holds %q, %v", got, err)
		}
		if err := s.Copy(ctx, "none", "to/a"); !errors.Is(err, ErrNotExist) {
			t.Errorf("of nothing: %v, want ErrNotExist", err)
		}
		want := []string{"else/a", "from/a", "to/a"}
		if diff := cmp.Diff(want, keys(t, s, "")); diff != "" {
			t.Errorf("keys (-want +got):\n%s", diff)
		}
		if s.dir != "" {
			if files := filesBelow(t, s.dir); len(files) != len(want) {
				t.Errorf("on the disk lie %q", files)
			}
		}
	})
}
