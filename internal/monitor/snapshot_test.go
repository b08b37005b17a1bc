package monitor

import (
	"testing"

	"longhaul/workflows"
)

// The embedded Temporal does not tell its clients that its disk is full.
func TestSnapshot_showsWhatKeepsTemporalFromAnswering(t *testing.T) {
	t.Parallel()
	trouble := ""
	w := &Watcher{
		Client: &fakeSync{progress: workflows.Progress{Source: "acme", Phase: workflows.PhasePlan}}, ID: "sync-acme",
		Trouble: func() string { return trouble },
	}
	if s, _ := w.snapshot(t.Context()); s.Waiting != "" {
		t.Errorf("a disk that is well: %q", s.Waiting)
	}
	trouble = "the disk that holds /data is full; make room on it"
	if s, _ := w.snapshot(t.Context()); s.Waiting != trouble {
		t.Errorf("the watcher shows %q", s.Waiting)
	}
}
