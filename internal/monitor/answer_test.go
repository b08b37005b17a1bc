package monitor

import (
	"errors"
	"testing"
	"time"

	"longhaul/internal/history"
	"longhaul/workflows"
)

// TestWatcher_leavesAWaitForAPICallsAlone has every wait that a sync may have: one ends the watching, where that is asked for.
func TestWatcher_leavesAWaitForAPICallsAlone(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 30, 18, 5, 0, 0, time.UTC)
	for _, wait := range append([]string{""}, history.Waits...) {
		for _, leaves := range []bool{true, false} {
			w := &Watcher{LeavesQuota: leaves, progress: workflows.Progress{Wait: wait, Waiting: "the share is used."}}
			if err := w.leaveQuota(); (err != nil) != (leaves && wait == history.WaitQuota) {
				t.Errorf("%q, %t: %v", wait, leaves, err)
			}
		}
	}
	for _, row := range []struct {
		p    workflows.Progress
		want string
	}{
		{workflows.Progress{Until: &until}, "the sync waits for API calls until 30 Nov 18:05 UTC: the share is used"},
		{workflows.Progress{Looks: &until}, "the sync waits for API calls, and looks again at 30 Nov 18:05 UTC: the share is used"},
		{workflows.Progress{}, "the sync waits for API calls: the share is used"},
	} {
		row.p.Wait, row.p.Waiting = history.WaitQuota, "the share is used."
		err := (&Watcher{LeavesQuota: true, progress: row.p}).leaveQuota()
		if waits := (*QuotaWait)(nil); !errors.As(err, &waits) || err.Error() != row.want {
			t.Errorf("got %v, want %s", err, row.want)
		}
	}
}
