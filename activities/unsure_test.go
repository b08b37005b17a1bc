package activities_test

import (
	"testing"

	"longhaul/activities"
	"longhaul/internal/simulator/server"
)

// A request that an outage answers may count for the quota, and no screen shows it.
func TestAuthenticate_countsForCertainWhatTheOrgCounted(t *testing.T) {
	t.Parallel()
	org := simulated(t, server.Options{Reports: 5, Faults: []server.Fault{{Name: "api_503_html", Times: 2}}})
	value, err := newEnv(t, clientOf(t, org, nil)).ExecuteActivity("Authenticate",
		activities.AuthenticateParams{Sync: activities.Sync{Source: "acme", ID: "a"}})
	var got activities.AuthenticateResult
	if err == nil {
		err = value.Get(&got)
	}
	if counted := int64(org.Stats().APICalls); err != nil || got.Unsure != 2 || got.Calls-got.Unsure != counted {
		t.Errorf("%d calls, %d of them unsure, and the org counted %d: %v", got.Calls, got.Unsure, counted, err)
	}
}
