package cli

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// noted keeps the notes of a view.
type noted struct{ notes []string }

func (n *noted) show(snapshot)    {}
func (n *noted) note(line string) { n.notes = append(n.notes, line) }
func (n *noted) end()             {}

func TestWatcher_saysOnceWhatToDoAboutAStandstill(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{open: true}
	seen := &noted{}
	w := &watcher{client: f, id: "sync-acme", view: seen}
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
	look(workflows.PhasePaused, "paused by an operator")
	look(workflows.PhaseHeld, "half of the reports are missing")
	const resume = "\n  temporal workflow signal --workflow-id sync-acme --name resume"
	want := []string{
		"The sync is blocked: Salesforce refuses the client secret. Mend that, then let it go on:" + resume,
		"The sync is blocked: Salesforce refuses the client secret. Mend that, then let it go on:" + resume,
		"The sync is blocked: the user is frozen. Mend that, then let it go on:" + resume,
		"The sync is paused. Let it go on:" + resume,
		"The sync is held: half of the reports are missing. Let it go on with what it found, or end it:" +
			"\n  temporal workflow update execute --workflow-id sync-acme --name approve" +
			"\n  temporal workflow update execute --workflow-id sync-acme --name discard",
	}
	if diff := cmp.Diff(want, seen.notes); diff != "" {
		t.Error(diff)
	}
}

// TestExtract_leavesABlockedSync wants the exit code of what blocks it at once, for whoever reads the mail of a cron line,
// and the same command to resume it.
func TestExtract_leavesABlockedSync(t *testing.T) {
	t.Parallel()
	for name, joins := range map[string]bool{"one of its own": false, "one that an earlier run left": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := &fakeTemporal{open: joins, hang: true, progress: workflows.Progress{
				Source: "extract", Phase: workflows.PhaseBlocked, Waiting: "Salesforce refuses the client secret",
				Blocked: &activities.Failure{Class: fault.LoginRefused, System: fault.Salesforce, Message: "Salesforce refuses the client secret"},
			}}
			app, out := newTestApp(t, "longhaul", "extract", "-c", "key", "-b", "acme.my.salesforce.com", "-o", t.TempDir())
			app.Environ = []string{"CASTOR_SALESFORCE_CLIENT_SECRET=x"}
			withPlant(&app, f)
			code := Main(t.Context(), app)
			if want := "Salesforce refuses the client secret. Once that is mended, the same command goes on where it was"; code != exitLogin ||
				!strings.Contains(out.stderr.String(), want) {
				t.Errorf("code %d, %s", code, out.stderr.String())
			}
			want := []string{workflows.ResumeSignal}
			if !joins {
				want = nil
			}
			if diff := cmp.Diff(want, f.signals); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAdvice_namesTheAddressAndTheEndWhereTheyAreKnown(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	held := standstill{workflows.PhaseHeld, "x", until}.advice("sync-extract", "127.0.0.1:4711")
	for _, part := range []string{
		"or end it; without an answer it ends at 30 Nov 18:05 UTC:\n",
		"\n  temporal workflow update execute --address 127.0.0.1:4711 --workflow-id sync-extract --name discard",
	} {
		if !strings.Contains(held, part) {
			t.Errorf("%q is missing in %q", part, held)
		}
	}
	blocked := standstill{workflows.PhaseBlocked, "", until}.advice("sync-acme", "")
	if want := "The sync is blocked. Mend that, then let it go on; if nobody does, it fails at 30 Nov 18:05 UTC:\n"; !strings.HasPrefix(blocked, want) {
		t.Errorf("got %q, want it to begin with %q", blocked, want)
	}
}

func TestWatcher_tellsUntilWhenOfTheWorkflowsOwnReasonOnly(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	w := &watcher{id: "sync-acme"}
	w.take(encoded{workflows.Progress{Phase: workflows.PhaseHeld, Waiting: "half is missing", Until: &until}})
	if w.progress.Waiting != "half is missing" || !w.standstill().until.Equal(until) {
		t.Fatalf("took %+v until %s", w.progress, w.until())
	}
	w.client = &fakeTemporal{open: true, answers: w.progress}
	if s, _ := w.snapshot(t.Context()); !s.Until.Equal(until) {
		t.Errorf("the workflow's reason until %s", s.Until)
	}
	w.client = &fakeTemporal{open: true, answers: w.progress, unattended: true}
	if s, _ := w.snapshot(t.Context()); !strings.HasPrefix(s.Waiting, "no worker takes") || !s.Until.IsZero() {
		t.Errorf("%q until %s", s.Waiting, s.Until)
	}
}

func TestStatus_saysWhatToDoAboutAStandstill(t *testing.T) {
	t.Parallel()
	f := &fakeTemporal{open: true, progress: workflows.Progress{
		Source: "acme", Phase: workflows.PhaseHeld, Waiting: "half of the reports are missing",
	}}
	code, out := run(t, f, nil, "longhaul", "status", "acme")
	want := `acme is being synced: held: no report described yet; waiting: half of the reports are missing
The sync is held: half of the reports are missing. Let it go on with what it found, or end it:
  temporal workflow update execute --workflow-id sync-acme --name approve
  temporal workflow update execute --workflow-id sync-acme --name discard
`
	if diff := cmp.Diff(want, out.stdout.String()); diff != "" || code != 0 {
		t.Errorf("code %d: %s", code, diff)
	}
}
