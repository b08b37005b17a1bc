package e2e_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// stranger is a user who has the programs, an empty folder and nothing else: no rights of root, nothing in the environment.
type stranger struct {
	dir     string // where commands are typed
	environ []string
	asRoot  bool // the tests run as root, so the user has to be another
}

// nobody is the user, and the group, that systems keep for what may do nothing.
const nobody = 65534

func newStranger(t *testing.T, programs ...string) *stranger {
	t.Helper()
	base := t.TempDir()
	s := &stranger{dir: filepath.Join(base, "empty"), asRoot: os.Geteuid() == 0}
	home := filepath.Join(base, "home")
	for _, dir := range []string{filepath.Dir(base), base, builtDir} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{s.dir, home} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		if s.asRoot {
			if err := os.Chown(dir, nobody, nobody); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, name := range programs {
		if err := os.Chmod(program(t, name), 0o755); err != nil { // whatever the umask
			t.Fatal(err)
		}
	}
	s.environ = []string{"HOME=" + home, "PATH=" + builtDir + string(filepath.ListSeparator) + os.Getenv("PATH")}
	return s
}

// command is a line of a page, as the stranger types it into a shell.
func (s *stranger) command(ctx context.Context, t *testing.T, line string, more ...string) *exec.Cmd {
	t.Helper()
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	cmd.Dir, cmd.Env = s.dir, append(s.environ[:len(s.environ):len(s.environ)], more...)
	if !s.asRoot {
		return cmd
	}
	cmd.SysProcAttr = new(syscall.SysProcAttr)
	as := reflect.ValueOf(cmd.SysProcAttr).Elem().FieldByName("Credential") // not on Windows, which has no root either
	if !as.IsValid() {
		t.Fatal("this system cannot run a program as another user")
	}
	credential := reflect.New(as.Type().Elem())
	credential.Elem().FieldByName("Uid").SetUint(nobody)
	credential.Elem().FieldByName("Gid").SetUint(nobody)
	as.Set(credential)
	return cmd
}

// types runs a line to its end.
func (s *stranger) types(t *testing.T, line string, more ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	got, err := toItsEnd(s.command(ctx, t, line, more...))
	if err != nil {
		t.Fatalf("%s: %v", line, err)
	}
	return got
}

// goingOn is a line that runs until it is stopped.
type goingOn struct {
	cmd  *exec.Cmd
	said *said
	over chan struct{}
}

// said is what a process has written so far.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

var _ io.Writer = (*said)(nil)

// leaves begins a line that does not end by itself, and waits until it has said a word.
func (s *stranger) leaves(t *testing.T, line, until string, more ...string) *goingOn {
	t.Helper()
	g := &goingOn{cmd: s.command(t.Context(), t, "exec "+line, more...), said: new(said), over: make(chan struct{})}
	g.cmd.Stdout, g.cmd.Stderr = g.said, g.said
	if err := start(g.cmd); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = g.cmd.Wait()
		close(g.over)
	}()
	t.Cleanup(func() {
		_ = g.cmd.Process.Kill()
		<-g.over
	})
	eventually(t, longest, func() bool {
		select {
		case <-g.over:
			t.Fatalf("%s ended with %d:\n%s", line, g.cmd.ProcessState.ExitCode(), g.said)
		default:
		}
		return strings.Contains(g.said.String(), until)
	})
	return g
}

// ends sends it signals that end it, and gives its exit code, -1 where a signal ended it.
func (g *goingOn) ends(t *testing.T, signals ...os.Signal) int {
	t.Helper()
	return g.endsWithin(t, longestStop, signals...)
}

// endsWithin is ends for a program that may go on for some time.
func (g *goingOn) endsWithin(t *testing.T, most time.Duration, signals ...os.Signal) int {
	t.Helper()
	for _, signal := range signals {
		if err := g.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Fatal(err)
		}
	}
	select {
	case <-g.over:
	case <-time.After(most):
		t.Fatalf("it did not end within %s:\n%s", most, g.said)
	}
	return g.cmd.ProcessState.ExitCode()
}
