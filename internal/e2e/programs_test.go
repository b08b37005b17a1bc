package e2e_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
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
const testsAtOnce = "6"

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
	go startAll()
	slack.stand()
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
	cmd.WaitDelay = longestStop // for what the program has printed, on a busy machine
	return toItsEnd(cmd)
}

// toItsEnd starts a command and waits for it. However it ends is no error.
func toItsEnd(cmd *exec.Cmd) (ended, error) {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := start(cmd)
	if err == nil {
		err = cmd.Wait()
	}
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		return ended{}, err
	}
	return ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}, nil
}

// aside runs a program to its end beside the test, which learns from the channel how it ended: by -1 where it could not run.
func aside(t *testing.T, environ []string, path string, args ...string) <-chan ended {
	t.Helper()
	over := make(chan ended, 1)
	ctx, cancel := context.WithTimeout(t.Context(), longest)
	t.Cleanup(cancel)
	go func() {
		got, err := started(ctx, environ, path, args...)
		if err != nil {
			got = ended{code: -1, stderr: err.Error()}
		}
		over <- got
	}()
	return over
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
