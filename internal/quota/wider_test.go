package quota

import (
	"testing"
	"time"
)

// TestWider_raisesOnlyWhatBinds has orgs of 1,000 calls that others and the source have used in part.
func TestWider_raisesOnlyWhatBinds(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for name, row := range map[string]struct {
		policy       Policy
		ours, others int64
		spent        bool
		want         Policy
	}{
		"the share binds":                        {Policy{80, 25}, 250, 0, false, Policy{Share: 50}},
		"exactly that was set":                   {Policy{95, 50}, 500, 0, false, Policy{Share: 75}},
		"the ceiling binds":                      {Policy{80, 100}, 10, 790, false, Policy{Ceiling: 90}},
		"others use more than the next step":     {Policy{80, 100}, 10, 900, false, Policy{Ceiling: 95}},
		"the share, and then the ceiling":        {Policy{80, 25}, 250, 600, false, Policy{Ceiling: 90, Share: 50}},
		"there is room":                          {Policy{80, 25}, 10, 0, false, Policy{}},
		"others use more than any ceiling":       {Policy{80, 100}, 0, 960, false, Policy{}},
		"all that is offered is set":             {Policy{95, 100}, 950, 0, false, Policy{}},
		"a ceiling that is beyond what is given": {Policy{98, 100}, 0, 985, false, Policy{}},
		"Salesforce refuses":                     {Policy{80, 25}, 250, 0, true, Policy{}},
		"it is not known":                        {Policy{}, 0, 900, false, Policy{}},
	} {
		b := Budget{Policy: row.policy}
		b.Return(0, row.ours, Usage{Used: row.ours + row.others, Max: 1000, At: now, Clock: now, Exhausted: row.spent}, now)
		if got := b.Wait(now).Wider(&b, now); got != row.want {
			t.Errorf("%s: got %+v, want %+v", name, got, row.want)
		}
	}
}
