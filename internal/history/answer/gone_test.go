package answer

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/staging"
)

// TestWhy_ofWhatIsListedAndGone has a report that was there before, and one that no sync had while it was there.
func TestWhy_ofWhatIsListedAndGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sync(moment{idOf("00O", 1): report("was there", 1)})
	w.sync(moment{idOf("00O", 1): without(description.ReasonGone, "was there"), idOf("00O", 2): without(description.ReasonGone, "never there")})
	for of, last := range map[string]string{"was there": w.syncs[0], "never there": w.syncs[1]} {
		m := w.why(of).Matches[0]
		if m.State != "gone" || m.LastSync != last || !m.Since.Equal(began(w.syncs[1])) || !strings.Contains(m.Reason, "lists this report") ||
			!strings.Contains(m.Fix, "`longhaul sync acme --full`") {
			t.Errorf("%s: %+v, want %s", of, m, last)
		}
		w.engine.Org = &org{found: Found{Visible: true, Calls: 1}}
		got, err := w.engine.Why(t.Context(), Query{Of: of, AskOrg: true})
		if err != nil || !strings.Contains(got.Matches[0].InOrg, "`longhaul sync acme --full`") {
			t.Errorf("%s: %+v, %v", of, got, err)
		}
	}
}

// TestWhy_ofWhatWasGoneBeforeABreak has two syncs that could not be compared with those before them.
func TestWhy_ofWhatWasGoneBeforeABreak(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	other := report("another", 1)
	w.sync(moment{idOf("00O", 1): report("was there", 1), idOf("00O", 2): other})
	w.sync(moment{idOf("00O", 1): without(description.ReasonGone, "was there"), idOf("00O", 2): other})
	w.sync(moment{idOf("00O", 2): other})
	for n := range 2 {
		if err := w.store.Delete(t.Context(), staging.ChangesKey(source, w.syncs[n+1], w.syncs[n])); err != nil {
			t.Fatal(err)
		}
	}
	m := w.why(idOf("00O", 1)).Matches[0]
	if m.State != "gone" || m.LastSync != w.syncs[0] || !m.Since.Equal(began(w.syncs[1])) || strings.Contains(m.Reason, "lists this") {
		t.Errorf("%+v", m)
	}
}

// TestWhy_countsWhatHadTheNameAlone has one record of a name that is gone, and many of that name in another case.
func TestWhy_countsWhatHadTheNameAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	now := moment{idOf("00O", 99): report("Sales", 1)}
	for n := range MostMatches + 5 {
		now[idOf("00O", n)] = report("sales", 1)
	}
	w.sync(now)
	w.sync(moment{})
	if got := w.why("Sales"); len(got.Matches) != 1 || got.More != 0 {
		t.Errorf("%d matches, %d more", len(got.Matches), got.More)
	}
	if got := w.why("SALES"); len(got.Matches) != MostMatches || got.More != 6 {
		t.Errorf("in another case %d matches, %d more", len(got.Matches), got.More)
	}
}

// TestWhy_ofANameThatAnotherRecordHasToo has a report that is gone, and the component that showed it, which is called the same.
func TestWhy_ofANameThatAnotherRecordHasToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	component := &thing{kind: item.Component, fields: change.Fields{change.Name: "Pipeline"}}
	w.sync(moment{
		idOf("00O", 1): report("Pipeline", 1), idOf("00O", 2): report("Pipeline", 1), idOf("00O", 3): report("pipeline", 1), idOf("01a", 1): component,
	})
	w.sync(moment{idOf("00O", 2): report("Funnel", 1), idOf("01a", 1): component})
	w.sync(moment{idOf("00O", 2): report("Funnel", 1), idOf("01a", 1): component})
	for of, want := range map[string]string{
		"Pipeline": "component listed, report gone", "PIPELINE": "component listed, report gone, report gone", "Funnel": "report described",
	} {
		var all []string
		for _, m := range w.why(of).Matches {
			all = append(all, string(m.Kind)+" "+m.State)
		}
		if got := strings.Join(all, ", "); got != want {
			t.Errorf("%s: %s, want %s", of, got, want)
		}
	}
}

// TestWhy_asksTheOrgAboutTheOneThatIsGone of several of a name.
func TestWhy_asksTheOrgAboutTheOneThatIsGone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	component := &thing{kind: item.Component, fields: change.Fields{change.Name: "Pipeline"}}
	w.sync(moment{idOf("00O", 1): report("Pipeline", 1), idOf("01a", 1): component})
	w.sync(moment{idOf("01a", 1): component})
	o := &org{found: Found{Deleted: true, Calls: 1}}
	w.engine.Org = o
	got, err := w.engine.Why(t.Context(), Query{Of: "Pipeline", AskOrg: true})
	if err != nil || len(got.Matches) != 2 || got.Matches[0].InOrg != "" || !strings.Contains(got.Matches[1].InOrg, "The report is deleted") ||
		strings.Contains(got.Matches[1].Reason, "or hidden") {
		t.Fatalf("%+v, %v", got, err)
	}
	if diff := cmp.Diff([]string{"report " + idOf("00O", 1)}, o.asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

// TestWhy_ofANameThatChangedBeyondABreak finds the record under its new name, though no log says that it was renamed.
func TestWhy_ofANameThatChangedBeyondABreak(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sync(moment{idOf("00O", 1): report("Pipeline", 1), idOf("00O", 2): report("Pipeline", 1)})
	w.sync(moment{idOf("00O", 1): report("Funnel", 1)})
	w.drop(1, 0)
	got := w.why("Pipeline")
	if len(got.Matches) != 2 {
		t.Fatalf("%+v", got)
	}
	for i, want := range []string{"Funnel described Pipeline", "Pipeline gone "} {
		if m := got.Matches[i]; m.Name+" "+m.State+" "+m.FormerName != want {
			t.Errorf("%s %s %s, want %s", m.Name, m.State, m.FormerName, want)
		}
	}
}
