package monitor

import (
	"context"
	"errors"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"

	"longhaul/internal/quota/forecast"
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

// mute is a sync whose workers were killed.
type mute struct{ fakeSync }

func (*mute) QueryWorkflow(context.Context, string, string, string, ...any) (converter.EncodedValue, error) {
	return nil, errors.New("no worker answers")
}

func TestSnapshot_countsNoTimeDownWhileNobodyAnswers(t *testing.T) {
	t.Parallel()
	now := time.Now()
	left := &forecast.Forecast{Seconds: 60, Ends: now.Add(time.Minute), AsOf: now}
	w := &Watcher{ID: "sync-acme", Client: &fakeSync{progress: workflows.Progress{Phase: workflows.PhaseDescribe, ToDescribe: 9, Done: 3, Forecast: left}}}
	shown := func(want bool, when string) {
		t.Helper()
		if s, _ := w.snapshot(t.Context()); (s.Forecast != nil) != want || s.Done != 3 {
			t.Errorf("%s: %+v", when, s)
		}
	}
	shown(true, "an answer")
	w.Client = &mute{}
	shown(true, "the first question without an answer")
	w.answered = w.answered.Add(-silentAfter)
	shown(false, "no answer for long")
}
