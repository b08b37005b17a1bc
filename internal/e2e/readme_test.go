package e2e_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"longhaul/internal/simulator/server"
)

// readme is the page that a new user has.
const readme = "../../README.md"

// reader follows the page from top to bottom.
type reader struct {
	*stranger

	sim      *server.Server
	put      *strings.Replacer // the values of the simulator in place of the page's examples
	at       string            // the address of Temporal
	uploaded int               // files that the catalog has
}

// instruction goes with the commands of the page that begin in one way.
type instruction struct {
	command string
	do      func(t *testing.T, line string)
}

// steps are those of the page, in its order.
func (r *reader) steps() []instruction {
	day := &firstDay{reader: r}
	run := &goingSync{reader: r}
	elsewhere := func(*testing.T, string) {}
	return []instruction{
		{"tar -xzf longhaul_", elsewhere}, // by `make try-dist`
		{"./longhaul demo", elsewhere},
		{"go run ./standalone demo", r.demo},
		{"go test ", elsewhere},          // this is it
		{"make build", elsewhere},        // the programs under test are built
		{"make temporal-cli", elsewhere}, // by `make operations`
		{"export PATH=", elsewhere},
		{"longhaul extract ", r.extract},
		{"longhaul upload ", r.upload},
		{"umask 077; openssl ", r.key},
		{"longhaul temporal ", day.temporal},
		{"longhaul-worker ", day.workers},
		{"longhaul-starter connect acme --credentials", day.connect},
		{"longhaul-starter check ", day.check},
		{"longhaul-starter plan ", day.plan},
		{"longhaul-starter sync ", run.sync},
		{"longhaul-starter pause ", run.pause},
		{"longhaul-starter resume ", run.resume},
		{"longhaul-starter schedule ", day.schedule},
		{"temporal schedule trigger ", day.trigger},
		{"longhaul-starter sources", day.sources},
		{"longhaul-starter history ", day.looksBack},
		{"longhaul-starter diff ", day.diff},
		{"longhaul-starter why ", day.why},
		{"longhaul-starter connect acme --client-secret", run.newSecret},
		{"longhaul-starter connect acme --client-id", run.newApp},
		{"longhaul-starter disconnect ", day.disconnect},
	}
}

// TestReadme_everyCommandAsAnOrdinaryUserInAnEmptyFolder types what the page says, as somebody who may write nowhere else.
func TestReadme_everyCommandAsAnOrdinaryUserInAnEmptyFolder(t *testing.T) {
	t.Parallel()
	sim := simulate(t, server.Options{Reports: 60, Columns: 3})
	ready := sim.Ready()
	r := &reader{stranger: newStranger(t, longhaul, starter, workerOf), sim: sim, put: strings.NewReplacer(
		"acme.my.salesforce.com", ready.Salesforce, "399a8b22-3187-41ec-8d3d-0242ac130003", ready.SourceID,
		"3MVG8...", "3MVG8another",
	)}
	r.environ = append(r.environ,
		"ID="+ready.ClientID, "SECRET="+ready.ClientSecret, "TOKEN="+ready.CatalogToken, "SOURCE_ID="+ready.SourceID,
		"CATALOG_TOKEN="+ready.CatalogToken, "NEW_SECRET=the-second-secret", "OTHER_SECRET=the-third-secret")

	steps := r.steps()
	left := len(steps)
	for _, b := range blocks(t, readme) {
		if b.language == "text" { // what a command prints
			continue
		}
		if b.language == "yaml" {
			r.writes(t, "longhaul.yaml", b.text)
			continue
		}
		for line := range strings.Lines(b.text) {
			line, _, _ = strings.Cut(strings.TrimSpace(line), "  #")
			line = strings.TrimSpace(line)
			i := slices.IndexFunc(steps, func(s instruction) bool { return strings.HasPrefix(line, s.command) })
			if i < 0 {
				t.Errorf("%s has a command that nothing tests: %s", readme, line)
				continue
			}
			left--
			t.Log("$ " + line)
			steps[i].do(t, line)
		}
	}
	if left != 0 {
		t.Errorf("%s has %d commands fewer than there are steps for", readme, left)
	}
	r.onlyWroteHere(t)
}

func (r *reader) writes(t *testing.T, name, text string) {
	t.Helper()
	path := filepath.Join(r.dir, name)
	err := os.WriteFile(path, []byte(r.put.Replace(text)), 0o600)
	if err == nil {
		err = os.Chmod(path, 0o644) // whatever the umask
	}
	if err != nil {
		t.Fatal(err)
	}
}

// does types a line that ends by itself and must end well.
func (r *reader) does(t *testing.T, line string, more ...string) ended {
	t.Helper()
	got := r.types(t, r.put.Replace(line), more...)
	if got.code != 0 {
		t.Fatalf("%s ended with %d:\n%s%s", line, got.code, got.stdout, got.stderr)
	}
	return got
}

// demo runs the program in place of `go run`, which compiles for minutes, and looks at it until Ctrl-C.
func (r *reader) demo(t *testing.T, line string) {
	t.Helper()
	d := r.leaves(t, strings.Replace(line, "go run ./standalone", "longhaul", 1), "Stays up until Ctrl-C.")
	if code := d.ends(t, os.Interrupt); code != 0 {
		t.Errorf("%s ended with %d:\n%s", line, code, d.said)
	}
}

func (r *reader) extract(t *testing.T, line string) {
	t.Helper()
	r.does(t, line)
	files, err := filepath.Glob(filepath.Join(r.dir, "out", "*.json"))
	if err != nil || len(files) != 7 {
		t.Errorf("out holds %v, %v; want castor's seven files", files, err)
	}
	if _, err := os.Stat(filepath.Join(r.dir, "out", ".longhaul", "bucket", "longhaul.json")); err != nil {
		t.Errorf("the bucket is not in the output: %v", err)
	}
	before := r.sim.Stats().APICalls
	again := r.types(t, "exec "+r.put.Replace(line)+" >/dev/full")
	if spent := r.sim.Stats().APICalls - before; spent >= 60 {
		t.Errorf("the second run spent %d calls: it knew nothing of the first", spent)
	}
	if again.code != 1 || !strings.Contains(again.stderr, "no space left on device") {
		t.Errorf("a lost result ended with %d:\n%s", again.code, again.stderr)
	}
}

func (r *reader) upload(t *testing.T, line string) {
	t.Helper()
	r.does(t, line, "LONGHAUL_CATALOG_URL="+r.sim.Ready().Catalog)
	if got := len(r.sim.Files()); got != 7 {
		t.Errorf("the catalog has %d files", got)
	}
	r.uploaded = 7
}

// key is the line that makes the key, in a shell of its own.
func (r *reader) key(t *testing.T, line string) { r.does(t, line) }

// onlyWroteHere looks for what the commands left where they should not write.
func (r *reader) onlyWroteHere(t *testing.T) {
	t.Helper()
	entries, err := os.ReadDir(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := fmt.Sprint(entries), "[- acme.json d bucket/ - longhaul.key - longhaul.yaml d out/ d temporal/]"; got != want {
		t.Errorf("the folder holds %s, want %s", got, want)
	}
}

// block is one fenced block of a page.
type block struct{ language, text string }

func blocks(t *testing.T, page string) (found []block) {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("(?ms)^```([a-z]+)\n(.*?)^```").FindAllStringSubmatch(string(text), -1) {
		if m[1] == "sh" || m[1] == "yaml" {
			found = append(found, block{m[1], strings.ReplaceAll(m[2], "\\\n", " ")})
		}
	}
	return found
}
