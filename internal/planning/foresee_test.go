package planning

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/streamtest"
)

// TestForesee_countsWhatAPlanDoes asks before a sync of an org in which nothing changed, and then plans it.
func TestForesee_countsWhatAPlanDoes(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 10)
	last := keepRecord(t, s, earlier, history.Record{Identity: me, Audits: map[string]history.Audit{"Drifted__c": {Renew: true}}},
		knownOf(t, 0, description.StateReused, nil),
		knownOf(t, 1, description.StateDescribed, func(d *description.Description) { d.At = good.Add(month) }),
		knownOf(t, 2, description.StateObsolete, nil),
		knownOf(t, 3, description.StateUnsupported, nil),
		denialOf(t, 4, 3, good.Add(month)), denialOf(t, 5, 1, good),
		knownOf(t, 6, description.StateDescribed, func(d *description.Description) { d.Type = "Drifted__c" }),
		knownOf(t, 7, description.StateFailed, nil), knownOf(t, 8, description.StateGone, nil),
		knownOf(t, 9, description.StateGone, func(d *description.Description) { d.Denials, d.At = 3, good.Add(month) }))
	by := Refresh{Now: good.Add(month), Audit: month}
	got, err := Foresee(t.Context(), s, last, by)
	if err != nil {
		t.Fatal(err)
	}
	want := Foreseen{Again: 3, Waiting: 2, Audits: 2, Renewed: 1, Without: 1}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	planned := audited(t, s, current, by.Now, 1000)
	if planned.ToDescribe != got.Again+got.Audits+got.Renewed || planned.Audits != got.Audits ||
		planned.States[description.StateDenied]+planned.States[description.StateGone] != got.Waiting || planned.Reused != 10-planned.ToDescribe {
		t.Errorf("foreseen %+v, planned %+v", got, planned)
	}
	streamtest.Tear(t, s, last.Descriptions())
	if _, err := Foresee(t.Context(), s, last, by); err == nil {
		t.Error("a torn stream foretells nothing")
	}
}

// denialOf is a line of report n that was refused.
func denialOf(t *testing.T, n, denials int, at time.Time) string {
	t.Helper()
	return knownOf(t, n, description.StateDenied, func(d *description.Description) {
		d.Denials, d.At, d.Reason = denials, at, description.ReasonNoAccess
	})
}
