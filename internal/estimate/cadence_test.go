package estimate_test

import (
	"strings"
	"testing"
	"time"

	"longhaul/internal/estimate"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
)

// scheduled is what is known of an org in which a number of reports changed since the last sync, each taking a second.
func scheduled(changed int64, recorded bool, every time.Duration) estimate.Input {
	noon := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	b := quota.Budget{Policy: quota.Policy{Ceiling: 100, Share: 100}}
	b.Return(0, 0, quota.Usage{Max: 1_000_000, At: noon, Clock: noon}, noon)
	in := estimate.Input{
		Source: "acme", Now: noon, Budget: b, InFlight: 1, Latency: time.Millisecond, Describe: time.Second, Samples: 2, Probe: 15 * time.Minute,
		Passes: map[listing.Kind][]int64{listing.Reports: {20_000}},
	}
	if recorded {
		in.Known = estimate.Known{Sync: "s", Finished: noon, Changed: changed}
	}
	if every > 0 {
		in.Cadence = &estimate.Cadence{Words: "every so often", Seconds: int64(every.Seconds())}
	}
	return in
}

// TestPlan_saysHowToSlowDown a schedule that no setting made.
func TestPlan_saysHowToSlowDown(t *testing.T) {
	t.Parallel()
	in := scheduled(10_000, true, 0)
	in.Cadence = &estimate.Cadence{Words: "every 1h", Seconds: 3600, Slower: "say `schedule acme --every %s` or longer"}
	plan := in.Plan()
	if got := plan.Cadence.Warning; !strings.Contains(got, ": say `schedule acme --every 4h` or longer, or give the source more API calls") {
		t.Error(got)
	}
}

func TestPlan_warnsOfAScheduleThatIsFasterThanASync(t *testing.T) {
	t.Parallel()
	const faster = "The schedule (every so often) starts syncs faster than a refresh takes (about "
	for name, row := range map[string]struct {
		changed  int64
		recorded bool
		every    time.Duration
		says     []string // none: no warning
	}{
		"slow enough":                {1000, true, 24 * time.Hour, nil},
		"no schedule":                {10_000, true, 0, nil},
		"minutes":                    {1000, true, 15 * time.Minute, []string{faster, "set schedule.every of sources.acme to 30m or more"}},
		"hours":                      {10_000, true, time.Hour, []string{faster, "set schedule.every of sources.acme to 4h or more", "quota.share"}},
		"the first sync alone":       {0, false, time.Hour, []string{"The first sync takes longer (about 5.6 h)", "nothing to change"}},
		"a first sync that has time": {0, false, 24 * time.Hour, nil},
	} {
		plan := scheduled(row.changed, row.recorded, row.every).Plan()
		switch {
		case row.every == 0:
			if plan.Cadence != nil {
				t.Errorf("%s: %+v", name, plan.Cadence)
			}
		case len(row.says) == 0 && plan.Cadence.Warning != "":
			t.Errorf("%s: %s", name, plan.Cadence.Warning)
		}
		for _, says := range row.says {
			if !strings.Contains(plan.Cadence.Warning, says) {
				t.Errorf("%s lacks %q: %s", name, says, plan.Cadence.Warning)
			}
		}
	}
}
