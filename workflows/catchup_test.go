package workflows_test

import (
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/workflows"
)

// TestCatchUp_listsSinceTheSyncBeganWhateverTheClockSaid has the login tell a time that lies a day ahead, as that of a proxy.
func TestCatchUp_listsSinceTheSyncBeganWhateverTheClockSaid(t *testing.T) {
	t.Parallel()
	for name, began := range map[string]time.Time{
		"a clock that agrees":                dawn.Add(-time.Minute),
		"a clock that lies a day ahead":      dawn.Add(-25 * time.Hour),
		"a clock that lies two hours behind": dawn.Add(2 * time.Hour),
	} {
		o := &org{authenticate: spentBut(10)}
		env := environment(t, o, "sync-acme")
		env.SetStartTime(began)
		o.catchUp = func(p activities.CatchUpParams) (activities.CatchUpResult, error) {
			if latest := began.Add(-4 * time.Minute); p.Since.After(latest) && name != "a clock that agrees" || p.Since.After(dawn) {
				t.Errorf("%s: changes are listed since %s, and the sync began at %s", name, p.Since, began)
			}
			return activities.CatchUpResult{}, nil
		}
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
		if _, failure := resultOf(t, env); failure != nil || o.count("CatchUp") != 1 {
			t.Errorf("%s: %d listings, %v", name, o.count("CatchUp"), failure)
		}
	}
}
