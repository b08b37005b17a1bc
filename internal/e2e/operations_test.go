package e2e_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/internal/simulator/server"
	"longhaul/workflows"
)

// operations is the page whose commands are tested.
const operations = "../../docs/operations.md"

// step is what goes with one command of the page: what must be so before it runs, and what must have become of it.
type step struct {
	command       string // how it begins
	before, after func(*operator, *testing.T)
}

// steps are in the order of the page. A command that has none needs nothing and is only run.
var steps = []step{
	{"longhaul-starter check acme", nil, (*operator).isChecked},
	{"temporal workflow result --workflow-id check-acme", nil, (*operator).isChecked},
	{"longhaul-starter plan acme", nil, (*operator).isPlanned},
	{"temporal workflow result --workflow-id plan-acme", nil, (*operator).isPlanned},
	{"longhaul-starter sync acme --detach", (*operator).shutGate, nil},
	{"temporal schedule trigger", nil, (*operator).awaitScheduled},
	{"temporal workflow result --workflow-id sync-acme", (*operator).joinedOrSkipped, (*operator).onceMoreWithoutAnID},

	{"longhaul-starter pause acme", (*operator).slowly, (*operator).paused},
	{"longhaul-starter resume acme", (*operator).stillPaused, goesOn(0)},
	{"temporal workflow signal --workflow-id sync-acme --name pause", (*operator).slowly, (*operator).paused},
	{"temporal workflow list --query 'LonghaulPhase IN", (*operator).awaitListed, (*operator).listed},
	{"temporal workflow signal --workflow-id sync-acme --name resume", (*operator).stillPaused, goesOn(0)},
	{"longhaul-starter set-quota acme", (*operator).outOfQuota, (*operator).hasQuota},
	{"temporal workflow metadata", (*operator).outOfQuota, (*operator).saysWhyItWaits},
	{"temporal workflow update execute --workflow-id sync-acme --name set-quota", nil, (*operator).hasQuota},
	{"longhaul-starter approve acme", holdsWithout("ViewAllUsers"), (*operator).delivers},
	{"temporal workflow update execute --workflow-id sync-acme --name approve", holdsWithout("ViewAllUsers"), (*operator).delivers},
	{"longhaul-starter discard acme", holdsWithout("ViewPublicDashboards"), (*operator).deliversNothing},
	{"temporal workflow update execute --workflow-id sync-acme --name discard", holdsWithout("ViewPublicDashboards"), (*operator).deliversNothing},
	{"longhaul-starter resume acme", (*operator).blocked, goesOn(inFlight)},
	{"temporal workflow signal --workflow-id sync-acme --name resume", (*operator).blocked, goesOn(inFlight)},

	{"longhaul-starter cancel acme", (*operator).twiceAtOnceFromRest, (*operator).stopped},
	{"temporal workflow cancel", (*operator).twiceAtOnceFromRest, (*operator).stopped},
	{"temporal workflow terminate", (*operator).twiceAtOnceFromRest, (*operator).stopped},
	{"temporal workflow reset --workflow-id sync-acme --type FirstWorkflowTask", (*operator).slowly, (*operator).isAnotherRun},
	{"temporal workflow reset --workflow-id sync-acme --type LastWorkflowTask", nil, (*operator).endsAsTheSameSync},

	{"longhaul-starter history acme", nil, says("newest first")},
	{"longhaul-starter show acme", nil, says("State of a report")},
	{"longhaul-starter diff acme", nil, says("what changed from the sync of")},
	{"longhaul-starter why acme", nil, says(`no sync that is kept has "Pipeline by Region"`)},
	{"temporal workflow result --workflow-id inspect-acme-1", nil, says("api_calls")},
}

// TestOperations runs every command of the page as it stands there, and starts syncs meanwhile in all the ways there
// are. The gate holds a sync at the catalog for as long as the others need, and describes are answered late where a
// command is for a sync that describes, so that nothing depends on speed.
func TestOperations(t *testing.T) {
	t.Parallel()
	cli := temporalCLI(t)
	o := newOperator(t, cli)
	left := slices.Clone(steps)
	for _, line := range commands(t, operations) {
		var now step
		if i := slices.IndexFunc(left, func(s step) bool { return strings.HasPrefix(line, s.command) }); i >= 0 {
			now = left[i]
			left = slices.Delete(left, i, i+1)
		} else if slices.ContainsFunc(steps, func(s step) bool { return strings.HasPrefix(line, s.command) }) {
			t.Fatalf("the page has this command more often than there are steps for it: %s", line)
		}
		if now.before != nil {
			now.before(o, t)
		}
		got := run(t, o.environ, "sh", "-c", line)
		if got.code != 0 {
			t.Fatalf("%s\nended with %d: %s%s", line, got.code, got.stdout, got.stderr)
		}
		o.shown = got.stdout
		if now.after != nil {
			now.after(o, t)
		}
	}
	for _, s := range left {
		t.Errorf("the page lacks a command: %s", s.command)
	}
	for _, e := range o.list(t, "") {
		if e.Status == "WORKFLOW_EXECUTION_STATUS_FAILED" {
			t.Errorf("%s, run %s, failed", e.Execution.WorkflowID, e.Execution.RunID)
		}
	}
}

// joinedOrSkipped looks at what the page has started so far while the sync is held, and starts more, two at once.
func (o *operator) joinedOrSkipped(t *testing.T) {
	t.Helper()
	held := o.running(t)
	for _, run := range o.startTwice(t, "--workflow-id", "sync-acme", "--id-conflict-policy", "UseExisting") {
		if run.RunID != held.RunID {
			t.Errorf("a start while run %s was going on made run %s", held.RunID, run.RunID)
		}
	}
	for _, run := range o.syncTwice(t) {
		if run.RunID != held.RunID {
			t.Errorf("a starter's sync while run %s was going on made run %s", held.RunID, run.RunID)
		}
	}
	o.startTwice(t, "--input", `{"source":"acme"}`)
	const others = 4 // without an id from the page, by its schedule, and two just now
	var ended []listed
	eventually(t, time.Minute, func() bool {
		ended = slices.DeleteFunc(o.list(t, `WorkflowType = "SyncSource"`), func(e listed) bool { return e.Execution.WorkflowID == "sync-acme" })
		return len(ended) == others && !slices.ContainsFunc(ended, listed.isRunning)
	})
	for _, e := range ended {
		got := o.result(t, e.Execution)
		if got.Outcome != workflows.OutcomeSkipped || got.Skipped == nil || got.Skipped.RunID != held.RunID {
			t.Errorf("%s ended as %s of %+v, want skipped for run %s", e.Execution.WorkflowID, got.Outcome, got.Skipped, held.RunID)
		}
	}
	if syncs := o.list(t, `WorkflowId = "sync-acme"`); len(syncs) != 3 {
		t.Errorf("%d syncs ran, want the first two and the one that is held", len(syncs))
	}
	o.gate.open()
}

// twiceAtOnceFromRest starts a sync that will be held, two starts at the same time, for the page to stop.
func (o *operator) twiceAtOnceFromRest(t *testing.T) {
	t.Helper()
	o.gate.shut()
	runs := append(o.startTwice(t, "--workflow-id", "sync-acme", "--id-conflict-policy", "UseExisting"), o.syncTwice(t)...)
	held := o.running(t)
	for _, run := range runs {
		if run != held {
			t.Errorf("of starts at the same time, one made run %s, but %s goes on", run.RunID, held.RunID)
		}
	}
}

// onceMoreWithoutAnID starts two syncs at once that have no id: one runs as a child of either, the other is skipped.
func (o *operator) onceMoreWithoutAnID(t *testing.T) {
	t.Helper()
	o.gate.shut()
	runs := o.startTwice(t, "--input", `{"source":"acme"}`)
	eventually(t, time.Minute, func() bool {
		return len(slices.DeleteFunc(o.list(t, ""), func(e listed) bool { return e.isRunning() || !slices.Contains(runs, e.Execution) })) == 1
	})
	o.gate.open()
	o.awaitRest(t)
	var outcomes []string
	for _, run := range runs {
		outcomes = append(outcomes, string(o.result(t, run).Outcome))
	}
	slices.Sort(outcomes)
	if got := strings.Join(outcomes, " and "); got != "gaps and skipped" {
		t.Errorf("the two ended with %s, want gaps and skipped", got)
	}
}

// temporalCLI finds the temporal CLI: the one that was asked for, the one that make builds, the one of this machine.
func temporalCLI(t *testing.T) string {
	t.Helper()
	if asked := os.Getenv("LONGHAUL_TEMPORAL_CLI"); asked != "" {
		path, err := filepath.Abs(asked)
		if err != nil {
			t.Fatal(err)
		}
		if got := run(t, nil, path, "--version"); got.code != 0 {
			t.Fatalf("LONGHAUL_TEMPORAL_CLI names %s, which is of no use: %s", asked, got.stderr)
		}
		return path
	}
	built, err := filepath.Abs("../../.tools/bin/temporal")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append([]string{built}, filepath.SplitList(os.Getenv("PATH"))...) {
		if path != built {
			path = filepath.Join(path, "temporal")
		}
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && info.Mode()&0o111 != 0 {
			return path
		}
	}
	t.Skip("there is no temporal CLI on this machine: `make temporal-cli` builds it")
	return ""
}

// commands are the lines of a page's sh blocks that start and watch syncs; continued lines are joined.
func commands(t *testing.T, page string) []string {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	inside := false
	for line := range strings.Lines(strings.ReplaceAll(string(text), "\\\n", " ")) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```sh"
		case !inside || line == "":
		case strings.HasPrefix(line, "export "), strings.HasPrefix(line, "docker compose "):
			// the compose file needs Docker
		case strings.HasPrefix(line, "temporal "), strings.HasPrefix(line, "longhaul-starter "):
			lines = append(lines, line)
		default:
			t.Errorf("%s has a command that nothing tests: %s", page, line)
		}
	}
	const fewest = 15
	if len(lines) < fewest {
		t.Fatalf("%s has %d commands, want at least %d", page, len(lines), fewest)
	}
	return lines
}

// newOperator starts a simulated org with a gate before its catalog, and serve.
func newOperator(t *testing.T, cli string) *operator {
	t.Helper()
	sim := simulate(t, server.Options{Reports: pageReports, Columns: 3, TypeMetadata: 1000, DailyLimit: dailyLimit})
	o := &operator{follower: &follower{terminal: &terminal{cli: cli}, sim: sim}, gate: newGate(t, sim.Ready().Catalog)}
	dir := t.TempDir()
	settings, environ := settingsFile(t, dir, sim, "")
	text, err := os.ReadFile(settings)
	if err != nil {
		t.Fatal(err)
	}
	text = []byte(strings.Replace(string(text), sim.Ready().Catalog, o.gate.url, 1))
	if err := os.WriteFile(settings, text, 0o600); err != nil {
		t.Fatal(err)
	}
	serve := background(t, environ, program(t, longhaul), "serve", "--config", settings, "--port", "0", "--ui-port", "0", "--json")
	t.Cleanup(o.gate.open) // before serve is killed

	path := filepath.Join(dir, "path")
	if err := os.Mkdir(path, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"temporal": cli, starter: program(t, starter)} {
		if err := os.Symlink(target, filepath.Join(path, name)); err != nil {
			t.Fatal(err)
		}
	}
	o.client = connect(t, serve)
	o.environ = []string{temporalAt(serve), "PATH=" + path + string(filepath.ListSeparator) + os.Getenv("PATH")}
	return o
}
