package cli

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"

	"longhaul/internal/host"
)

// workerSettings writes the settings file of a worker with a bucket.
func workerSettings(t *testing.T, storage string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "longhaul.yaml")
	content := "storage: " + storage + `
sources:
  acme:
    salesforce: {base_url: "http://127.0.0.1:1", client_id: id, client_secret: env:ACME_SECRET}
`
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// lockedBuffer is written by the command and read by the test.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// TestWorker_saysThatItsBucketCannotBeUsed starts a worker on a bucket of another program, and stops the worker.
func TestWorker_saysThatItsBucketCannotBeUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "longhaul.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	app, _ := newTestApp(t, "longhaul", "worker", "--config", workerSettings(t, "file://"+dir))
	stderr := &lockedBuffer{}
	app.Stderr, app.Environ, app.Dial = stderr, append(os.Environ(), "ACME_SECRET=x"), (&fakeTemporal{}).dial
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan int, 1)
	go func() { ended <- Main(ctx, app) }()
	deadline := time.After(time.Minute)
	for !strings.Contains(stderr.String(), "the bucket cannot be used") {
		select {
		case code := <-ended:
			t.Fatalf("it ended with %d: %s", code, stderr)
		case <-deadline:
			t.Fatalf("it says nothing of its bucket: %s", stderr)
		case <-time.After(10 * time.Millisecond):
		}
	}
	stop()
	if code := <-ended; code != exitDone || !strings.Contains(stderr.String(), "holds no id") {
		t.Errorf("it ended with %d: %s", code, stderr)
	}
}

// TestWorker_saysThatItsBucketEndsWithIt starts a worker on a bucket in memory, without a Temporal.
func TestWorker_saysThatItsBucketEndsWithIt(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul", "worker", "--config", workerSettings(t, "mem://"))
	app.Environ = append(os.Environ(), "ACME_SECRET=x")
	app.Dial = func(context.Context, host.DialOptions) (client.Client, error) { return nil, errors.New("no Temporal") }
	Main(t.Context(), app)
	said := out.stderr.String()
	if !strings.Contains(said, `"level":"warn"`) || !strings.Contains(said, "kept in memory") || strings.Contains(said, "Warning:") {
		t.Errorf("it says nothing: %s", &out.stderr)
	}
}

func TestWorker_isTheProgram(t *testing.T) {
	t.Parallel()
	app, out := newTestApp(t, "longhaul-worker", "--config", filepath.Join(t.TempDir(), "none.yaml"))
	app.Verbs, app.Itself = []Verb{Worker}, Worker
	code := Main(t.Context(), app)
	if code != exitUsage || !strings.Contains(out.stderr.String(), "none.yaml cannot be read") {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
}
