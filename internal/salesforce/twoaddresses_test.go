package salesforce_test

import (
	"sync"
	"testing"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
)

// counted gives a client the bound of logins that every source has, kept in a bucket.
func counted(t *testing.T) func(*salesforce.Config, server.Ready) {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	return func(c *salesforce.Config, _ server.Ready) { c.Slots = store.Logins("acme") }
}

// request sends n requests, that many in flight, tries each again as a shard does, and returns how many were never answered.
func request(t *testing.T, client *salesforce.Client, n, inFlight int) (lost int) {
	t.Helper()
	work, errs := make(chan int), make(chan error, n)
	var all sync.WaitGroup
	for range inFlight {
		all.Go(func() {
			for range work {
				_, err := salesforce.Count(t.Context(), client)
				for tries := 1; fault.Is(err, fault.SessionExpired) && fault.From(err).RetryAfter == 0 && tries < 4; tries++ {
					_, err = salesforce.Count(t.Context(), client)
				}
				errs <- err
			}
		})
	}
	for i := range n {
		work <- i
	}
	close(work)
	all.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			if lost++; lost == 1 {
				t.Logf("the first that was lost: %v", err)
			}
		}
	}
	return lost
}

// The org locks sessions to an address, and the network has two: half of the connections are refused with every token.
func TestLogins_ofANetworkWithTwoAddresses(t *testing.T) {
	t.Parallel()
	const asked = 2000
	client, sim := simulate(t, server.Options{
		Reports: 10, Latency: 5 * time.Millisecond, Faults: []server.Fault{{Name: "session_ip_locked"}},
	}, counted(t))
	begun := time.Now()
	lost := request(t, client, asked, 24)
	stats := sim.Stats()
	t.Logf("%d logins and %d answers of 401 in %.1f s for %d requests; %d lost",
		stats.Logins, stats.Routes["query"]["401"], time.Since(begun).Seconds(), asked, lost)
	if stats.Logins > 6 {
		t.Errorf("%d logins for %d requests, want 6 at most", stats.Logins, asked)
	}
	if lost > asked/100 {
		t.Errorf("%d of %d requests were never answered, although every other connection is good", lost, asked)
	}
}

// A resource that refuses every session must not cost logins: the session is good for everything else.
func TestLogins_ofAReportThatRefusesEverySession(t *testing.T) {
	t.Parallel()
	client, sim := simulate(t, server.Options{Reports: 10, Columns: 2, TypeMetadata: 100}, counted(t))
	ids := reportIDs(t, client)
	if err := sim.SetFaults([]server.Fault{{Name: "session_expired", IDs: ids[:1]}}); err != nil {
		t.Fatal(err)
	}
	before := sim.Stats().Logins
	for range 8 {
		if _, err := client.DescribeReport(t.Context(), ids[0]); !fault.Is(err, fault.SessionExpired) {
			t.Fatalf("the report that refuses: %v", err)
		}
		if _, err := client.DescribeReport(t.Context(), ids[1]); err != nil {
			t.Fatalf("another one: %v", err)
		}
		if sim.Stats().Logins-before > 3 {
			break
		}
	}
	if logins := sim.Stats().Logins - before; logins > 3 {
		t.Errorf("%d logins for one report that refuses every session, want 3 at most", logins)
	}
}

func reportIDs(t *testing.T, client *salesforce.Client) (ids []string) {
	t.Helper()
	for page, err := range client.Pages(t.Context(), salesforce.Query{Object: "Report"}) {
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range page.Records {
			ids = append(ids, idIn(t, record))
		}
	}
	return ids
}
