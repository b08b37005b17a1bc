package cli

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/node"
)

var errDiskFull = fault.Invalidf("Temporal's database /data/temporal.db cannot be used: the disk that holds /data is full; make room on it")

// troubleAgain is a stderr during whose first write another goroutine of the server reports the same disk.
type troubleAgain struct {
	io.Writer
	trouble func(error)
	told    bool
}

func (w *troubleAgain) Write(p []byte) (int, error) {
	if !w.told {
		w.told = true
		w.trouble(errDiskFull)
	}
	return w.Writer.Write(p)
}

func TestTemporal_saysOnceThatItsDiskIsFull(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "temporal")
	again := &troubleAgain{Writer: app.Stderr}
	app.Stderr = again
	ctx, cancel := context.WithCancel(t.Context())
	app.StartTemporal = func(_ context.Context, o node.TemporalOptions) (node.Temporal, error) {
		again.trouble = o.Trouble
		o.Trouble(errDiskFull)
		cancel()
		return fakeServer{}, nil
	}
	code, said := Main(ctx, app), out.stderr.String()
	if code != 0 || strings.Count(said, errDiskFull.Message) != 1 || !strings.HasPrefix(said, "longhaul: Temporal's database") {
		t.Errorf("code %d, stderr:\n%s", code, said)
	}
}

func TestTemporal_movesAnUnreadableDatabaseAside(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	database := filepath.Join(dir, node.DatabaseFile)
	if err := os.WriteFile(database, []byte("rubbish"), 0o600); err != nil {
		t.Fatal(err)
	}
	app, out := newTestApp(t, "longhaul", "temporal", "--data", dir)
	ctx, cancel := context.WithCancel(t.Context())
	app.Stdout = atOnce{app.Stdout, cancel, ""}
	app.StartTemporal = func(_ context.Context, o node.TemporalOptions) (node.Temporal, error) {
		if _, err := os.Stat(o.Database); err == nil {
			return nil, node.ErrDatabase
		}
		return fakeServer{}, nil
	}
	code := Main(ctx, app)
	kept, err := filepath.Glob(database + ".unreadable-*")
	if code != 0 || err != nil || len(kept) != 1 {
		t.Errorf("code %d, kept %v, %v", code, kept, err)
	}
	for _, part := range []string{"was moved to " + database + ".unreadable-", "Schedules were in that database", "resume from the bucket"} {
		if !strings.Contains(out.stderr.String(), part) {
			t.Errorf("%q is missing in:\n%s", part, out.stderr.String())
		}
	}
}

func TestTemporal_ready(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "temporal", "--data", filepath.Join(t.TempDir(), "data"))
	app.StartTemporal = startFake
	ctx, cancel := context.WithCancel(t.Context())
	app.Stdout = atOnce{app.Stdout, cancel, ""} // it says there that it is up
	if code := Main(ctx, app); code != 0 || out.stdout.String() != "Ready. Temporal: 127.0.0.1:7233  UI: http://127.0.0.1:8233\n" {
		t.Errorf("code %d, stdout %s stderr %s", code, out.stdout.String(), out.stderr.String())
	}
}
