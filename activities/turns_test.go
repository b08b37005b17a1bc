package activities

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"go.temporal.io/sdk/activity"
)

// A search for a source finds its failed attempts. An activity that any worker takes belongs to none.
func TestAttemptFields_nameTheSource(t *testing.T) {
	t.Parallel()
	for queue, want := range map[string]string{"longhaul-acme-eu": "acme-eu", "longhaul": ""} {
		fields := attemptFields("retry", activity.Info{TaskQueue: queue, Attempt: 3}, "refused")
		at := slices.Index(fields, any("source"))
		if want == "" && at >= 0 || want != "" && (at < 0 || fields[at+1] != want) || len(fields)%2 != 0 {
			t.Errorf("%s: %v", queue, fields)
		}
	}
}

// All shards of a sync in one process take turns at showing it, so that it is shown every ten seconds, however many they are.
func TestTurns_oneForAWorkflowInTenSeconds(t *testing.T) {
	t.Parallel()
	var turns turns
	at, taken := time.Date(2026, 11, 29, 14, 0, 0, 0, time.UTC), 0
	for range 100 { // seconds
		for range 8 { // shards
			if turns.take("run", at, showEvery) {
				taken++
			}
		}
		at = at.Add(time.Second)
	}
	if taken < 10 || taken > 12 {
		t.Errorf("it was shown %d times in 100 s", taken)
	}
	for n := range 50 {
		turns.take(fmt.Sprint(n), at.Add(time.Duration(n)*time.Minute), showEvery)
	}
	if len(turns.last) > 3 {
		t.Errorf("%d syncs are remembered that are over", len(turns.last))
	}
}
