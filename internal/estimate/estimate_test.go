package estimate_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/estimate"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
)

var noon = time.Date(2026, 11, 24, 12, 10, 0, 0, time.UTC)

// input is an org of 3,000 reports that allows 4,000 calls a day, of which others have used some.
func input(others int64) estimate.Input {
	b := quota.Budget{Policy: quota.Policy{Ceiling: 80, Share: 25}}
	b.Return(0, 12, quota.Usage{Used: others + 12, Max: 4000, At: noon, Clock: noon}, noon)
	return estimate.Input{
		Source: "acme", Now: noon, Asked: 12, Budget: b, Probe: 15 * time.Minute, InFlight: 24,
		Latency: 200 * time.Millisecond, Describe: 480 * time.Millisecond, Samples: 2,
		Passes: map[listing.Kind][]int64{
			listing.Folders: {100}, listing.Reports: {3000}, listing.Dashboards: {200}, listing.Components: {4000}, listing.Users: {0},
		},
	}
}

func says(p estimate.Plan, words string) bool {
	return strings.Contains(strings.Join(p.Unknown, "\n"), words)
}

// TestPlan_ofASmallQuota has a share that makes the sync wait for days.
func TestPlan_ofASmallQuota(t *testing.T) {
	t.Parallel()
	p := input(500).Plan()
	if p.First.Calls != 3+8+3000+4 || p.First.Describes != 3000 || p.Refresh.Describes != 0 || p.Calls != 12 {
		t.Errorf("the first sync takes %+v, the refresh %+v", p.First, p.Refresh)
	}
	if hours := *p.First.Seconds / 3600; hours != 74 || p.First.Ends.Sub(noon) != time.Duration(*p.First.Seconds)*time.Second {
		t.Errorf("at 1,000 calls in about 25 hours it takes %d hours, to %s", hours, p.First.Ends)
	}
	var calls, waits int64
	for _, day := range p.First.Days {
		calls, waits = calls+day.Calls, waits+day.Waits
	}
	if calls != p.First.Calls || len(p.First.Days) != 4 || waits != p.First.Waits {
		t.Errorf("the days are %+v", p.First.Days)
	}
	want := &estimate.Quota{Max: 4000, Used: 512, Ours: 12, Others: 500, Ceiling: 80, Share: 25}
	if diff := cmp.Diff(want, p.Quota); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if p.Share == nil || *p.Share != 39 { // 1,560 calls in a day, as some are left to spare
		t.Errorf("the share for 48 hours is %v, want 39", p.Share)
	}
	if s := p.Sooner; s == nil || s.Share != 39 || s.Ceiling != 80 || s.Seconds/3600 != 24 || s.Ends.Sub(noon) != time.Duration(s.Seconds)*time.Second {
		t.Errorf("with that share: %+v", s)
	}
	if !says(p, "they used 500 API calls in the last 24 hours, and that is assumed to stay so") {
		t.Errorf("what is not known: %q", p.Unknown)
	}
}

// TestPlan_shareFor48Hours is none where nothing is gained by it.
func TestPlan_shareFor48Hours(t *testing.T) {
	t.Parallel()
	quick, crowded, silent := input(0), input(3000), input(0)
	quick.Budget.Policy.Share = 90
	silent.Budget.Max = 0
	for name, in := range map[string]estimate.Input{"it is quick already": quick, "others are in the way": crowded, "the maximum is not known": silent} {
		if p := in.Plan(); p.Share != nil {
			t.Errorf("%s: the share is %d", name, *p.Share)
		}
	}
}

// TestPlan_givesNoTimeWhereNobodyKnowsIt keeps counting calls.
func TestPlan_givesNoTimeWhereNobodyKnowsIt(t *testing.T) {
	t.Parallel()
	silent, full := input(0), input(3300)
	silent.Budget.Max = 0
	for words, in := range map[string]estimate.Input{
		`give the run-as user "View Setup and Configuration"`:                              silent,
		"when the first sync would end: it is not known how many API calls the org allows": silent,
		"when a refresh would end: others use so many API calls":                           full,
	} {
		p := in.Plan()
		if p.First.Seconds != nil || p.First.Ends != nil || p.First.Calls != 3015 || len(p.First.Days) != 0 || !says(p, words) {
			t.Errorf("%s: %+v, not known: %q", words, p.First, p.Unknown)
		}
	}
}

func TestPlan_saysWhatIsReused(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		known estimate.Known
		left  int64 // to describe
		how   string
	}{
		"no sync yet":               {estimate.Known{}, 0, "no sync of the source is recorded yet"},
		"some changed":              {estimate.Known{Sync: "s", Changed: 40, Again: 2}, 42, "estimated: "},
		"some have no columns":      {estimate.Known{Sync: "s", Changed: 40, Again: 2, Without: 15}, 42, "estimated: "},
		"some are audited":          {estimate.Known{Sync: "s", Changed: 40, Again: 2, Audits: 100}, 142, "estimated: "},
		"as many as calls are left": {estimate.Known{Sync: "s", Changed: 40, Again: 2, Audits: 2000}, 42 + (988-32-3-8-4-42)/2, "estimated: "},
		"a type has drifted":        {estimate.Known{Sync: "s", Changed: 40, Renewed: 500, Audits: 2000}, 540 + (988-32-3-8-4-540)/2, "estimated: "},
		"denied ones wait":          {estimate.Known{Sync: "s", Changed: 40, Again: 2, Waiting: 30, Without: 15}, 42, "estimated: "},
		"all have drifted":          {estimate.Known{Sync: "s", Changed: 40, Renewed: 3000, Audits: 3000, Waiting: 2}, 3000, "estimated: "},
		"more changed than are":     {estimate.Known{Sync: "s", Changed: 4000}, 3000, "estimated: "},
		"another user":              {estimate.Known{Sync: "s", Why: "nothing: the run-as user is another"}, 3000, "the run-as user"},
		"changes cannot be counted": {estimate.Known{Sync: "s", Changed: -1, Again: 2}, 3000, "could not be counted"},
	} {
		in := input(0)
		in.Known = row.known
		p := in.Plan()
		if p.Refresh.Describes != row.left || row.known.Sync != "" && p.Reused.Reports != 3000-row.left-p.Reused.Without-p.Reused.Waiting ||
			p.Reused.Without != row.known.Without || !strings.Contains(p.Reused.How, row.how) {
			t.Errorf("%s: a refresh describes %d, %+v", name, p.Refresh.Describes, p.Reused)
		}
	}
}

// TestPlan_ofNoDescribe assumes a pace and says so.
func TestPlan_ofNoDescribe(t *testing.T) {
	t.Parallel()
	in := input(0)
	in.Samples, in.Describe = 0, 0
	if p := in.Plan(); p.Pace.Seconds != 1 || !says(p, "a second is assumed") {
		t.Errorf("%+v, not known: %q", p.Pace, p.Unknown)
	}
	in.Passes[listing.Reports] = []int64{0}
	if p := in.Plan(); says(p, "a second is assumed") || p.First.Calls != 3+7+4 {
		t.Errorf("of no report: %+v, not known: %q", p.First, p.Unknown)
	}
}

// TestPlan_saysWhichCeilingHelps has others who leave less below the ceiling than a first sync needs in 48 hours.
func TestPlan_saysWhichCeilingHelps(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		others, records int64
		endless         bool
		ceiling, share  int
		within          time.Duration
	}{
		"a wider ceiling ends it in time": {others: 2500, records: 1600, ceiling: 84, share: 25, within: 48 * time.Hour},
		"none does, and one ends it":      {others: 3300, records: 3000, endless: true, ceiling: 95, share: 25, within: 20 * 24 * time.Hour},
	} {
		in := input(row.others)
		in.Passes[listing.Reports] = []int64{row.records}
		p := in.Plan()
		s := p.Sooner
		if s == nil || p.Share != nil || s.Ceiling != row.ceiling || s.Share != row.share || s.Seconds > int64(row.within/time.Second) {
			t.Errorf("%s: %+v, share %v", name, s, p.Share)
		}
		if (p.First.Seconds == nil) != row.endless || row.endless && !strings.Contains(p.First.Why, "others use so many API calls") {
			t.Errorf("%s: without it: %+v", name, p.First)
		}
	}
}

// TestPlan_countsLooks has a sync whose calls are more than its steps, because it asks how many others have left.
func TestPlan_countsLooks(t *testing.T) {
	t.Parallel()
	in := input(2900)
	p := in.Plan()
	if p.First.Looks <= 0 || p.First.Calls != 3015+p.First.Looks {
		t.Errorf("%d calls, of them %d looks", p.First.Calls, p.First.Looks)
	}
}

// TestPlan_looksUpWhatVanished is a call for each kind of which fewer are seen.
func TestPlan_looksUpWhatVanished(t *testing.T) {
	t.Parallel()
	in := input(0)
	in.Known = estimate.Known{Sync: "s"}
	before := in.Plan().Refresh.Calls
	in.Known.Vanished = 2
	if p := in.Plan(); p.Refresh.Calls != before+2 || p.First.Calls != 3015 {
		t.Errorf("%d calls, %d before", p.Refresh.Calls, before)
	}
}
