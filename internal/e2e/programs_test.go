package e2e_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
)

// The programs, as `make build` makes them.
const (
	longhaul = "longhaul"
	starter  = "longhaul-starter"
	workerOf = "longhaul-worker"
)

// What stands beside them in a measurement.
const (
	simulator = "simulator"
	plainsync = "plainsync"
)

var folders = map[string]string{
	longhaul: "standalone", starter: "starter", workerOf: "worker",
	simulator: "internal/simulator", plainsync: "internal/e2e/plainsync",
}

var (
	builtDir string
	builds   = map[string]*sync.Once{}
	buildsMu sync.Mutex
)

// testsAtOnce is how many of the parallel tests run at one time unless -parallel says otherwise: they wait more than they reckon.
const testsAtOnce = "4"

func TestMain(m *testing.M) {
	flag.Parse()
	asked := false
	flag.Visit(func(f *flag.Flag) { asked = asked || f.Name == "test.parallel" })
	var err error
	if !asked {
		err = flag.Set("test.parallel", testsAtOnce)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if builtDir, err = os.MkdirTemp("", "longhaul-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(builtDir)
	os.Exit(code)
}

// program builds one of the programs once for all tests and gives its path.
func program(t *testing.T, name string, flags ...string) string {
	t.Helper()
	path := filepath.Join(builtDir, strings.Join(append([]string{name}, flags...), ""))
	buildsMu.Lock()
	once := builds[path]
	if once == nil {
		once = new(sync.Once)
		builds[path] = once
	}
	buildsMu.Unlock()
	once.Do(func() {
		args := append([]string{"build", "-o", path}, flags...)
		cmd := exec.CommandContext(t.Context(), "go", append(args, "longhaul/"+folders[name])...)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("go build %s: %v\n%s", name, err, out)
		}
	})
	return path
}

// ended is how a program ended.
type ended struct {
	code           int
	stdout, stderr string
}

// longest is how long a program may take that should end by itself.
const longest = 3 * time.Minute

// run runs a program to its end.
func run(t *testing.T, environ []string, path string, args ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	defer cancel()
	got, err := started(ctx, environ, path, args...)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// started is run for a goroutine that is not the test's own.
func started(ctx context.Context, environ []string, path string, args ...string) (ended, error) {
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), environ...)
	cmd.WaitDelay = time.Second
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return ended{}, err
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}, nil
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
	if err := p.cmd.Start(); err != nil {
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

// terminate asks the process to stop and says how long it took.
func (p *process) terminate(t *testing.T) time.Duration {
	t.Helper()
	begin := time.Now()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = p.cmd.Wait()
	return time.Since(begin)
}

// simulate starts a simulator in this process, so that it outlives the programs under test.
func simulate(t *testing.T, options server.Options) *server.Server {
	t.Helper()
	sim, err := server.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closed(t, sim.Close()) })
	return sim
}

// settingsFile writes a settings file for source acme and gives its path and the environment it refers to.
func settingsFile(t *testing.T, dir string, sim *server.Server, more string) (path string, environ []string) {
	t.Helper()
	return settingsFor(t, dir, sim.Ready(), more)
}

// settingsFor is settingsFile for a simulator that is a process of its own.
func settingsFor(t *testing.T, dir string, ready server.Ready, more string) (path string, environ []string) {
	t.Helper()
	text, environ := sourceText("acme", ready, more)
	return writeSettings(t, dir, text), environ
}

// sourceText is the part of a settings file about one source, and the environment it refers to.
func sourceText(name string, ready server.Ready, more string) (text string, environ []string) {
	prefix := strings.ToUpper(strings.ReplaceAll(name, "-", "_"))
	text = fmt.Sprintf(`  %s:
    salesforce:
      base_url: %s
      client_id: %s
      client_secret: env:%s_CLIENT_SECRET
    catalog:
      url: %s
      source_id: %s
      token: env:%s_CATALOG_TOKEN
%s`, name, ready.Salesforce, ready.ClientID, prefix, ready.Catalog, ready.SourceID, prefix, more)
	return text, []string{prefix + "_CLIENT_SECRET=" + ready.ClientSecret, prefix + "_CATALOG_TOKEN=" + ready.CatalogToken}
}

// writeSettings writes a settings file for sources that share a data folder below dir.
func writeSettings(t *testing.T, dir, sources string) (path string) {
	t.Helper()
	path = filepath.Join(dir, "longhaul.yaml")
	text := "data_dir: " + filepath.Join(dir, "data") + "\nsources:\n" + sources
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func temporalAt(p *process) string { return "TEMPORAL_ADDRESS=" + p.ready["temporal"] }
