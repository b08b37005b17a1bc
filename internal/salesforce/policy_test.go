package salesforce_test

import (
	"encoding/json"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
)

func idIn(t *testing.T, record []byte) string {
	t.Helper()
	var with struct{ ID string }
	if err := json.Unmarshal(record, &with); err != nil {
		t.Fatal(err)
	}
	return with.ID
}

// describeAll describes the reports at once and counts the answers and the refusals by a policy.
func describeAll(t *testing.T, client *salesforce.Client, ids []string) (answered, refused int64) {
	t.Helper()
	var good, bad atomic.Int64
	var all sync.WaitGroup
	for _, id := range ids {
		all.Go(func() {
			switch _, err := client.DescribeReport(t.Context(), id); {
			case err == nil:
				good.Add(1)
			case fault.Is(err, fault.SessionPolicy):
				bad.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	all.Wait()
	return good.Load(), bad.Load()
}

// policyFaults are the policies of sessions, by the simulator's names.
var policyFaults = []string{"session_not_for_rest", "session_app_not_attached", "high_assurance"}

// A policy that one session meets, as during maintenance, costs one login and stops nothing.
func TestPolicy_thatPassesCostsOneLogin(t *testing.T) {
	t.Parallel()
	for _, name := range policyFaults {
		client, sim := simulate(t, server.Options{Reports: 24, Columns: 2, TypeMetadata: 100, Latency: 10 * time.Millisecond})
		ids := reportIDs(t, client)
		if err := sim.SetFaults([]server.Fault{{Name: name, Times: 1}}); err != nil {
			t.Fatal(err)
		}
		answered, refused := describeAll(t, client, ids)
		if refused > 0 || answered != int64(len(ids)) || sim.Stats().Logins != 2 {
			t.Errorf("%s: %d of %d answered, %d refused after %d logins; want all after 2", name, answered, len(ids), refused, sim.Stats().Logins)
		}
	}
}

// A policy that holds is confirmed by one more login, however many requests meet it, and only one of them is repeated.
func TestPolicy_thatHoldsIsBelievedOnce(t *testing.T) {
	t.Parallel()
	for _, name := range policyFaults {
		client, sim := simulate(t, server.Options{Reports: 24, Columns: 2, TypeMetadata: 100, Latency: 10 * time.Millisecond})
		ids := reportIDs(t, client)
		if err := sim.SetFaults([]server.Fault{{Name: name}}); err != nil {
			t.Fatal(err)
		}
		status := "401"
		if name == "high_assurance" {
			status = "403"
		}
		for round := range 2 {
			answered, refused := describeAll(t, client, ids)
			if answered > 0 || refused != int64(len(ids)) || sim.Stats().Logins != 2 {
				t.Errorf("%s: %d answered and %d refused after %d logins", name, answered, refused, sim.Stats().Logins)
			}
			if got, want := sim.Stats().Routes["describe"][status], (round+1)*len(ids)+1; got != want {
				t.Errorf("%s: %d requests were refused, want %d", name, got, want)
			}
		}
	}
}

// A session that met a policy stays bad when the policy is relaxed. Resuming the sync brings a new one, once.
func TestPolicy_thatIsRelaxedNeedsANewLogin(t *testing.T) {
	t.Parallel()
	for _, name := range policyFaults {
		client, sim := simulate(t, server.Options{Reports: 24, Columns: 2, TypeMetadata: 100})
		ids := reportIDs(t, client)
		if err := sim.SetFaults([]server.Fault{{Name: name}}); err != nil {
			t.Fatal(err)
		}
		if _, refused := describeAll(t, client, ids); refused != int64(len(ids)) {
			t.Fatalf("%s: %d refused", name, refused)
		}
		if err := sim.SetFaults(nil); err != nil {
			t.Fatal(err)
		}
		resumed := time.Now()
		for range 8 { // shards
			client.Renew(resumed)
			if answered, refused := describeAll(t, client, ids); refused > 0 || answered != int64(len(ids)) {
				t.Errorf("%s: %d answered and %d refused after the policy was relaxed", name, answered, refused)
			}
		}
		if sim.Stats().Logins != 3 {
			t.Errorf("%s: %d logins, want 3", name, sim.Stats().Logins)
		}
	}
}
