package staging

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/fault"
)

func TestGone_isFinal(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		for name, read := range map[string]func() error{
			"a stream": func() (err error) {
				for _, err = range Kept(s.Lines(t.Context(), "a/b")) {
				}
				return err
			},
			"a small object": func() error {
				_, err := s.Read(t.Context(), "a/b")
				return Gone(err)
			},
			"a file": func() error {
				_, _, err := s.OpenFile(t.Context(), "a/b")
				return err
			},
		} {
			err := read()
			want := "the object a/b is gone from the bucket " + s.String() + "; cancel the sync and start it again"
			if !fault.Is(err, fault.Invalid) || !errors.Is(err, ErrNotExist) || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	if err := Gone(ErrNotExist); !fault.Is(err, fault.Invalid) {
		t.Errorf("of a key that is not given: %v", err)
	}
	boom := errors.New("boom")
	if got := Gone(boom); !errors.Is(got, boom) || fault.From(got) != nil || Gone(nil) != nil {
		t.Errorf("another error became %v", got)
	}
}

func TestFile_hasAChecksum(t *testing.T) {
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
		if path, ok := onDisk(t, s, "f.json"); ok {
			if content, err := os.ReadFile(path); err != nil || string(content) != "[{}]\n" {
				t.Errorf("on the disk: %q, %v", content, err)
			}
		}
	})
}

func TestUnreadable_tornStreams(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	if err := s.Write(t.Context(), "torn", []byte("half")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Verify(t.Context(), "torn"); !errors.Is(err, ErrTorn) || !s.Unreadable(err) {
		t.Errorf("a torn stream: %v, want that it stays so", err)
	}
	if err := fmt.Errorf("%w: %w", context.Canceled, ErrTorn); s.Unreadable(err) {
		t.Errorf("a caller that gave up: %v is thought to stay so", err)
	}
}
