package tell

import (
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/internal/notify"
)

// A look takes as long as Temporal's answer. What a sync began to wait for meanwhile is told, not that it does not move.
func TestState_aLookDuringWhichAWaitBegins(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC)
	s := &State{Count: 7, Moved: now.Add(-time.Hour).UnixMilli()}
	s.halt(history.WaitBlocked, now)
	s.look(sight{heard: 7}, now.Add(time.Second), 15*time.Minute)
	if fact, _ := s.due(now.Add(time.Second)); fact == nil || fact.Event != notify.Blocked {
		t.Errorf("it tells %+v, want blocked", fact)
	}
	if since := s.StalledSince(); !since.IsZero() {
		t.Errorf("it is stalled since %s", since)
	}
}
