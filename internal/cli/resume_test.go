package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
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

func TestUnfinished(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	const older, newer = "20261120T000000Z-aa", "20261122T000000Z-bb"
	at := func(id string) staging.Sync { return staging.Sync{Source: "acme", ID: id} }
	begun := func(id string, age time.Duration) map[string]any {
		return map[string]any{at(id).State(): history.Opened{Started: now.Add(-age)}}
	}
	with := func(objects map[string]any, key string, content any) map[string]any {
		objects[key] = content
		return objects
	}
	for _, row := range []struct {
		name    string
		objects map[string]any
		want    bool
	}{
		{"an empty bucket", nil, false},
		{"one that was begun", begun(newer, time.Hour), true},
		{"one of another source", map[string]any{
			staging.Sync{Source: "beta", ID: newer}.State(): history.Opened{Started: now},
		}, false},
		{"one that was recorded", with(begun(newer, time.Hour), staging.RecordKey("acme", newer), history.Record{}), false},
		{"one before another that was recorded", with(begun(older, time.Hour), staging.RecordKey("acme", newer), history.Record{}), false},
		{"one after another that was recorded", with(begun(newer, time.Hour), staging.RecordKey("acme", older), history.Record{}), true},
		{"one that was cancelled", with(begun(newer, time.Hour), at(newer).Ended(), struct{}{}), false},
		{"one that was begun 31 days ago", begun(newer, 31*24*time.Hour), false},
		{"one that was begun 29 days ago", begun(newer, 29*24*time.Hour), true},
		{"one that did not know yet as whom it reads", map[string]any{at(newer).Prefix() + "inventory/users.json": struct{}{}}, false},
		{"one whose state is none", map[string]any{at(newer).State(): "torn"}, false},
		{
			"a terminated one before another that was cancelled",
			with(with(begun(older, time.Hour), at(newer).State(), history.Opened{Started: now}), at(newer).Ended(), struct{}{}),
			false,
		},
		{"a terminated one before another whose login failed", with(begun(older, time.Hour), at(newer).Ended(), struct{}{}), false},
		{"one before another whose state is none", with(begun(older, time.Hour), at(newer).State(), "torn"), true},
	} {
		store := newStore(t, t.TempDir())
		for key, content := range row.objects {
			put(t, store, key, content)
		}
		if got, err := unfinished(t.Context(), store, "acme", now.Add(-resumable)); err != nil || (got != nil) != row.want {
			t.Errorf("%s: got %+v, %v", row.name, got, err)
		}
	}
}

// station is a serve with a real data directory and bucket, on a Temporal that is none.
type station struct {
	file, data, bucket string
	temporal           *fakeTemporal
}

func newStation(t *testing.T) *station {
	t.Helper()
	dir := t.TempDir()
	s := &station{
		file: filepath.Join(dir, "longhaul.yaml"), data: filepath.Join(dir, "data"), bucket: filepath.Join(dir, "bucket"),
		temporal: &fakeTemporal{},
	}
	text := smallest + strings.ReplaceAll(strings.TrimPrefix(smallest, "data_dir: ./data\nsources:\n"), "acme:", "beta:")
	if err := os.WriteFile(s.file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s
}

// atOnce does something at the first write.
type atOnce struct {
	io.Writer
	do func()
}

func (w atOnce) Write(p []byte) (int, error) {
	w.do()
	return w.Writer.Write(p)
}

// serve runs until it says that it is ready, and gives what it said before. broken is whether the database cannot be read.
func (s *station) serve(t *testing.T, broken bool) string {
	t.Helper()
	app, out := newTestApp(t, "longhaul", "serve", "--config", s.file)
	database := filepath.Join(s.data, databaseFile)
	store := newStore(t, s.bucket)
	ctx, cancel := context.WithCancel(t.Context())
	app.Stdout = atOnce{app.Stdout, cancel}
	app.openPlant = func(context.Context, *App, plantOptions) (*plant, error) {
		if broken {
			broken = false
			if err := os.WriteFile(database, []byte("rubbish"), 0o600); err != nil {
				t.Fatal(err)
			}
			return nil, fmt.Errorf("start: %w", ErrDatabase)
		}
		return &plant{client: s.temporal, store: store, address: "127.0.0.1:7233", ui: "http://127.0.0.1:8233"}, nil
	}
	if code := Main(ctx, app); code != 0 {
		t.Fatalf("code %d, stderr:\n%s", code, out.stderr.String())
	}
	return out.stderr.String()
}

func TestServe_goesOnFromTheBucketWhenItsDatabaseCannotBeRead(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	open := staging.Sync{Source: "acme", ID: "20261122T000000Z-bb"}
	put(t, newStore(t, s.bucket), open.State(), history.Opened{Started: time.Now()})

	if said := s.serve(t, false); strings.Contains(said, "goes on") || len(s.temporal.started) > 0 {
		t.Errorf("with a whole database %d syncs were started:\n%s", len(s.temporal.started), said)
	}
	said := s.serve(t, true)
	for _, part := range []string{
		"Temporal's database could not be read and was moved to " + filepath.Join(s.data, databaseFile) + ".unreadable-",
		"; what was read from Salesforce is kept in the bucket.\n", "Schedules were in that database: create them again.\n",
		"source acme: its unfinished sync goes on\n",
	} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is missing in:\n%s", part, said)
		}
	}
	if diff := cmp.Diff([]workflows.Input{{Source: "acme"}}, s.temporal.started, cmp.AllowUnexported(workflows.Input{})); diff != "" {
		t.Error(diff)
	}
	s.temporal.started = nil
	if said := s.serve(t, false); strings.Contains(said, "goes on") || len(s.temporal.started) > 0 {
		t.Errorf("the next start resumed once more:\n%s", said)
	}
}

func TestServe_resumesAtTheNextStartWhatThisOneCouldNot(t *testing.T) {
	t.Parallel()
	s := newStation(t)
	open := staging.Sync{Source: "beta", ID: "20261122T000000Z-bb"}
	put(t, newStore(t, s.bucket), open.State(), history.Opened{Started: time.Now()})
	inTheWay := filepath.Join(s.bucket, staging.SyncsPrefix("acme"))
	if err := os.MkdirAll(filepath.Dir(inTheWay), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(inTheWay, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	said := s.serve(t, true)
	for _, part := range []string{"Warning: source acme: its unfinished sync could not be looked for or started (", "source beta: its unfinished sync goes on\n"} {
		if !strings.Contains(said, part) {
			t.Errorf("%q is missing in:\n%s", part, said)
		}
	}
	if err := os.Remove(inTheWay); err != nil {
		t.Fatal(err)
	}
	put(t, newStore(t, s.bucket), staging.Sync{Source: "acme", ID: open.ID}.State(), history.Opened{Started: time.Now()})
	if said := s.serve(t, false); !strings.Contains(said, "source acme: its unfinished sync goes on\n") {
		t.Errorf("the next start said:\n%s", said)
	}
	if _, err := os.Stat(filepath.Join(s.data, resumeFile)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("it is still to be resumed: %v", err)
	}
}

func TestTemporal_movesAnUnreadableDatabaseAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database := filepath.Join(dir, databaseFile)
	if err := os.WriteFile(database, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	app, out := newTestApp(t, "longhaul", "temporal", "--data", dir)
	ctx, cancel := context.WithCancel(t.Context())
	app.Stdout = atOnce{app.Stdout, cancel}
	app.StartTemporal = func(_ context.Context, o TemporalOptions) (Temporal, error) {
		if _, err := os.Stat(o.Database); err == nil {
			return nil, ErrDatabase
		}
		return fakeServer{}, nil
	}
	code := Main(ctx, app)
	kept, err := filepath.Glob(database + ".unreadable-*")
	if code != 0 || err != nil || len(kept) != 1 {
		t.Errorf("code %d, kept %v, %v", code, kept, err)
	}
	for _, part := range []string{"was moved to " + database + ".unreadable-", "Schedules were in that database", "go on from the bucket"} {
		if !strings.Contains(out.stderr.String(), part) {
			t.Errorf("%q is missing in:\n%s", part, out.stderr.String())
		}
	}
}

func TestOnDatabase_leavesTheFileAloneWhereMovingDoesNotHelp(t *testing.T) {
	t.Parallel()
	database := filepath.Join(t.TempDir(), databaseFile)
	if err := os.WriteFile(database, []byte("held by another"), 0o600); err != nil {
		t.Fatal(err)
	}
	app, out := newTestApp(t, "longhaul")
	held := errors.New("another process holds it")
	_, moved, err := onDatabase(newConsole(&app), database, nil, func() (Temporal, error) { return nil, held })
	if _, there := os.Stat(database); !errors.Is(err, held) || moved || there != nil || out.stderr.Len() > 0 {
		t.Errorf("got %v, moved %t, %v, stderr:\n%s", err, moved, there, out.stderr.String())
	}
}
