package staging

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestStream_givesBackWhatWasCommitted(t *testing.T) {
	t.Parallel()
	long := `{"long":"` + strings.Repeat("x", 3*readBuffer) + `"}`
	likeFooter := `{"count":1,"sha256":"` + strings.Repeat("0", digestLen) + `"}`
	tests := map[string][]string{
		"no line":                      nil,
		"one line":                     {`{"a":1}`},
		"some lines":                   {`{"a":1}`, `{"b":2}`, `{"c":3}`},
		"a line longer than a buffer":  {`{"a":1}`, long, `{"b":2}`, long},
		"a record that looks a footer": {likeFooter, `{"a":1}`, likeFooter},
	}
	onEvery(t, func(t *testing.T, s *Store) {
		for name, lines := range tests {
			t.Run(name, func(t *testing.T) {
				object := commit(t, s, "dir/stream", lines...)
				got, err := collect(t, s, "dir/stream")
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(lines, got); diff != "" {
					t.Errorf("lines (-want +got):\n%s", diff)
				}
				want := Object{Key: "dir/stream", Count: int64(len(lines)), Bytes: object.Bytes, SHA256: digest(lines)}
				if diff := cmp.Diff(want, object); diff != "" {
					t.Errorf("object (-want +got):\n%s", diff)
				}
				verified, err := s.Verify(t.Context(), "dir/stream")
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(object, verified); diff != "" {
					t.Errorf("verified (-want +got):\n%s", diff)
				}
			})
		}
	})
}

func digest(lines []string) string {
	sum := sha256.New()
	for _, line := range lines {
		sum.Write([]byte(line + "\n"))
	}
	return hex.EncodeToString(sum.Sum(nil))
}

func TestLines_seesEveryTruncation(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		var lines []string
		for i := range 40 {
			lines = append(lines, fmt.Sprintf(`{"Id":"00O%015d","n":%d}`, i, i*i))
		}
		commit(t, s, "whole", lines...)
		content, err := s.Read(t.Context(), "whole")
		if err != nil {
			t.Fatal(err)
		}
		for n := range content {
			if err := s.Write(t.Context(), "cut", content[:n]); err != nil {
				t.Fatal(err)
			}
			if _, err := collect(t, s, "cut"); !errors.Is(err, ErrTorn) {
				t.Fatalf("after %d of %d bytes: %v, want ErrTorn", n, len(content), err)
			}
		}
	})
}

func TestLines_seesEveryChangedByte(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	lines := []string{`{"Id":"00O000000000001AAA"}`, `{"Id":"00O000000000002AAA"}`}
	commit(t, s, "whole", lines...)
	content, err := s.Read(t.Context(), "whole")
	if err != nil {
		t.Fatal(err)
	}
	for n := range content {
		changed := bytes.Clone(content)
		changed[n] ^= 0x10
		if err := s.Write(t.Context(), "changed", changed); err != nil {
			t.Fatal(err)
		}
		if got, err := collect(t, s, "changed"); err == nil && !cmp.Equal(got, lines) {
			t.Errorf("a change of byte %d went unseen: %q", n, got)
		} else if err != nil && !errors.Is(err, ErrTorn) {
			t.Errorf("a change of byte %d: %v, want ErrTorn", n, err)
		}
	}
}

func TestLines_refusesAWrongFooter(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	line := `{"a":1}`
	good := footer{1, digest([]string{line})}
	tests := map[string]string{
		"no footer":                    line + "\n",
		"a count that is too high":     line + "\n" + string(footer{2, good.sha256}.line()),
		"a checksum of other lines":    line + "\n" + string(footer{1, digest([]string{"{}"})}.line()),
		"a line after the footer":      line + "\n" + string(good.line()) + line + "\n",
		"no newline after the footer":  line + "\n" + strings.TrimSuffix(string(good.line()), "\n"),
		"a footer and another, longer": line + "\n" + string(good.line()) + string(good.line()),
		"nothing":                      "",
	}
	for name, content := range tests {
		t.Run(name, func(t *testing.T) {
			var packed bytes.Buffer
			z, err := borrowEncoder(&packed, plain)
			if err != nil {
				t.Fatal(err)
			}
			defer z.free()
			if _, err := z.Write([]byte(content)); err != nil {
				t.Fatal(err)
			}
			if err := z.Close(); err != nil {
				t.Fatal(err)
			}
			if err := s.Write(t.Context(), "wrong", packed.Bytes()); err != nil {
				t.Fatal(err)
			}
			if _, err := collect(t, s, "wrong"); !errors.Is(err, ErrTorn) {
				t.Errorf("got %v, want ErrTorn", err)
			}
		})
	}
}

func TestLines_stopWhereTheCallerStops(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		commit(t, s, "stream", "1", "2", "3")
		for line, err := range s.Lines(t.Context(), "stream") {
			if err != nil || string(line) != "1" {
				t.Fatalf("got %q, %v", line, err)
			}
			break
		}
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		for _, err := range s.Lines(ctx, "stream") {
			if n++; err == nil {
				cancel()
				continue
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("got %v, want the context's error", err)
			}
		}
		cancel()
		if n != 2 {
			t.Errorf("%d turns after a cancel at the first line, want 2", n)
		}
	})
}

func TestLines_sayWhenThereIsNoStream(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		if _, err := collect(t, s, "none"); !errors.Is(err, ErrNotExist) {
			t.Errorf("got %v, want ErrNotExist", err)
		}
	})
}

func TestWriter_leavesNothingUnlessCommitted(t *testing.T) {
	t.Parallel()
	onEvery(t, func(t *testing.T, s *Store) {
		w, err := s.Create(t.Context(), "aborted")
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Append([]byte("{}")); err != nil {
			t.Fatal(err)
		}
		w.Abort()
		w.Abort()
		if err := w.Append([]byte("{}")); err == nil {
			t.Error("a writer took a line after Abort")
		}
		if _, err := w.Commit(); err == nil {
			t.Error("a writer committed after Abort")
		}

		ctx, cancel := context.WithCancel(t.Context())
		w, err = s.Create(ctx, "cancelled")
		if err != nil {
			t.Fatal(err)
		}
		defer w.Abort()
		cancel()
		if _, err := w.Commit(); !errors.Is(err, context.Canceled) {
			t.Errorf("commit after a cancel: %v", err)
		}
		if got := keys(t, s, ""); len(got) != 0 {
			t.Errorf("left in the bucket: %q", got)
		}
		if path, ok := onDisk(t, s, "key"); ok {
			if left, err := os.ReadDir(filepath.Dir(path)); len(left) != 0 || err != nil {
				t.Errorf("left on the disk: %q, %v", left, err)
			}
		}
	})
}

func TestWriter_refusesWhatIsNoLine(t *testing.T) {
	t.Parallel()
	s := openStore(t, "mem://")
	w, err := s.Create(t.Context(), "stream")
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	if err := w.Append(make([]byte, MaxLine)); !errors.Is(err, ErrTooLong) {
		t.Errorf("a line of MaxLine bytes and its newline: %v, want ErrTooLong", err)
	}
	if err := w.Append(bytes.Repeat([]byte("x"), MaxLine-1)); err != nil {
		t.Errorf("the longest line: %v", err)
	}
	for _, line := range []string{"", "{}\n", "{\n}"} {
		if err := w.Append([]byte(line)); err == nil {
			t.Errorf("took %q", line)
		}
	}
	if _, err := w.Commit(); err != nil {
		t.Fatal(err)
	}
	if got, err := collect(t, s, "stream"); err != nil || len(got) != 1 || len(got[0]) != MaxLine-1 {
		t.Errorf("read back %d lines, %v", len(got), err)
	}
}

func FuzzLines_neverTakeTornForWhole(f *testing.F) {
	f.Add([]byte(`{"a":1}`), 20, byte(1))
	f.Fuzz(func(t *testing.T, line []byte, at int, flip byte) {
		if len(line) == 0 || bytes.IndexByte(line, '\n') >= 0 {
			return
		}
		s := openStore(t, "mem://")
		commit(t, s, "stream", string(line), string(line))
		content, err := s.Read(t.Context(), "stream")
		if err != nil {
			t.Fatal(err)
		}
		at = int(uint(at) % uint(len(content)))
		if flip == 0 {
			content = content[:at]
		} else {
			content[at] ^= flip
		}
		if err := s.Write(t.Context(), "stream", content); err != nil {
			t.Fatal(err)
		}
		got, err := collect(t, s, "stream")
		if err == nil && (flip == 0 || !cmp.Equal(got, []string{string(line), string(line)})) {
			t.Errorf("unseen: cut or flip %d at %d", flip, at)
		}
	})
}

func FuzzFooter(f *testing.F) {
	f.Add(string(footer{3, strings.Repeat("ab", 32)}.line()))
	f.Add(`{"count":-1,"sha256":""}`)
	f.Fuzz(func(t *testing.T, line string) {
		line = strings.TrimSuffix(line, "\n")
		if got, ok := parseFooter([]byte(line)); ok && !strings.EqualFold(string(got.line()), line+"\n") {
			t.Errorf("%q reads as %q", line, got.line())
		}
	})
}
