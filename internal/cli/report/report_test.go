package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"longhaul/internal/cli"
	"longhaul/internal/config"
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/report/shelf"
	"longhaul/internal/staging"
)

// machine is a folder with a bucket and the settings that name it.
type machine struct {
	t     *testing.T
	dir   string
	store *staging.Store
}

var began = time.Date(2026, 11, 23, 18, 16, 10, 0, time.UTC)

// syncs are a complete sync, one with a gap, one that failed, and one that still runs.
var syncs = [...]string{
	staging.SyncID(began, "aaaaaaaa"), staging.SyncID(began.AddDate(0, 0, 1), "bbbbbbbb"), staging.SyncID(began.AddDate(0, 0, 2), "cccccccc"),
	staging.SyncID(began.AddDate(0, 0, 3), "dddddddd"),
}

func newMachine(t *testing.T) *machine {
	t.Helper()
	m := &machine{t: t, dir: t.TempDir()}
	bucket := config.FileURL(filepath.Join(m.dir, "bucket"))
	store, err := staging.Open(t.Context(), bucket)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	m.store = store
	if err := os.WriteFile(filepath.Join(m.dir, "longhaul.yaml"), []byte("storage: "+bucket+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	states := []map[description.State]int64{
		{description.StateDescribed: 10}, {description.StateReused: 8, description.StateDenied: 1, description.StateObsolete: 1, description.StateGone: 2},
	}
	for i, of := range states {
		record := history.Record{
			Sync: syncs[i], Source: "acme", Started: began.AddDate(0, 0, i), Finished: began.AddDate(0, 0, i), States: of, Coverage: description.Coverage(of),
			Outcome: []string{"complete", "gaps"}[i], APICalls: 12, Kinds: map[listing.Kind]int64{listing.Reports: description.Total(of)},
		}
		m.write(staging.RecordKey("acme", syncs[i]), &record)
	}
	failed := history.End{Outcome: "failed", At: began.AddDate(0, 0, 2), Message: "The secret is wrong.", APICalls: 3}
	m.write(staging.Sync{Source: "acme", ID: syncs[2]}.End(), failed)
	m.write(staging.Sync{Source: "acme", ID: syncs[3]}.Start(), history.Start{Started: began.AddDate(0, 0, 3)})
	return m
}

func (m *machine) write(key string, value any) {
	m.t.Helper()
	if err := m.store.WriteJSON(m.t.Context(), key, value); err != nil {
		m.t.Fatal(err)
	}
}

type answer struct {
	code        int
	stdout, err string
}

func (m *machine) run(args ...string) answer {
	m.t.Helper()
	var out, problem bytes.Buffer
	code := cli.Main(context.WithoutCancel(m.t.Context()), cli.App{
		Args: append([]string{"longhaul"}, args...), Dir: m.dir, Stdout: &out, Stderr: &problem, Version: "v1.2.3", Short: "A test", Verbs: []cli.Verb{cli.Report, cli.Status},
	})
	return answer{code, out.String(), problem.String()}
}

func (a answer) says(t *testing.T, code int, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if a.code != code || !strings.Contains(a.stdout+a.err, part) {
			t.Errorf("code %d, want %d and %q:\n%s%s", a.code, code, part, a.stdout, a.err)
		}
	}
}

func (m *machine) read(name string) string {
	m.t.Helper()
	content, err := os.ReadFile(filepath.Join(m.dir, name))
	if err != nil {
		m.t.Error(err)
	}
	return string(content)
}

func TestReport_ofTheNewestSyncThatIsOver(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	name := "acme-" + syncs[2]
	m.run("report", "acme").says(t, 0, "acme, sync "+syncs[2]+": failed: The secret is wrong.", filepath.Join(m.dir, name+".html"), syncs[2]+".gaps.csv")
	if html := m.read(name + ".html"); !strings.Contains(html, "The secret is wrong") {
		t.Error("the page does not say why")
	}
	const unknown = "\ufefffolder,name,link,reason,since\n,,,\"The gaps of this sync are not known: "
	if gaps := m.read(syncs[2] + ".gaps.csv"); !strings.HasPrefix(gaps, unknown) {
		t.Errorf("gaps %q", gaps)
	}
}

func TestReport_ofOneThatWasNamed(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run("report", "acme", syncs[1][:9], "-o", "gaps.html").says(t, 0, "gaps, 8 of 10 reports have columns, 1 gap.", syncs[1]+".gaps.csv")
	m.run("report", "acme", syncs[0], "-o", ".").says(t, 0, "complete, 10 of 10 reports have columns, 0 gaps.")
	m.read("acme-" + syncs[0] + ".html")
	m.run("report", "acme", "last").says(t, 2, syncs[3]+" of source acme has left no end yet", "longhaul status acme")
	m.run("report", "acme", "20261101").says(t, 2, `has no sync "20261101"`)
	m.run("report", "acem").says(t, 2, "has no sync of source acem that is over", "longhaul sources")
	m.run("report", "acme", "-o", "nowhere/x.html").says(t, 2, "nowhere", "does not exist")
	left, err := filepath.Glob(filepath.Join(m.dir, "*.tmp"))
	if len(left) > 0 || err != nil {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

// A page that the sync has written is taken as it is: it may say who was told.
func TestReport_takesThePageOfTheBucket(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.run("report", "acme", syncs[1], "--json").says(t, 0, `"made":true`)
	if there, err := m.store.Exists(t.Context(), staging.PageKey("acme", syncs[1])); there || err != nil {
		t.Errorf("the verb writes into the bucket: %v", err)
	}
	pages := &shelf.Shelf{Store: m.store, Version: "v9.9.9"}
	if err := pages.Write(t.Context(), "acme", syncs[1]); err != nil {
		t.Fatal(err)
	}
	got := m.run("report", "acme", syncs[1], "--json")
	var shown struct {
		Page, Outcome string
		Made          bool
		States        map[string]int64
		Coverage      float64
	}
	err := json.Unmarshal([]byte(got.stdout), &shown)
	if err != nil || shown.Made || shown.Outcome != "gaps" || shown.States["reused"] != 8 || shown.Coverage != 0.8 {
		t.Errorf("%v: %+v", err, got)
	}
	html, err := os.ReadFile(shown.Page)
	if err != nil || !strings.Contains(string(html), "v9.9.9") {
		t.Errorf("%v: it is another page", err)
	}
	if out := m.run("report", "acme", syncs[1], "-o", "-"); out.stdout != string(html) || out.code != 0 {
		t.Error("stdout has another page")
	}
	m.run("report", "acme", "-o", "-", "--json").says(t, 2, "leave --open and --json out")
}

func TestReport_needsTheBucket(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	if err := os.Remove(filepath.Join(m.dir, "longhaul.yaml")); err != nil {
		t.Fatal(err)
	}
	m.run("report", "acme").says(t, 2, "storage")
	m.run("report", "acme", "--storage", config.FileURL(filepath.Join(m.dir, "bucket"))).says(t, 0, "The page is")
}

func TestReport_opensThePage(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the program that opens pages has another name here")
	}
	m := newMachine(t)
	t.Setenv("PATH", m.dir)
	m.run("report", "acme", "-o", "a b.html", "--open").says(t, 0, "this machine has no program that opens a page", "The page is")
	script := "#!/bin/sh\necho \"$1\" > '" + filepath.Join(m.dir, "opened") + "'\n"
	if err := os.WriteFile(filepath.Join(m.dir, "xdg-open"), []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	m.run("report", "acme", "-o", "a b.html", "--open").says(t, 0, "The page is")
	if opened := m.read("opened"); opened != "file://"+filepath.ToSlash(m.dir)+"/a%20b.html\n" {
		t.Errorf("it opened %q", opened)
	}
}

// The sync failed, as its page and its message say, though it has a record.
func TestReport_ofADeliveryThatWasGivenUp(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	sync, states := staging.SyncID(began.AddDate(0, 0, 9), "eeeeeeee"), map[description.State]int64{description.StateDescribed: 10}
	m.write(staging.RecordKey("acme", sync), &history.Record{
		Sync: sync, Source: "acme", Started: began, Finished: began, States: states, Coverage: 1, Outcome: "complete", Baseline: true,
		Exports: map[string]history.Delivery{"castor": {To: "the catalog", Reason: "login_refused", System: "catalog"}},
	})
	m.run("report", "acme").says(t, 0, "acme, sync "+sync+": failed, 10 of 10 reports have columns")
}
