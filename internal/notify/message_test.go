package notify_test

import (
	"testing"

	"longhaul/internal/notify"
)

func TestNumberOf_isThatOfIDOf(t *testing.T) {
	t.Parallel()
	const sync = "20261123T050000.000Z-1a2b3c4d"
	for _, source := range []string{"acme", "acme-eu"} {
		for _, n := range []int{1, 9, 120} {
			if got := notify.NumberOf(source, sync, notify.IDOf(source, sync, notify.ColumnsLost, n)); got != n {
				t.Errorf("message %d of %s has number %d", n, source, got)
			}
		}
	}
	for _, id := range []string{
		"", "notify-1", "a-1", "notify-acme-" + sync, "notify-acme-" + sync + "-failed-still", "notify-acme-" + sync + "-failed--1",
		notify.IDOf("acme-eu", sync, notify.Failed, 2), notify.IDOf("acme", "20261122T050000.000Z-1a2b3c4d", notify.Failed, 3),
		"x" + notify.IDOf("acme", sync, notify.Failed, 4),
	} {
		if got := notify.NumberOf("acme", sync, id); got != 0 {
			t.Errorf("%q, which the sync did not tell, has number %d", id, got)
		}
	}
}
