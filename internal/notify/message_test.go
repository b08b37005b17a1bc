package notify_test

import (
	"testing"

	"longhaul/internal/notify"
)

// The number in an id orders the messages of one sync. Those of others, and those that no sync told, have none.
func TestNumberOf_isThatOfTheSyncItself(t *testing.T) {
	t.Parallel()
	const sync = "20261123T060000.000Z-ab12cd34"
	for id, want := range map[string]int{
		notify.IDOf("acme", sync, notify.Stalled, 1):                            1,
		notify.IDOf("acme", sync, notify.FirstSyncComplete, 120):                120,
		notify.IDOf("acme-east", sync, notify.Stalled, 2):                       0,
		notify.IDOf("acme", "20261124T060000.000Z-ab12cd34", notify.Blocked, 3): 0,
		"notify-acme-" + sync + "-columns_lost":                                 0,
		"another-1":                                                             0, "digest-4": 0, "": 0,
	} {
		if got := notify.NumberOf("acme", sync, id); got != want {
			t.Errorf("%q has the number %d, want %d", id, got, want)
		}
	}
}
