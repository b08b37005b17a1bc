package monitor

import (
	"testing"
	"time"

	"longhaul/workflows"
)

func TestEstimator_tellsTheTimeLeft(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	s := func(second int, phase workflows.Phase, done int64) Snapshot {
		return Snapshot{
			Progress: workflows.Progress{Phase: phase, ToDescribe: 1000, Done: done},
			At:       start.Add(time.Duration(second) * time.Second),
		}
	}
	waits := func(second int, done int64) Snapshot {
		shown := s(second, workflows.PhaseDescribe, done)
		shown.Waiting = "the org's API calls are spent"
		return shown
	}
	again := func(second int, done int64) Snapshot {
		shown := s(second, workflows.PhaseCatchUp, done)
		shown.SecondRound = true
		return shown
	}
	var e estimator
	for _, row := range []struct {
		name string
		in   Snapshot
		want time.Duration
	}{
		{"before describe nobody knows", s(0, workflows.PhasePlan, 0), 0},
		{"nor at its first sight", s(10, workflows.PhaseDescribe, 100), 0},
		{"nor a second later", s(11, workflows.PhaseDescribe, 150), 0},
		{"then by what was done since", s(20, workflows.PhaseDescribe, 200), 80 * time.Second},
		{"nothing is left at the end", s(30, workflows.PhaseDescribe, 1000), 0},
		{"a count that falls back starts anew", s(31, workflows.PhaseDescribe, 50), 0},
		{"nobody knows it of a sync that waits", waits(40, 100), 0},
		{"nor at its first sight after the wait", s(4000, workflows.PhaseDescribe, 100), 0},
		{"then by what was done since the wait", s(4010, workflows.PhaseDescribe, 200), 80 * time.Second},
		{"nobody knows it of a listing", s(4020, workflows.PhaseCatchUp, 900), 0},
		{"nor at the first sight of the second round", again(4030, 900), 0},
		{"then by what was done since its beginning", again(4040, 950), 10 * time.Second},
	} {
		if got := e.remaining(row.in); got != row.want {
			t.Errorf("%s: got %s, want %s", row.name, got, row.want)
		}
	}
}
