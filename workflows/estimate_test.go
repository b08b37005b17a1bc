package workflows_test

import (
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/estimate"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
)

// estimated is the plan of a sync of the org, from what a few calls at its beginning tell.
func (m *metered) estimated() estimate.Plan {
	used, _ := m.used.Used()
	b := quota.Budget{Policy: m.policy, Margin: int64(healthy().MaxInFlight)}
	b.Recall(m.earlier)
	b.Return(0, 0, quota.Usage{Used: int64(used), Max: int64(m.daily), At: m.now(), Clock: m.now()}, m.now())
	in := estimate.Input{
		Source: "acme", Now: m.now(), Asked: 12, Passes: map[listing.Kind][]int64{}, Budget: b, Probe: m.probe,
		InFlight: healthy().MaxInFlight, Latency: m.latency, Describe: m.latency, Samples: 2,
		Known: estimate.Known{Sync: "s", Changed: m.kinds.Reports - m.reused},
	}
	for _, kind := range listing.Kinds {
		in.Passes[kind] = []int64{m.count(kind)}
	}
	return in.Plan()
}

// orgs are those whose plans are compared with their syncs.
func orgs() map[string]*metered {
	medium := func(reports int64) activities.Kinds {
		return activities.Kinds{Folders: 300, Reports: reports, Dashboards: 200, Components: 1800, Users: 7000}
	}
	return map[string]*metered{
		"small": {daily: 100_000, kinds: activities.Kinds{Folders: 5, Reports: 60, Dashboards: 4, Components: 20, Users: 30}},
		"huge": {
			daily: 150_000, policy: quota.Policy{Ceiling: 80, Share: 25}, latency: 900 * time.Millisecond,
			kinds: activities.Kinds{Folders: 9000, Reports: 120_000, Dashboards: 12_000, Components: 150_000, Users: 60_000},
		},
		"small quota":  {daily: 1000, kinds: medium(4000)},
		"high latency": {daily: 200_000, latency: 12 * time.Second, kinds: medium(30_000)},
		"refresh": {
			daily: 1500, reused: 4000, kinds: medium(5000),
			earlier: []quota.Hour{{Hour: dawn.Unix()/3600 - 10, Calls: 900, Last: dawn.Add(-9*time.Hour - 30*time.Minute).Unix()}},
		},
		"others by night":             {daily: 6000, steady: 60, burst: 1500, kinds: medium(9000)},
		"others by night, unsteadily": {daily: 6000, steady: 60, burst: 1500, grows: 20, kinds: medium(9000)},
	}
}

// TestEstimate_holdsForSixOrgs compares what a plan says of a sync with what the sync then takes, by the rules of the real one and the
// count of the simulator.
func TestEstimate_holdsForSixOrgs(t *testing.T) {
	t.Parallel()
	for name, m := range orgs() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m.open(t)
			plan := m.estimated()
			said := plan.First
			if m.reused > 0 {
				said = plan.Refresh
			}
			ended, result := m.run(t)
			took := int64(ended.Sub(dawn) / time.Second)
			t.Logf("said %d calls and %.1f h (%s), took %d calls and %.1f h", said.Calls, float64(*said.Seconds)/3600, said.Forecast.Words(),
				result.APICalls, float64(took)/3600)
			if off := said.Calls - result.APICalls; 10*max(off, -off) > result.APICalls {
				t.Errorf("it said %d calls, and took %d", said.Calls, result.APICalls)
			}
			if off := *said.Seconds - took; m.grows == 0 && 5*max(off, -off) > took {
				t.Errorf("it said %d s, and took %d", *said.Seconds, took)
			}
			if others := m.steady > 0; others != (said.Least != nil) {
				t.Fatalf("there are others: %t, the range is from %v", others, said.Least)
			}
			if said.Least == nil {
				return
			}
			if took < *said.Least || took > *said.Most {
				t.Errorf("it took %d s, and should be between %d and %d", took, *said.Least, *said.Most)
			}
			if *said.Least*10 < *said.Seconds*7 || *said.Most*10 > *said.Seconds*13 {
				t.Errorf("the range is %d to %d for %d", *said.Least, *said.Most, *said.Seconds)
			}
		})
	}
}
