package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/node"
	"longhaul/internal/staging"
	"longhaul/workflows"
)

func newStore(t *testing.T, dir string) *staging.Store {
	t.Helper()
	store, err := staging.Open(t.Context(), "file://"+filepath.ToSlash(dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return store
}

// put writes what a sync leaves in the bucket.
func put(t *testing.T, store *staging.Store, key string, content any) {
	t.Helper()
	if err := store.WriteJSON(t.Context(), key, content); err != nil {
		t.Fatal(err)
	}
}

// serving is a serve with a real data directory and bucket, on a fake Temporal.
type serving struct {
	file, data, bucket string
	temporal           *fakeTemporal
}

func newServing(t *testing.T) *serving {
	t.Helper()
	dir := t.TempDir()
	s := &serving{
		file: filepath.Join(dir, "longhaul.yaml"), data: filepath.Join(dir, "data"), bucket: filepath.Join(dir, "bucket"),
		temporal: &fakeTemporal{},
	}
	text := smallest + strings.ReplaceAll(strings.TrimPrefix(smallest, "data_dir: ./data\nsources:\n"), "acme:", "beta:")
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// serve runs until it says that it is ready, and gives what it wrote before. broken says that the database cannot be read.
func (s *serving) serve(t *testing.T, broken bool) string {
	t.Helper()
	app, out := newTestApp(t, "longhaul", "serve", "--config", s.file)
	database := filepath.Join(s.data, node.DatabaseFile)
	store := newStore(t, s.bucket)
	ctx, cancel := context.WithCancel(t.Context())
	app.Stdout = atOnce{app.Stdout, cancel, ""}
	app.startNode = func(_ context.Context, o node.Options) (*node.Node, error) {
		if broken {
			broken = false
			if err := os.WriteFile(database, []byte("rubbish"), 0o600); err != nil {
				t.Fatal(err)
			}
			return nil, fmt.Errorf("start: %w", node.ErrDatabase)
		}
		return &node.Node{Client: s.temporal, Store: store, Address: "127.0.0.1:7233", UI: "http://127.0.0.1:8233", Sources: all(o)}, nil
	}
	if code := Main(ctx, app); code != 0 {
		t.Fatalf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	for line := range strings.Lines(out.stderr.String()) {
		if !json.Valid([]byte(line)) {
			t.Errorf("a line of the log is not JSON: %s", line)
		}
	}
	return out.stderr.String()
}

func TestServe_goesOnFromTheBucketWhenItsDatabaseCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newServing(t)
	open := staging.Sync{Source: "acme", ID: "20261122T000000Z-bb"}
	put(t, newStore(t, s.bucket), open.Start(), history.Start{Deliver: true, Started: time.Now()})

	if said := s.serve(t, false); strings.Contains(said, "is resumed") || len(s.temporal.started) > 0 {
		t.Errorf("with a whole database %d syncs were started:\n%s", len(s.temporal.started), said)
	}
	said := s.serve(t, true)
	for _, part := range []string{
		"Temporal's database could not be read and was moved to " + filepath.Join(s.data, node.DatabaseFile) + ".unreadable-",
		"; what was read from Salesforce is kept in the bucket.\"}\n", "Schedules were in that database: those of sources come back within a minute, as they were; create others again.\"}\n",
		"source acme: its unfinished sync is resumed\"}\n",
	} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is missing in:\n%s", part, said)
		}
	}
	if diff := cmp.Diff([]workflows.Input{{Source: "acme"}}, s.temporal.started, cmp.AllowUnexported(workflows.Input{})); diff != "" {
		t.Error(diff)
	}
	s.temporal.started = nil
	if said := s.serve(t, false); strings.Contains(said, "is resumed") || len(s.temporal.started) > 0 {
		t.Errorf("the next start resumed once more:\n%s", said)
	}
}

func TestServe_resumesAtTheNextStartWhatThisOneCouldNot(t *testing.T) {
	t.Parallel()
	s := newServing(t)
	open := staging.Sync{Source: "beta", ID: "20261122T000000Z-bb"}
	put(t, newStore(t, s.bucket), open.Start(), history.Start{Deliver: true, Started: time.Now()})
	inTheWay := filepath.Join(s.bucket, staging.SyncsPrefix("acme"))
	if err := os.MkdirAll(filepath.Dir(inTheWay), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	said := s.serve(t, true)
	for _, part := range []string{`"level":"warn","time":"`, `"message":"source acme: its unfinished sync could not be looked for or started (`, "source beta: its unfinished sync is resumed\"}\n"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is missing in:\n%s", part, said)
		}
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	put(t, newStore(t, s.bucket), staging.Sync{Source: "acme", ID: open.ID}.Start(), history.Start{Deliver: true, Started: time.Now()})
	if said := s.serve(t, false); !strings.Contains(said, "source acme: its unfinished sync is resumed\"}\n") {
		t.Errorf("the next start said:\n%s", said)
	}
	if _, err := os.Stat(filepath.Join(s.data, "resume")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still to be resumed: %v", err)
	}
}
