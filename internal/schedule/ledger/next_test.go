package ledger

import (
	"testing"
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"google.golang.org/protobuf/types/known/timestamppb"
)

// TestNext_isTheFirstRunThatIsToCome by a list that may be a minute old.
func TestNext_isTheFirstRunThatIsToCome(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 20, 0, 0, 0, time.UTC)
	runs := []*timestamppb.Timestamp{timestamppb.New(now.Add(-time.Second)), timestamppb.New(now.Add(time.Hour)), timestamppb.New(now.Add(2 * time.Hour))}
	l := new(Ledger)
	if at := l.Next("acme", now); !at.IsZero() {
		t.Errorf("before anything was listed: %s", at)
	}
	l.listed.Store(&map[string]*schedulepb.ScheduleListInfo{
		"acme": {FutureActionTimes: runs}, "paused": {FutureActionTimes: runs, Paused: true}, "over": {FutureActionTimes: runs[:1]},
	})
	for source, want := range map[string]time.Time{"acme": now.Add(time.Hour), "paused": {}, "over": {}, "none": {}} {
		if at := l.Next(source, now); !at.Equal(want) {
			t.Errorf("%s starts at %s, want %s", source, at, want)
		}
	}
}
