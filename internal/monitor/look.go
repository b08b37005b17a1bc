package monitor

import (
	"context"

	"go.temporal.io/sdk/client"

	"longhaul/workflows"
)

// Look is how far the running sync of a source is at this moment, by its own answer. Where no worker gives one, it is Unasked.
func Look(ctx context.Context, c client.Client, source string) Snapshot {
	w := &Watcher{Client: c, ID: workflows.SyncID(source)}
	s, _ := w.snapshot(ctx)
	if w.progress.Phase == "" {
		w.unasked(ctx, &s)
	}
	s.Source = source
	return s
}

// SoFar says how far the sync is, and not what it waits for.
func (s Snapshot) SoFar() string { return s.phaseWords() }

// Words say in a line what the sync does.
func (s Snapshot) Words() string {
	if s.Phase == "" {
		return s.sentence()
	}
	return string(s.Phase) + ": " + s.sentence()
}
