package e2e_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/simulator/server"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
	"longhaul/workflows"
)

// TestRefresh_ofAnUnchangedOrgListsIt counts the calls of syncs of an org in which nothing changes: on the same day, after sixteen
// days and after thirty more.
func TestRefresh_ofAnUnchangedOrgListsIt(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 300, Columns: 2}, thrifty)
	first := p.sync(t)
	listings := work(p.sim.Stats()) - described(p.sim)
	if first.States.Denied == 0 || first.States.Gone == 0 || first.States.Obsolete == 0 {
		t.Fatalf("the org has %+v", first.States)
	}
	failing := first.States.Failed // which are tried in each sync
	denied, gone := first.States.Denied, first.States.Gone
	for _, row := range []struct {
		name     string
		after    time.Duration
		tried    int64
		least    int64 // audits
		allAudit bool
	}{
		{"on the same day", time.Minute, failing, 0, false},
		{"after sixteen days", 16 * 24 * time.Hour, failing + denied + gone, 1, false},
		{"after thirty more", 30 * 24 * time.Hour, failing + denied + gone, 1, true},
		{"a minute later", time.Minute, failing, 0, false},
	} {
		p.sim.Advance(row.after)
		plan := p.plan(t)
		before, describes := work(p.sim.Stats()), described(p.sim)
		result := p.sync(t)
		took, calls := int64(described(p.sim)-describes), work(p.sim.Stats())-before
		audits := took - row.tried
		if audits < row.least || row.least == 0 && audits != 0 || row.allAudit && audits != first.States.Described+first.States.Obsolete {
			t.Errorf("%s: %d describes, of them %d tries and %d audits", row.name, took, row.tried, audits)
		}
		if others := calls - int(took); others > listings {
			t.Errorf("%s: %d calls beside the describes, the first sync %d", row.name, others, listings)
		}
		if plan.Refresh.Describes != took || plan.Reused.Audits != audits || plan.Reused.Again != row.tried {
			t.Errorf("%s: the plan says %d describes, %+v; there were %d", row.name, plan.Refresh.Describes, plan.Reused, took)
		}
		near(t, "calls of a refresh "+row.name, plan.Refresh.Calls, result.APICalls, 10)
		if result.States.Described != audits-first.States.Obsolete && row.allAudit || result.States.Denied != denied || result.States.Gone != gone ||
			result.States.Described+result.States.Reused != first.States.Described {
			t.Errorf("%s: %+v, of the first sync %+v", row.name, result.States, first.States)
		}
	}
}

// typesOf are the columns that the reports of each type show, report by report.
func typesOf(t *testing.T, p *plant, result workflows.Result) map[string]map[string][]string {
	t.Helper()
	types := map[string]map[string][]string{}
	for line, err := range description.Read(t.Context(), p.store, staging.Sync{Source: "acme", ID: result.Sync}) {
		if err != nil {
			t.Fatal(err)
		}
		d, err := description.Decode(line)
		if err != nil {
			t.Fatal(err)
		}
		if !d.State.HasColumns() {
			continue
		}
		var shows struct{ DetailColumns []string }
		if err := json.Unmarshal(d.ReportMetadata, &shows); err != nil {
			t.Fatal(err)
		}
		if types[d.Type] == nil {
			types[d.Type] = map[string][]string{}
		}
		types[d.Type][d.ID] = shows.DetailColumns
	}
	return types
}

// TestRefresh_findsWhatChangedBehindADate relabels the fields of a report type and takes a field from another one, and no date of a
// report tells it. The period of the audit is two days: each report is looked at within it.
func TestRefresh_findsWhatChangedBehindADate(t *testing.T) {
	t.Parallel()
	p := newPlant(t, server.Options{Reports: 150, Columns: 3}, func(s *source.Source) {
		thrifty(s)
		s.Refresh.Audit = 48 * time.Hour
	})
	inTheMorning(p.sim)
	first := p.sync(t)
	types := typesOf(t, p, first)
	var names []string // by their reports, the largest first
	for name := range types {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int { return 1000*(len(types[b])-len(types[a])) + strings.Compare(a, b) })
	relabelled, lessened := names[0], names[1]
	if relabelled == "" || lessened == "" || len(types[lessened]) < 4 {
		t.Fatalf("the types are %q", names)
	}
	change, seen := server.Churn{}, map[string]bool{}
	for _, columns := range types[relabelled] {
		for _, column := range columns {
			if !seen[column] && !strings.HasPrefix(column, "BucketField") && column != "CDF1" {
				change.Relabel = append(change.Relabel, server.Field{Type: relabelled, Column: column, Label: "Another " + column})
			}
			seen[column] = true
		}
	}
	for _, columns := range types[lessened] {
		change.Drop = []server.Field{{Type: lessened, Column: columns[0]}}
		break
	}
	p.churn(t, change)

	var renewed int64
	for day := range 3 {
		p.sim.Advance(24 * time.Hour)
		result := p.sync(t)
		var record history.Record
		if err := p.store.ReadJSON(t.Context(), staging.RecordKey("acme", result.Sync), &record); err != nil {
			t.Fatal(err)
		}
		warned := slices.ContainsFunc(result.Warnings, func(w warning.Shown) bool { return w.Code == "types_renewed" })
		if warned {
			renewed++
		}
		t.Logf("day %d: %+v, warned %v", day+1, record.Audits[relabelled], warned)
		if a := record.Audits[relabelled]; day == 0 && (a.Audited < 2 || a.Drifted != a.Audited || !a.Renew) {
			t.Errorf("on the first day: %+v", a)
		}
	}
	if renewed == 0 {
		t.Error("no sync says that a report type was described again")
	}
	last := p.sync(t)
	files := readExtract(t, p.store, last)
	if diff := cmp.Diff(readExtract(t, p.store, p.sync(t, map[string]any{"mode": "full"})), files); diff != "" {
		t.Errorf("the files differ from those of a full sync (-full +files):\n%s", diff)
	}
}

// inTheMorning moves the org to six o'clock of the next day: audits go by days, so how many are due tomorrow depends on the hour.
func inTheMorning(sim *server.Server) {
	now := sim.Now().UTC()
	sim.Advance(now.Truncate(24 * time.Hour).Add(30 * time.Hour).Sub(now))
}

// TestRefresh_auditsMakeNoSyncWait has fewer calls a day than audits are due: each day brings some of them, and no sync waits.
func TestRefresh_auditsMakeNoSyncWait(t *testing.T) {
	t.Parallel()
	const reports, daily = 100, 200
	p := newPlant(t, server.Options{Org: openOrg(reports), DailyLimit: daily}, thrifty)
	first := p.sync(t)
	p.sim.Advance(29 * 24 * time.Hour)
	var audited []int64
	for range 6 {
		p.sim.Advance(25 * time.Hour) // by then no call of the day before counts
		plan := p.plan(t)
		r := p.begin(t)
		result := r.result(t)
		audits := result.States.Described
		audited = append(audited, audits)
		for _, summary := range timerSummaries(t, p.history(t, "sync-acme", "")) {
			if strings.Contains(summary, "API calls") {
				t.Errorf("a sync with %d audits waits: %q", audits, summary)
			}
		}
		if most := int64(daily*80/100) / 2; audits > most {
			t.Errorf("%d audits, of %d calls", audits, daily)
		}
		if plan.Reused.Due == 0 {
			break
		}
		near(t, "audits", plan.Reused.Audits, audits, 10)
	}
	var sum int64
	for _, n := range audited {
		sum += n
	}
	if sum != first.States.Described || len(audited) < 3 {
		t.Errorf("the syncs audited %v reports of %d", audited, first.States.Described)
	}
}
