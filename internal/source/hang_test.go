//go:build unix

package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/hang"
)

// pipe is a secret whose file is a pipe into which nobody writes.
func pipe(t *testing.T) (secret Secret, path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "token")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	secret, err := References{}.Parse("file:" + path)
	if err != nil {
		t.Fatal(err)
	}
	return secret, path
}

// TestResolve_endsWhereTheFileHangs has a file whose opening does not return, as on a mount that is dead. It is opened once, however often
// the secret is asked for, and the secret is there as soon as the file answers.
func TestResolve_endsWhereTheFileHangs(t *testing.T) {
	t.Parallel()
	secret, path := pipe(t)
	ctx, cancel := context.WithTimeout(t.Context(), 1100*time.Millisecond)
	defer cancel()
	_, err := secret.Resolve(ctx)
	want := "the secret file " + path + " gave no answer within 1 s, so the disk or the mount hangs, or it is a pipe into which nobody writes: "
	if !fault.Is(err, fault.Transient) || !strings.HasPrefix(fault.Sentence(err), want) {
		t.Fatalf("got %v, want %s", err, want)
	}
	if _, err := secret.Resolve(t.Context()); !errors.As(err, new(*hang.Error)) {
		t.Errorf("asked again: got %v", err)
	}
	writing, err := os.OpenFile(path, os.O_WRONLY, 0) // who hangs takes this end
	if err != nil {
		t.Fatal(err)
	}
	if err := writing.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(hidden), 0o600); err != nil {
		t.Fatal(err)
	}
	for { // until who hung has ended
		got, err := secret.Resolve(t.Context())
		if err == nil && got == hidden {
			return
		}
		if !errors.As(err, new(*hang.Error)) {
			t.Fatalf("of a plain file: %v", err)
		}
	}
}

// TestUnanswered_isOneSentence however long a file hangs: who looks each minute logs it once.
func TestUnanswered_isOneSentence(t *testing.T) {
	t.Parallel()
	first := fault.Sentence(unanswered("/run/token", &hang.Error{After: readWithin}))
	for _, later := range []time.Duration{6 * time.Second, 386 * time.Second} {
		if got := fault.Sentence(unanswered("/run/token", &hang.Error{After: later})); got != first || !strings.Contains(got, "within 5 s") {
			t.Errorf("after %s: %q, and at first %q", later, got, first)
		}
	}
}

// TestResolve_ofAPipe reads what a shell's <(...) gives, and what a program writes into a pipe that has a name.
func TestResolve_ofAPipe(t *testing.T) {
	t.Parallel()
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = read.Close() }()
	substituted, err := References{}.Parse(fmt.Sprintf("file:/dev/fd/%d", read.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	named, path := pipe(t)
	var writing sync.WaitGroup
	writing.Go(func() {
		if _, err := write.WriteString(hidden + "\n"); err != nil {
			t.Error(err)
		}
		if err := write.Close(); err != nil {
			t.Error(err)
		}
	})
	writing.Go(func() {
		if err := os.WriteFile(path, []byte(hidden+"\n"), 0o600); err != nil { // it waits for a reader
			t.Error(err)
		}
	})
	wantValue(t, substituted, hidden)
	wantValue(t, named, hidden)
	writing.Wait()
}
