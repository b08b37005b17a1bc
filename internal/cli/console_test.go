package cli

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/client"

	"longhaul/internal/fault"
	"longhaul/internal/host"
	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

func panicking(context.Context, host.DialOptions) (client.Client, error) { panic("a bug") }

func TestReport_json(t *testing.T) {
	t.Parallel()
	var out, stderr bytes.Buffer
	c := &console{name: "longhaul", out: &out, err: &stderr, json: true, running: true}
	code := c.report(&fault.Error{Class: fault.LoginRefused, System: fault.Salesforce, Message: "wrong <secret>", Err: errors.New("below")})
	var got map[string]map[string]any
	if err := json.Unmarshal(stderr.Bytes(), &got); err != nil {
		t.Fatalf("%s: %v", stderr.String(), err)
	}
	want := map[string]map[string]any{"error": {
		"class": "login_refused", "system": "salesforce", "message": "wrong <secret>", "exit_code": float64(3),
	}}
	if diff := cmp.Diff(want, got); diff != "" || code != 3 || out.Len() > 0 {
		t.Errorf("code %d, stdout %q, difference:\n%s", code, out.String(), diff)
	}
}

func TestMain_recoversWithoutAStack(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // where the stack goes
	app, out := newTestApp(t, "longhaul-starter", "sync", "acme")
	app.Dial = panicking
	code := Main(context.Background(), app)
	if code != exitInternal || strings.Contains(out.stderr.String(), "goroutine") || !strings.Contains(out.stderr.String(), "please report it") {
		t.Errorf("code %d, stderr:\n%s", code, out.stderr.String())
	}
}

// full is a stdout on a disk without room.
type full struct{}

func (full) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
}

// A program that collects results must not mistake a lost result for an empty one.
func TestMain_aLostResultIsAnError(t *testing.T) {
	t.Parallel()
	catalog, err := server.Start(server.Options{Reports: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = catalog.Close() })
	ready := catalog.Ready()
	manifest := filepath.Join(t.TempDir(), "manifest.json")
	if err := os.WriteFile(manifest, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	// Two files of one type within a second have one name in the catalog.
	upload := func(fileType string) []string {
		return []string{"upload", "-s", ready.SourceID, "-t", fileType, "-f", manifest, "--url", ready.Catalog}
	}
	for _, args := range [][]string{
		{"--version"},
		{"--help"},
		{"status", "--help"},
		{"status", "acme"},
		{"status", "acme", "--json"},
		{"sync", "acme"},
		{"sync", "acme", "--json"},
		{"sync", "acme", "--json", "--detach"},
		upload("DBT"),
		append(upload("QUALITY"), "--json"),
	} {
		app, said := newTestApp(t, append([]string{"longhaul"}, args...)...)
		app.Stdout = full{}
		app.Environ = []string{"CASTOR_UPLOADER_TOKEN=" + ready.CatalogToken}
		app.Dial = (&fakeTemporal{pollers: 1, last: completeResult(), result: completeResult()}).dial
		code := Main(t.Context(), app)
		if code != exitInternal || !strings.Contains(said.stderr.String(), "could not be written to stdout (no space left on device)") {
			t.Errorf("%v: code %d, stderr:\n%s", args, code, said.stderr.String())
		}
	}
}

// left is a stdout whose reader has gone away.
type left struct{}

func (left) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}
}

// TestMain_aReaderMayLeaveWhatChangesNothing pipes results into a program that reads a few lines, such as head.
func TestMain_aReaderMayLeaveWhatChangesNothing(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		args []string
		code int
	}{
		{[]string{"--version"}, exitDone},
		{[]string{"--help"}, exitDone},
		{nil, exitDone},
		{[]string{"sync", "--help"}, exitDone},
		{[]string{"status", "acme"}, exitDone},
		{[]string{"status", "acme", "--json"}, exitDone},
		{[]string{"completion", "bash"}, exitDone},
		{[]string{"connect", "acme", "--print"}, exitDone},
		{[]string{"sync", "acme"}, exitInternal},
		{[]string{"sync", "acme", "--detach", "--json"}, exitInternal},
	} {
		app, said := newTestApp(t, append([]string{"longhaul"}, row.args...)...)
		app.Stdout, app.Verbs = left{}, append(app.Verbs, Connect)
		app.Dial = (&fakeTemporal{pollers: 1, last: completeResult(), result: completeResult()}).dial
		code := Main(t.Context(), app)
		if says := strings.Contains(said.stderr.String(), "what was done stays done"); code != row.code || says != (row.code != exitDone) {
			t.Errorf("%v: code %d, stderr:\n%s", row.args, code, said.stderr.String())
		}
	}
}

// An earlier error says more, and keeps its exit code.
func TestMain_aLostResultHidesNoOtherEnd(t *testing.T) {
	t.Parallel()
	gaps := completeResult()
	gaps.Outcome = workflows.OutcomeGaps
	app, said := newTestApp(t, "longhaul", "sync", "acme", "--strict")
	app.Stdout = full{}
	app.Dial = (&fakeTemporal{pollers: 1, result: gaps}).dial
	code := Main(t.Context(), app)
	if code != exitGaps || !strings.Contains(said.stderr.String(), "could not be written to stdout") {
		t.Errorf("code %d, stderr:\n%s", code, said.stderr.String())
	}
}
