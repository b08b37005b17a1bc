package e2e_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// TestExit_codesAndSentences runs the built programs with everything wrong that an operator can get wrong.
func TestExit_codesAndSentences(t *testing.T) {
	t.Parallel()
	for _, row := range mistakes(t) {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got := run(t, row.environ, program(t, row.program), row.args...)
			text := got.stdout + got.stderr
			if got.code != row.code {
				t.Errorf("exit code %d, want %d", got.code, row.code)
			}
			if !strings.Contains(text, row.says) {
				t.Errorf("it does not speak of %q", row.says)
			}
			for _, never := range []string{"goroutine ", ".go:", "hunter2", "wrong-one"} {
				if strings.Contains(text, never) {
					t.Errorf("it shows a stack trace or a secret: %q", never)
				}
			}
			t.Log(strings.TrimSpace(lastLine(got.stderr)))
		})
	}
}

// mistake is a call of a program with something wrong, and how it ends.
type mistake struct {
	name    string
	program string
	args    []string
	environ []string
	code    int
	says    string
}

func mistakes(t *testing.T) []mistake {
	t.Helper()
	sim := simulate(t, server.Options{Reports: 100, Columns: 1})
	ready := sim.Ready()
	bare := simulate(t, server.Options{Reports: 100, Columns: 1, Revoked: []string{"RunReports"}}).Ready()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	out := func() string { return t.TempDir() }
	extract := func(base, id, secret, to string) []string {
		return []string{"extract", "-c", id, "-s", secret, "-b", base, "-o", to}
	}
	sealed := file("a-file", "not a folder")
	return []mistake{
		{"a wrong client secret", longhaul, extract(ready.Salesforce, ready.ClientID, "wrong-one", out()), nil, 3, "secret"},
		{"no Run As user", longhaul, extract(ready.Salesforce, ready.ClientID+"-no-run-as", ready.ClientSecret, out()), nil, 3, "Run As"},
		{"a host where nobody listens", longhaul, extract("https://127.0.0.1:1", ready.ClientID, ready.ClientSecret, out()), nil, 7, "127.0.0.1:1"},
		{"http to another machine", longhaul, extract("http://acme.my.salesforce.com", ready.ClientID, ready.ClientSecret, out()), nil, 2, "https"},
		{"a missing permission", longhaul, extract(bare.Salesforce, bare.ClientID, bare.ClientSecret, out()), nil, 4, "Run Reports"},
		{"an unwritable output", longhaul, extract(ready.Salesforce, ready.ClientID, ready.ClientSecret, filepath.Join(sealed, "out")), nil, 2, "a-file"},
		{"no credentials at all", longhaul, []string{"extract", "-o", out()}, nil, 2, "CASTOR_SALESFORCE_CLIENT_ID"},
		{"a flag that does not exist", longhaul, []string{"extract", "--colour"}, nil, 2, "--colour"},
		{"malformed YAML", longhaul, []string{"serve", "--config", file("bad.yaml", "data_dir: x\nsources:\n  acme: [\n")}, nil, 2, "bad.yaml"},
		{"a literal secret", longhaul, []string{"serve", "--config", file("literal.yaml",
			"data_dir: "+dir+"/d\nsources:\n  acme:\n    salesforce:\n      base_url: acme.my.salesforce.com\n      client_id: x\n      client_secret: hunter2\n")}, nil, 2, "7"},
		{"malformed JSON in a credentials file", longhaul, []string{"serve", "--config", file("json.yaml",
			"data_dir: "+dir+"/d\nsources:\n  acme:\n    salesforce:\n      credentials: file:"+file("creds.json", "{\n \"baseUrl\": \n}")+"\n")}, nil, 2, "creds.json:3"},
		{"a source id that is no UUID", longhaul, []string{"upload", "-k", "x", "-s", "42", "-t", "VIZ", "-d", dir}, nil, 2, "UUID"},
		{"Temporal not there", starter, []string{"sync", "acme"}, []string{"TEMPORAL_ADDRESS=127.0.0.1:1"}, 7, "127.0.0.1:1"},
		{"a settings file that is not there", workerOf, []string{"--config", filepath.Join(dir, "none.yaml")}, nil, 2, "none.yaml"},
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

// TestExit_ofTheStarter checks what needs a Temporal that runs: a source that nobody serves, nobody polling, a catalog that
// refuses, and the state before the first sync.
func TestExit_ofTheStarter(t *testing.T) {
	t.Parallel()
	sim := simulate(t, server.Options{Reports: 100, Columns: 1})
	dir := t.TempDir()
	settings, environ := settingsFile(t, dir, sim, "")
	serve := background(t, append(environ, "ACME_CATALOG_TOKEN=refused"), program(t, longhaul),
		"serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json")
	at := []string{temporalAt(serve)}

	none := run(t, at, program(t, starter), "status", "acme", "--json")
	var status struct{ Outcome *string }
	if err := json.Unmarshal([]byte(none.stdout), &status); err != nil || none.code != 0 || status.Outcome != nil {
		t.Errorf("status before the first sync ended with %d: %q, %v", none.code, none.stdout, err)
	}
	c := connect(t, serve)
	unknown := aside(t, at, program(t, starter), "sync", "other")
	lone := running{c.GetWorkflow(t.Context(), "sync-other", ""), c}
	eventually(t, longest, func() bool {
		_, err := c.DescribeWorkflowExecution(t.Context(), "sync-other", "")
		return err == nil
	})
	lone.until(t, longest, func(p workflows.Progress) bool { return p.Waiting == workflows.Unserved("other") })
	endsWhenCancelled(t, c, lone)
	if got := <-unknown; got.code != 8 || !strings.Contains(got.stderr, workflows.Unserved("other")) {
		t.Errorf("a source that nobody serves ended with %d: %s", got.code, got.stderr)
	}
	refused := run(t, at, program(t, starter), "sync", "acme", "--json")
	var shown struct {
		Error struct {
			Class, System, Message string
			ExitCode               int `json:"exit_code"`
		}
	}
	if err := json.Unmarshal([]byte(lastLine(refused.stderr)), &shown); err != nil || refused.code != 6 || shown.Error.ExitCode != 6 {
		t.Errorf("a refused catalog token ended with %d: %v\n%s", refused.code, err, refused.stderr)
	}

	idle := background(t, nil, program(t, longhaul), "temporal", "--data", filepath.Join(dir, "idle"), "--port", "0", "--ui-port", "0", "--json")
	alone := run(t, []string{temporalAt(idle)}, program(t, starter), "sync", "acme")
	if alone.code != 7 || !strings.Contains(alone.stderr, "longhaul") {
		t.Errorf("without a worker it ended with %d: %s", alone.code, alone.stderr)
	}
}
