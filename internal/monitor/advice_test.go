package monitor

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// noted keeps the notes of a view.
type noted struct{ notes []string }

func (n *noted) Show(Snapshot) {}

func (n *noted) Note(line string) { n.notes = append(n.notes, line) }

func (n *noted) End() {}

func TestWatcher_saysOnceWhatToDoAboutAStandstill(t *testing.T) {
	t.Parallel()
	f := &fakeSync{}
	seen := &noted{}
	w := &Watcher{Client: f, ID: "sync-acme", View: seen}
	look := func(phase workflows.Phase, why string) {
		f.progress = workflows.Progress{Source: "acme", Phase: phase, Waiting: why}
		w.look(t.Context())
	}
	look(workflows.PhaseDescribe, "the org's API calls are spent")
	look(workflows.PhaseBlocked, "Salesforce refuses the client secret.")
	look(workflows.PhaseBlocked, "Salesforce refuses the client secret.")
	look(workflows.PhaseDescribe, "")
	look(workflows.PhaseBlocked, "Salesforce refuses the client secret.")
	look(workflows.PhaseBlocked, "the user is frozen")
	look(workflows.PhasePaused, "paused by an operator since 29 Nov 07:32 UTC (org maintenance until 9)"+workflows.AfterResume)
	look(workflows.PhaseHeld, "half of the reports are missing")
	const resume = "\n  longhaul resume acme"
	want := []string{
		"The sync is blocked: Salesforce refuses the client secret. Fix that, then resume it:" + resume,
		"The sync is blocked: Salesforce refuses the client secret. Fix that, then resume it:" + resume,
		"The sync is blocked: the user is frozen. Fix that, then resume it:" + resume,
		"The sync is paused by an operator since 29 Nov 07:32 UTC (org maintenance until 9). Resume it:" + resume,
		"The sync is held: half of the reports are missing. Fix that, discard the sync and start it again; or approve what it found:" +
			"\n  longhaul discard acme" +
			"\n  longhaul approve acme",
	}
	if diff := cmp.Diff(want, seen.notes); diff != "" {
		t.Error(diff)
	}
}

func TestAdvice_namesTheAddressAndTheEndWhereTheyAreKnown(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	caller := Caller{Program: "a-starter", Address: "127.0.0.1:4711"}
	held := standstill{phase: workflows.PhaseHeld, why: "x", until: until}.advice("sync-extract", caller)
	for _, part := range []string{
		"or approve what it found; without an answer it ends at 30 Nov 18:05 UTC:\n",
		"\n  TEMPORAL_ADDRESS=127.0.0.1:4711 a-starter discard extract",
	} {
		if !strings.Contains(held, part) {
			t.Errorf("%q is missing in %q", part, held)
		}
	}
	by := workflows.Unblock(activities.Failure{}, "", "acme")
	blocked := standstill{phase: workflows.PhaseBlocked, until: until, by: by}.advice("sync-acme", Caller{})
	if want := "The sync is blocked. Fix that, then resume it; otherwise it fails at 30 Nov 18:05 UTC:\n"; !strings.HasPrefix(blocked, want) {
		t.Errorf("got %q, want it to begin with %q", blocked, want)
	}
}

func TestWatcher_tellsUntilWhenOfTheWorkflowsOwnReasonOnly(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	w := &Watcher{ID: "sync-acme"}
	w.keep(encoded{workflows.Progress{Phase: workflows.PhaseHeld, Waiting: "half is missing", Until: &until}})
	if w.progress.Waiting != "half is missing" || !w.standstill().until.Equal(until) {
		t.Fatalf("took %+v until %s", w.progress, w.until())
	}
	w.Client = &fakeSync{progress: w.progress}
	if s, _ := w.snapshot(t.Context()); !s.Until.Equal(until) {
		t.Errorf("the workflow's reason until %s", s.Until)
	}
	w.Client = &fakeSync{progress: w.progress, unattended: true}
	if s, _ := w.snapshot(t.Context()); !strings.HasPrefix(s.Waiting, "no worker takes") || !s.Until.IsZero() {
		t.Errorf("%q until %s", s.Waiting, s.Until)
	}
}

// TestWatcher_saysAHoldOnceWithALineForEachReason reads what a log shows: the reasons stand in the advice, and not in the line of
// the phase too.
func TestWatcher_saysAHoldOnceWithALineForEachReason(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	fewer := activities.Concern{Code: warning.ShrunkUsers, What: "The run-as user sees 1 user, 49 fewer than the 50 of the last sync", Do: "approve or discard"}
	lost := activities.Concern{Code: warning.PermissionLost, What: "The run-as user no longer has it", Do: "approve or give it back"}
	f := &fakeSync{progress: workflows.Progress{
		Phase: workflows.PhaseHeld, Waiting: fewer.What + ": " + fewer.Do + ". " + lost.What + ": " + lost.Do + ".",
		Concerns: []activities.Concern{fewer, lost},
	}}
	w := &Watcher{Client: f, ID: "sync-acme", View: NewView(&out, false)}
	w.look(t.Context())
	want := "held          no report described yet\n" +
		"The sync is held:\n" +
		"  - " + fewer.What + ": " + fewer.Do + "\n" +
		"  - " + lost.What + ": " + lost.Do + "\n" +
		"Fix that, discard the sync and start it again; or approve what it found:\n" +
		"  longhaul discard acme\n" +
		"  longhaul approve acme\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Error(diff)
	}
	f.unattended = true
	w.look(t.Context())
	if said := strings.TrimPrefix(out.String(), want); !strings.Contains(said, "waiting: no worker takes") {
		t.Errorf("that no worker is there is not said: %q", said)
	}
}

func TestAdvice_offersNoApproveThatCannotHelp(t *testing.T) {
	t.Parallel()
	missing := activities.Concern{Code: warning.PermissionMissing, What: "The run-as user lacks it", Do: "give it", Vital: true}
	w := &Watcher{progress: workflows.Progress{Phase: workflows.PhaseHeld, Waiting: "lacks it.", Concerns: []activities.Concern{missing}}}
	const want = "The sync is held: lacks it. No approval helps: discard the sync:\n" +
		"  longhaul discard acme"
	if got := w.standstill().advice("sync-acme", Caller{}); got != want {
		t.Errorf("it says %q, want %q", got, want)
	}
}

// TestAdvice_ofABlockNamesWhatCanHelp reads what to do about each block, by where the credentials are.
func TestAdvice_ofABlockNamesWhatCanHelp(t *testing.T) {
	t.Parallel()
	salesforce := activities.Failure{Class: fault.LoginRefused, System: fault.Salesforce}
	secret := salesforce
	secret.Setting = "client_secret"
	id := salesforce
	id.Setting = "client_id"
	for name, row := range map[string]struct {
		failure activities.Failure
		kept    string
		want    string
	}{
		"a worker of before": {secret, "", "Fix that, then resume it, or give a connected source other credentials, which resumes it too:\n  longhaul resume acme\n  longhaul connect acme"},
		"the settings": {
			secret, activities.KeptSettings,
			"Change what `sources.acme.salesforce.client_secret` refers to, then resume the sync:\n  longhaul resume acme",
		},
		"no secret of the settings": {
			id, activities.KeptSettings,
			"Change `sources.acme.salesforce.client_id` in the settings of the workers, and start them again, then resume the sync:\n  longhaul resume acme",
		},
		"a document": {
			secret, activities.KeptDocument,
			"Change the document to which `sources.acme.salesforce.credentials` refers, then resume the sync:\n  longhaul resume acme",
		},
		"the org, by the settings": {salesforce, activities.KeptSettings, "Fix that, then resume it:\n  longhaul resume acme"},
		"connected": {
			secret, activities.KeptConnected,
			"Give the source another one, which resumes the sync; if the org takes the present one again, resume it:" +
				"\n  longhaul connect acme --client-secret file:PATH\n  longhaul resume acme",
		},
		"the org, connected": {
			salesforce, activities.KeptConnected,
			"Fix that, then resume it, or give the source other credentials, which resumes it too:\n  longhaul resume acme\n  longhaul connect acme",
		},
		"disconnected": {
			activities.Failure{Class: fault.LoginRefused, System: fault.Longhaul},
			activities.KeptConnected,
			"Connect the source again, which resumes the sync, or cancel the sync:\n  longhaul connect acme\n  longhaul cancel acme",
		},
	} {
		w := &Watcher{ID: "sync-acme", progress: workflows.Progress{
			Phase: workflows.PhaseBlocked, Waiting: "refused", Blocked: &row.failure, Kept: row.kept,
		}}
		if got := w.standstill().advice("sync-acme", Caller{}); got != "The sync is blocked: refused. "+row.want {
			t.Errorf("%s: got %q, want %q", name, got, row.want)
		}
	}
}
