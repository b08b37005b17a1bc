package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/api/serviceerror"

	"longhaul/internal/node"
)

// lostNamespace is the last line of a process whose worker Temporal refuses.
const lostNamespace = "the worker has stopped, for Temporal gives it no work any more: Temporal has no namespace of that name: " +
	"set TEMPORAL_NAMESPACE to one that it has, or create it"

func TestNodes_endWhenTheirWorkerIsLost(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "longhaul.yaml")
	if err := os.WriteFile(file, []byte(smallest), 0o600); err != nil {
		t.Fatal(err)
	}
	extract, secret := castorLine(filepath.Join(t.TempDir(), "out"))
	for _, row := range []struct {
		name string
		args []string
		f    fakeTemporal
	}{
		{"serve", []string{"longhaul", "serve", "--config", file}, fakeTemporal{}},
		{"an extract", extract, fakeTemporal{hang: true}},
		{"a demo that syncs", []string{"longhaul", "demo", "--exit"}, fakeTemporal{hang: true}},
		{"a demo that stays up", []string{"longhaul", "demo"}, fakeTemporal{result: demoResult()}},
	} {
		app, out := newTestApp(t, row.args...)
		app.Environ = secret
		app.StartSimulator = func(SimulatorOptions) (Simulator, error) { return fakeSimulator{demoResult().Files["castor"]}, nil }
		p := &node.Node{Client: &row.f, Fatal: node.NewFatal()}
		app.startNode = func(_ context.Context, o node.Options) (*node.Node, error) {
			p.Sources = all(o)
			return p, nil
		}
		tell := sync.OnceFunc(func() { p.Fatal.WorkerStopped(serviceerror.NewNamespaceNotFound("default")) })
		if row.f.hang {
			tell()
		} else {
			app.Stdout = atOnce{app.Stdout, tell, ""} // it says there that it is up
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		ends := lostNamespace + "\n"
		if row.name == "serve" { // it logs in JSON
			ends = `"message":"` + lostNamespace + `","class":"transient","system":"temporal","exit_code":7}` + "\n"
		}
		if code := Main(ctx, app); code != exitUnreachable || !strings.HasSuffix(out.stderr.String(), ends) {
			t.Errorf("%s: code %d, stderr:\n%s", row.name, code, out.stderr.String())
		}
	}
}

// atOnce calls do at each write that holds a word, or at all where there is none.
type atOnce struct {
	io.Writer
	do   func()
	word string
}

func (w atOnce) Write(p []byte) (int, error) {
	if strings.Contains(string(p), w.word) {
		w.do()
	}
	return w.Writer.Write(p)
}

// fakeServer has the addresses of an embedded Temporal and runs nothing.
type fakeServer struct{}

func (fakeServer) HostPort() string { return "127.0.0.1:7233" }

func (fakeServer) UIURL() string { return "http://127.0.0.1:8233" }

func (fakeServer) Stop() error { return nil }

func startFake(context.Context, node.TemporalOptions) (node.Temporal, error) {
	return fakeServer{}, nil
}

// withNode gives the app a node on a fake Temporal, and remembers what it was asked to run.
func withNode(app *App, f *fakeTemporal) *[]node.Options {
	var asked []node.Options
	app.startNode = func(ctx context.Context, o node.Options) (*node.Node, error) {
		asked = append(asked, o)
		if o.Prepare != nil {
			if err := o.Prepare(ctx, f); err != nil {
				return nil, err
			}
		}
		return &node.Node{Client: f, Address: "127.0.0.1:7233", UI: "http://127.0.0.1:8233", Sources: all(o)}, nil
	}
	return &asked
}

// all says of each source in the settings that it is served.
func all(o node.Options) func() (served, left []string) {
	return func() (served, left []string) { return o.Settings.Sources.Names(), nil }
}

func TestStartNode_movesAnUnreadableDatabaseAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database := filepath.Join(dir, node.DatabaseFile)
	for _, name := range []string{database, database + "-wal"} {
		if err := os.WriteFile(name, []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	app, out := newTestApp(t, "longhaul")
	app.startNode = func(context.Context, node.Options) (*node.Node, error) {
		if _, err := os.Stat(database); err == nil {
			return nil, fmt.Errorf("start: %w", node.ErrDatabase)
		}
		return &node.Node{}, nil
	}
	p, err := program{&app, newConsole(&app)}.startNode(t.Context(), node.Options{Temporal: node.TemporalOptions{Database: database}}, nil)
	if p == nil || err != nil {
		t.Fatalf("got %v, %v", p, err)
	}
	kept, err := filepath.Glob(database + ".unreadable-*")
	if err != nil || len(kept) != 2 {
		t.Errorf("kept %v, %v", kept, err)
	}
	if !strings.Contains(out.stderr.String(), "Temporal's database could not be read and was moved to "+database+".unreadable-") {
		t.Errorf("stderr:\n%s", out.stderr.String())
	}
}

// smallest is a settings file with one source.
const smallest = `data_dir: ./data
sources:
  acme:
    salesforce:
      base_url: acme.my.salesforce.com
      client_id: 3MVG9
      client_secret: env:ACME_CLIENT_SECRET
`
