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
	var runs []*timestamppb.Timestamp
	for _, in := range []time.Duration{-time.Second, time.Hour, 2 * time.Hour} {
		runs = append(runs, timestamppb.New(now.Add(in)))
	}
	l := new(Ledger)
	if at := l.Next("acme", now); !at.IsZero() {
		t.Errorf("before anything was listed: %s", at)
	}
	l.listed.Store(&map[string]*schedulepb.ScheduleListInfo{
		"acme":   {FutureActionTimes: runs},
		"paused": {FutureActionTimes: runs, Paused: true},
		"over":   {FutureActionTimes: runs[:1]},
	})
	for source, want := range map[string]time.Time{"acme": now.Add(time.Hour), "paused": {}, "over": {}, "none": {}} {
		if at := l.Next(source, now); !at.Equal(want) {
			t.Errorf("%s starts at %s, want %s", source, at, want)
		}
	}
}
