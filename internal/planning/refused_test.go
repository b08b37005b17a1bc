package planning

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/streamtest"
)

// refused are the states of reports that Salesforce does not describe to the run-as user, and that it may describe later.
var refused = map[description.State]description.Reason{
	description.StateDenied: description.ReasonNoAccess, description.StateGone: description.ReasonGone,
}

// refusal is a line of report 0 that was refused.
func refusal(t *testing.T, state description.State, denials int, folder string, at time.Time) string {
	t.Helper()
	d := description.Description{
		ID: streamtest.ReportID(0), State: state, Reason: refused[state], Modified: changed, At: at, Denials: denials, Folder: folder,
	}
	line, err := d.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// TestPlan_triesRefusedReportsAfterMoreAndMoreDays has a refusal at 11:00, and a sync at some hour of a later day.
func TestPlan_triesRefusedReportsAfterMoreAndMoreDays(t *testing.T) {
	t.Parallel()
	midnight := good.Truncate(24 * time.Hour)
	day := func(n int) time.Time { return midnight.AddDate(0, 0, n) }
	had := map[string]bool{"RunReports": true, "ViewSetup": false}
	for name, row := range map[string]struct {
		denials int
		now     time.Time
		change  func(*Input, *history.Record, *string, *string) // of the sync, the last record, the line and the report
		want    string                                          // of the task; empty where the denial is kept
	}{
		"the first, on the same day":  {denials: 1, now: good.Add(12 * time.Hour)},
		"the first, on the next day":  {denials: 1, now: day(1), want: `"denials":1`},
		"the second, a day too early": {denials: 2, now: day(2).Add(-time.Second)},
		"the second":                  {denials: 2, now: day(2), want: `"denials":2`},
		"the third":                   {denials: 3, now: day(4), want: `"denials":3`},
		"the fourth, too early":       {denials: 4, now: day(7)},
		"the fourth":                  {denials: 4, now: day(8), want: `"denials":4`},
		"the fifth, too early":        {denials: 5, now: day(15)},
		"the fifth":                   {denials: 5, now: day(16), want: `"denials":5`},
		"the fiftieth, too early":     {denials: 50, now: day(15)},
		"the fiftieth":                {denials: 50, now: day(16), want: `"denials":50`},
		"long ago":                    {denials: 1, now: day(100), want: `"denials":1`},
		"before the denial":           {denials: 1, now: day(-3)},
		"not counted":                 {denials: 0, now: good, want: `"folder":"here"`},
		"permissions are the same": {denials: 5, now: good, change: func(in *Input, r *history.Record, _, _ *string) {
			r.Permissions, in.Permissions = had, map[string]bool{"RunReports": true, "ViewSetup": false, "ModifyAllData": true}
		}},
		"permissions are not known": {denials: 5, now: good, change: func(_ *Input, r *history.Record, _, _ *string) { r.Permissions = had }},
		"a permission was given": {denials: 5, now: good, want: `"folder":"here"`, change: func(in *Input, r *history.Record, _, _ *string) {
			r.Permissions, in.Permissions = had, map[string]bool{"ViewSetup": true}
		}},
		"a permission was taken": {denials: 5, now: good, want: `"folder":"here"`, change: func(in *Input, r *history.Record, _, _ *string) {
			r.Permissions, in.Permissions = had, map[string]bool{"RunReports": false}
		}},
		"the run-as user is another": {denials: 5, now: good, want: `"folder":"here"`, change: func(in *Input, _ *history.Record, _, _ *string) { in.Identity.UserID = "x" }},
		"a full sync":                {denials: 5, now: good, want: `"folder":"here"`, change: func(in *Input, _ *history.Record, _, _ *string) { in.Full = true }},
		"the folder is another": {denials: 5, now: good, want: `"folder":"there"`, change: func(_ *Input, _ *history.Record, _, report *string) {
			*report = strings.Replace(*report, "here", "there", 1)
		}},
		"the folder is hidden now": {denials: 5, now: good, want: changed, change: func(_ *Input, _ *history.Record, _, report *string) {
			*report = strings.Replace(*report, `,"OwnerId":"here"`, "", 1)
		}},
		"the report has changed": {denials: 5, now: good, want: later, change: func(_ *Input, _ *history.Record, _, report *string) {
			*report = strings.Replace(*report, changed, later, 1)
		}},
		"of an unknown reason": {denials: 5, now: good, want: `"folder":"here"`, change: func(_ *Input, _ *history.Record, line, _ *string) {
			*line = strings.NewReplacer(`"no_access"`, `"added_later"`, `"reason":"gone"`, `"reason":"added_later"`).Replace(*line)
		}},
	} {
		for state := range refused {
			t.Run(name+", "+string(state), func(t *testing.T) {
				t.Parallel()
				s := streamtest.Open(t, "mem://")
				in := Input{Store: s, Sync: current, Identity: me, MaxShards: 8, Refresh: Refresh{Now: row.now, Audit: 30 * 24 * time.Hour}, Room: 1000}
				record, line := history.Record{Identity: me}, refusal(t, state, row.denials, "here", good)
				report := fmt.Sprintf(`{"Id":%q,"OwnerId":"here","LastModifiedDate":%q}`, streamtest.ReportID(0), changed)
				if row.change != nil {
					row.change(&in, &record, &line, &report)
				}
				streamtest.Write(t, s, current.Inventory("reports"), report)
				keepRecord(t, s, earlier, record, line)
				got, err := Plan(t.Context(), in)
				if err != nil {
					t.Fatal(err)
				}
				kept := streamtest.Read(t, s, current.Reused())
				if row.want == "" {
					if got.ToDescribe != 0 || got.States[state] != 1 || len(kept) != 1 || kept[0] != line {
						t.Errorf("it is not kept as it was: %+v, %q", got, kept)
					}
					return
				}
				tasks := planned(t, s, 0, got.Shards)
				if got.ToDescribe != 1 || len(kept) != 0 || got.Audits != 0 || !strings.Contains(tasks[0], row.want) ||
					strings.Contains(tasks[0], "denials") != strings.Contains(row.want, "denials") {
					t.Errorf("planned %+v, %q, want %s", got, tasks, row.want)
				}
			})
		}
	}
}
