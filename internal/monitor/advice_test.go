package monitor

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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
	const resume = "\n  temporal workflow signal --workflow-id sync-acme --name resume"
	want := []string{
		"The sync is blocked: Salesforce refuses the client secret. Fix that, then resume it:" + resume,
		"The sync is blocked: Salesforce refuses the client secret. Fix that, then resume it:" + resume,
		"The sync is blocked: the user is frozen. Fix that, then resume it:" + resume,
		"The sync is paused by an operator since 29 Nov 07:32 UTC (org maintenance until 9). Resume it:" + resume,
		"The sync is held: half of the reports are missing. Approve what it found, or discard the sync:" +
			"\n  temporal workflow update execute --workflow-id sync-acme --name approve" +
			"\n  temporal workflow update execute --workflow-id sync-acme --name discard",
	}
	if diff := cmp.Diff(want, seen.notes); diff != "" {
		t.Error(diff)
	}
}

func TestAdvice_namesTheAddressAndTheEndWhereTheyAreKnown(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	held := standstill{workflows.PhaseHeld, "x", until}.advice("sync-extract", "127.0.0.1:4711")
	for _, part := range []string{
		"or discard the sync; without an answer it ends at 30 Nov 18:05 UTC:\n",
		"\n  temporal workflow update execute --address 127.0.0.1:4711 --workflow-id sync-extract --name discard",
	} {
		if !strings.Contains(held, part) {
			t.Errorf("%q is missing in %q", part, held)
		}
	}
	blocked := standstill{workflows.PhaseBlocked, "", until}.advice("sync-acme", "")
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
