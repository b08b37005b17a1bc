package e2e_test

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"runtime"
	"syscall"
	"testing"
	"time"
)

// starts are programs to be started, and where to say how that went.
var starts = make(chan starting)

type starting struct {
	cmd  *exec.Cmd
	done chan<- error
}

// startAll starts programs so that none outlives this process, however that ends: what Linux watches for them is the life
// of the thread that started them, so they are all started by one that lives as long as the process.
func startAll() {
	runtime.LockOSThread()
	for s := range starts {
		if s.cmd.SysProcAttr == nil {
			s.cmd.SysProcAttr = new(syscall.SysProcAttr)
		}
		if signal := reflect.ValueOf(s.cmd.SysProcAttr).Elem().FieldByName("Pdeathsig"); signal.IsValid() { // on Linux
			signal.Set(reflect.ValueOf(syscall.SIGKILL))
		}
		s.done <- s.cmd.Start()
	}
}

// start starts a program that does not outlive this process.
func start(cmd *exec.Cmd) error {
	done := make(chan error, 1)
	starts <- starting{cmd, done}
	return <-done
}

// process is a program that runs in the background.
type process struct {
	cmd   *exec.Cmd
	ready map[string]string // the JSON line it printed
	log   string            // path of what it wrote to stderr
}

// background starts a program and waits for its JSON line on stdout.
func background(t *testing.T, environ []string, path string, args ...string) *process {
	t.Helper()
	p, stdout := launch(t, environ, path, args...)
	line, err := bufio.NewReader(stdout).ReadBytes('\n')
	if err != nil {
		t.Fatalf("%s printed no line: %v\n%s", filepath.Base(path), err, p.logged(t))
	}
	if err := json.Unmarshal(line, &p.ready); err != nil {
		t.Fatalf("%s printed %q: %v", filepath.Base(path), line, err)
	}
	return p
}

// launch starts a program that runs until the test ends, and gives what it prints.
func launch(t *testing.T, environ []string, path string, args ...string) (*process, io.Reader) {
	t.Helper()
	stderr, err := os.CreateTemp(t.TempDir(), filepath.Base(path)+"-*.log")
	if err != nil {
		t.Fatal(err)
	}
	p := &process{cmd: exec.Command(path, args...), log: stderr.Name()}
	p.cmd.Env = append(os.Environ(), environ...)
	p.cmd.Stderr = stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := start(p.cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		p.kill(t)
		_ = stderr.Close()
	})
	return p, stdout
}

// logged is what the process has written to stderr so far.
func (p *process) logged(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(p.log)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// kill ends the process as a power cut would.
func (p *process) kill(t *testing.T) {
	t.Helper()
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
}

// code waits until the process ends by itself and says how.
func (p *process) code(t *testing.T) int {
	t.Helper()
	overdue := time.AfterFunc(longest, func() { _ = p.cmd.Process.Kill() })
	defer overdue.Stop()
	_ = p.cmd.Wait()
	return p.cmd.ProcessState.ExitCode()
}

// longestStop is how long a process may take to stop before it is killed.
const longestStop = 30 * time.Second

// terminate asks the process to stop and says how long it took.
func (p *process) terminate(t *testing.T) time.Duration {
	t.Helper()
	begin := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	overdue := time.AfterFunc(longestStop, func() { _ = p.cmd.Process.Kill() })
	_ = p.cmd.Wait()
	if !overdue.Stop() {
		t.Errorf("%s was killed, because it did not stop within %s:\n%s", filepath.Base(p.cmd.Path), longestStop, p.logged(t))
	}
	return time.Since(begin)
}
