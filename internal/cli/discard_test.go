package cli

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestDiscard_waitsUntilTheSyncIsOver, for a sync that is started before would join the one that ends.
func TestDiscard_waitsUntilTheSyncIsOver(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for late, says := range map[time.Duration]string{
			10 * time.Second: "The sync of acme is discarded: nothing of it reaches the catalog. `a-starter sync acme` starts the next one",
			time.Hour:        "It is still ending, and `a-starter status acme` shows when it has; then `a-starter sync acme` starts the next one",
		} {
			s, begun := steer(halfGone), time.Now()
			timer := time.AfterFunc(late, func() { s.ended <- nil })
			code, out := give(t, s, "discard", "acme")
			timer.Stop()
			if took := time.Since(begun); code != 0 || !strings.Contains(out.stdout.String(), says) || took < 10*time.Second || took > time.Minute {
				t.Errorf("code %d after %s: %s%s", code, took, out.stdout.String(), out.stderr.String())
			}
		}
	})
}
