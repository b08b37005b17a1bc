package history

import "testing"

// TestAudit_renewsATypeThatHasDrifted counts sync by sync, with the reports that each audits and finds drifted.
func TestAudit_renewsATypeThatHasDrifted(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		reports int64
		syncs   [][2]int64
		want    Audit
	}{
		"five of two hundred":                        {5000, [][2]int64{{150, 4}, {50, 1}}, Audit{Audited: 200, Drifted: 5, Renew: true}},
		"four of two hundred":                        {5000, [][2]int64{{150, 3}, {50, 1}}, Audit{Audited: 200, Drifted: 4}},
		"many of too few":                            {5000, [][2]int64{{199, 199}}, Audit{Audited: 199, Drifted: 199}},
		"enough at last":                             {5000, [][2]int64{{199, 199}, {1, 0}}, Audit{Audited: 200, Drifted: 199, Renew: true}},
		"all of a small type":                        {199, [][2]int64{{1, 1}, {1, 1}}, Audit{Audited: 2, Drifted: 2, Renew: true}},
		"one of a small type":                        {199, [][2]int64{{1, 1}}, Audit{Audited: 1, Drifted: 1}},
		"not all of a small type":                    {199, [][2]int64{{5, 0}, {10, 10}}, Audit{Audited: 15, Drifted: 10}},
		"all of a type that is not small":            {200, [][2]int64{{5, 5}}, Audit{Audited: 5, Drifted: 5}},
		"a renewed type begins anew":                 {10, [][2]int64{{2, 2}, {1, 0}}, Audit{Audited: 1}},
		"a renewed type of which nothing is audited": {10, [][2]int64{{2, 2}, {0, 0}}, Audit{}},
		"each round counts by itself":                {300, [][2]int64{{300, 4}, {100, 4}}, Audit{Audited: 100, Drifted: 4}},
		"a round of a small type is two hundred":     {10, [][2]int64{{190, 4}, {1, 0}, {9, 1}}, Audit{Audited: 200, Drifted: 5, Renew: true}},
	} {
		var a Audit
		for _, sync := range row.syncs {
			a = a.After(sync[0], sync[1], row.reports)
		}
		if a != row.want {
			t.Errorf("%s: %+v, want %+v", name, a, row.want)
		}
	}
	r := Record{Audits: map[string]Audit{"Deal__c": {Renew: true}, "Account": {Audited: 300}}}
	if types := r.Renewed(); len(types) != 1 || !types["Deal__c"] {
		t.Errorf("renewed are %v", types)
	}
}
