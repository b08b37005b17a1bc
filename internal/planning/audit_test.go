package planning

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
	"longhaul/internal/streamtest"
)

const month = 30 * 24 * time.Hour

// known is a description of report n, of a type.
func knownOf(t *testing.T, n int, state description.State, change func(*description.Description)) string {
	t.Helper()
	d := description.Description{ID: streamtest.ReportID(n), State: state, Modified: changed, At: good, Type: "Deal__c"}
	if !state.HasColumns() {
		d.Reason, d.Type = description.Reason(state), "" // which is named as the state
	}
	if change != nil {
		change(&d)
	}
	line, err := d.Append(nil)
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// audited makes a plan at a moment, with so many calls.
func audited(t *testing.T, s *staging.Store, sync staging.Sync, now time.Time, room int64) Planned {
	t.Helper()
	got, err := Plan(t.Context(), Input{
		Store: s, Sync: sync, Identity: me, MaxShards: 8, Room: room, Refresh: Refresh{Now: now, Audit: month},
	})
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// TestPlan_auditsWhatStandsStill moves the clock over one report, whose first audit is due after 15 to 30 days.
func TestPlan_auditsWhatStandsStill(t *testing.T) {
	t.Parallel()
	first := good.Add(month/2 + time.Duration(float64(month/2)*fraction(streamtest.ReportID(0)))).Truncate(24 * time.Hour)
	again := good.Add(month).Truncate(24 * time.Hour)
	if first.Before(good.Add(month/2).Truncate(24*time.Hour)) || first.After(again) {
		t.Fatalf("the first audit is on %s", first)
	}
	before := func(d *description.Description) { d.Audited = true }
	failed := func(times int) func(*description.Description) {
		return func(d *description.Description) { d.AuditFailures, d.AuditTried = times, first.Add(11*time.Hour) }
	}
	for name, row := range map[string]struct {
		state  description.State
		change func(*description.Description)
		now    time.Time
		period time.Duration
		audits int64
	}{
		"the day before":                {description.StateDescribed, nil, first.Add(-time.Second), month, 0},
		"in the first second":           {description.StateDescribed, nil, first, month, 1},
		"long after":                    {description.StateDescribed, nil, first.AddDate(2, 0, 0), month, 1},
		"of what was reused":            {description.StateReused, nil, first, month, 1},
		"of an obsolete report":         {description.StateObsolete, nil, first, month, 1},
		"of an unsupported one":         {description.StateUnsupported, nil, again, month, 0},
		"the next, a second too early":  {description.StateReused, before, again.Add(-time.Second), month, 0},
		"the next":                      {description.StateReused, before, again, month, 1},
		"failed today":                  {description.StateReused, failed(1), first.Add(23 * time.Hour), month, 0},
		"failed yesterday":              {description.StateReused, failed(1), first.AddDate(0, 0, 1), month, 1},
		"failed thrice, too early":      {description.StateObsolete, failed(3), first.AddDate(0, 0, 4).Add(-time.Second), month, 0},
		"failed thrice":                 {description.StateObsolete, failed(3), first.AddDate(0, 0, 4), month, 1},
		"failed for ever, too early":    {description.StateReused, failed(50), first.AddDate(0, 0, 15), month, 0},
		"failed for ever":               {description.StateReused, failed(50), first.AddDate(0, 0, 16), month, 1},
		"switched off":                  {description.StateDescribed, nil, again, 0, 0},
		"the half of a shorter period":  {description.StateDescribed, nil, good.AddDate(0, 0, 4), 8 * 24 * time.Hour, -1},
		"no clock":                      {description.StateDescribed, nil, time.Time{}, month, 0},
		"the whole of a shorter period": {description.StateDescribed, nil, good.AddDate(0, 0, 8), 8 * 24 * time.Hour, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			reports(t, s, 1)
			recorded(t, s, earlier, me, knownOf(t, 0, row.state, row.change))
			got, err := Plan(t.Context(), Input{
				Store: s, Sync: current, Identity: me, MaxShards: 8, Room: 2, Refresh: Refresh{Now: row.now, Audit: row.period},
			})
			if row.audits < 0 {
				row.audits = got.Audits // it depends on the hash, and must only be counted rightly
			}
			if err != nil || got.Audits != row.audits || got.ToDescribe != row.audits || got.Reused != 1-row.audits {
				t.Fatalf("planned %+v, %v", got, err)
			}
			if tasks := planned(t, s, 0, got.Shards); row.audits == 1 && !strings.HasSuffix(tasks[0], `,"audit":true}`) {
				t.Errorf("it is planned as %q", tasks)
			}
		})
	}
}

// TestOverdue_isSpreadOverThePeriod has a large org that was described on one day. Each of the fifteen days has its share.
func TestOverdue_isSpreadOverThePeriod(t *testing.T) {
	t.Parallel()
	const n, days = 60_000, 15
	counts := map[int64]int{}
	for i := range n {
		d := description.Description{ID: streamtest.ReportID(i), State: description.StateReused, At: good}
		due := Refresh{Now: good.Add(month), Audit: month}.overdue(&d)
		if due < 0 || due > days {
			t.Fatalf("report %d is overdue for %d days at the end of the period", i, due)
		}
		counts[due]++
	}
	for day := range int64(days + 1) {
		want := n / days
		if day == 0 || day == days {
			continue // the parts of the days in which the fifteen times 24 hours begin and end
		}
		if got := counts[day]; got < want*9/10 || got > want*11/10 {
			t.Errorf("%d audits are due %d days before the end, want about %d", got, day, want)
		}
	}
	if edges := counts[0] + counts[days]; edges < n/days*9/10 || edges > n/days*11/10 {
		t.Errorf("%d audits on both days together", edges)
	}
}

// TestPlan_auditsTheMostOverdueFirst has ten reports that are due since 0 to 9 days, and two that must be described.
func TestPlan_auditsTheMostOverdueFirst(t *testing.T) {
	t.Parallel()
	now := good.Add(month)
	for room, want := range map[int64][]int{
		0: {}, 2: {}, 3: {}, 4: {9}, 5: {9}, 9: {9, 8, 7}, 20: {9, 8, 7, 6, 5, 4, 3, 2, 1}, 22: {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
		math.MaxInt64 / 4: {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
	} {
		t.Run(fmt.Sprint(room), func(t *testing.T) {
			t.Parallel()
			s := streamtest.Open(t, "mem://")
			reports(t, s, 12)
			var lines []string
			for i := range 10 {
				lines = append(lines, knownOf(t, i, description.StateReused, func(d *description.Description) {
					d.Audited, d.At = true, good.AddDate(0, 0, -i)
				}))
			}
			// They must have been described after they changed.
			for i, line := range lines {
				lines[i] = strings.Replace(line, changed, "2026-10-20T10:00:00.000+0000", 1)
			}
			var inventory []string
			for i := range 12 {
				inventory = append(inventory, fmt.Sprintf(`{"Id":%q,"LastModifiedDate":"2026-10-20T10:00:00.000+0000"}`, streamtest.ReportID(i)))
			}
			streamtest.Write(t, s, current.Inventory("reports"), inventory...)
			recorded(t, s, earlier, me, lines...)
			got := audited(t, s, current, now, room)
			if got.Audits != int64(len(want)) || got.ToDescribe != got.Audits+2 || got.Reports != 12 || got.Reused != 10-got.Audits {
				t.Errorf("planned %+v, want %v", got, want)
			}
			ids := []string{}
			for _, line := range planned(t, s, 0, got.Shards) {
				if strings.Contains(line, `"audit"`) {
					id, _ := stream.LineID([]byte(line))
					ids = append(ids, string(id))
				}
			}
			slices.Reverse(ids)
			wanted := []string{}
			for _, n := range want {
				wanted = append(wanted, streamtest.ReportID(n))
			}
			if diff := cmp.Diff(wanted, ids); diff != "" {
				t.Errorf("audited (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPlan_bringsWhatWasLeftOut has more audits due than there are calls; the next syncs take the rest, each report once.
func TestPlan_bringsWhatWasLeftOut(t *testing.T) {
	t.Parallel()
	const n, room = 100, 60 // half of the calls are for audits
	s := streamtest.Open(t, "mem://")
	var lines, inventory []string
	for i := range n {
		lines = append(lines, knownOf(t, i, description.StateReused, nil))
		inventory = append(inventory, fmt.Sprintf(`{"Id":%q,"LastModifiedDate":%q}`, streamtest.ReportID(i), changed))
	}
	seen := map[string]int{}
	recorded(t, s, earlier, me, lines...)
	for round, want := range []int64{30, 30, 30, 10, 0} {
		y := staging.Sync{Source: "acme", ID: fmt.Sprintf("20261224T18161%dZ-ab12cd34", round)}
		streamtest.Write(t, s, y.Inventory("reports"), inventory...)
		now := good.Add(month).AddDate(0, 0, round)
		got := audited(t, s, y, now, room)
		if got.Audits != want || got.ToDescribe != want {
			t.Fatalf("sync %d: %+v, want %d audits", round, got, want)
		}
		next := streamtest.Read(t, s, y.Reused())
		for shard := range got.Shards {
			for _, line := range streamtest.Read(t, s, y.PlanShard(shard)) {
				id, _ := stream.LineID([]byte(line))
				seen[string(id)]++
				next = append(next, knownOf(t, slices.IndexFunc(inventory, func(in string) bool { return strings.Contains(in, string(id)) }),
					description.StateDescribed, func(d *description.Description) { d.Audited, d.At = true, now }))
			}
		}
		slices.Sort(next)
		recorded(t, s, y, me, next...)
	}
	if len(seen) != n {
		t.Errorf("%d of %d reports were audited", len(seen), n)
	}
}

// TestPlan_describesADriftedTypeAgain takes the types from the newest record, whatever the calls allow. What a sync without a record has
// described since is not described twice.
func TestPlan_describesADriftedTypeAgain(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	reports(t, s, 6)
	ofType := func(name string) func(*description.Description) {
		return func(d *description.Description) { d.Type = name }
	}
	record := history.Record{Identity: me, Audits: map[string]history.Audit{
		"Deal__c": {Audited: 300, Drifted: 7, Renew: true}, "Empty__c": {Audited: 300, Drifted: 7, Renew: true}, "Account": {Audited: 300},
	}}
	keepRecord(t, s, earlier, record,
		knownOf(t, 0, description.StateReused, nil), knownOf(t, 1, description.StateDescribed, ofType("Account")),
		knownOf(t, 2, description.StateReused, nil), knownOf(t, 3, description.StateDescribed, ofType("")),
		knownOf(t, 4, description.StateObsolete, nil), knownOf(t, 5, description.StateReused, nil))
	begun(t, s, unfinished, me)
	streamtest.Write(t, s, unfinished.Shard(0),
		knownOf(t, 2, description.StateDescribed, func(d *description.Description) { d.At = good.Add(time.Hour) }))
	got := audited(t, s, current, good.Add(time.Hour), 0)
	if got.ToDescribe != 2 || got.Audits != 0 || got.Reused != 4 {
		t.Errorf("planned %+v", got)
	}
	if diff := cmp.Diff([]string{todo(0, changed), todo(5, changed)}, planned(t, s, 0, got.Shards)); diff != "" {
		t.Errorf("described (-want +got):\n%s", diff)
	}
	if words := said(got.Warnings); len(words) != 1 || !strings.Contains(words[0], "of one report type had changed though the reports had not") {
		t.Errorf("the warnings are %q", words)
	}
}

// TestReplan_goesOnWithWhatWasDeferred keeps that a report is audited, and how often it was denied before.
func TestReplan_goesOnWithWhatWasDeferred(t *testing.T) {
	t.Parallel()
	s := streamtest.Open(t, "mem://")
	firstRound(t, s)
	if err := s.Delete(t.Context(), current.Shard(1)); err != nil {
		t.Fatal(err)
	}
	streamtest.Write(t, s, current.Shard(1), described(t, 3, description.StateObsolete, changed, changedAt),
		knownOf(t, 4, description.StateDeferred, func(d *description.Description) { d.Denials, d.Audited = 3, true }),
		described(t, 5, description.StateGone, changed, changedAt))
	replan(t, s, 2)
	want := strings.TrimSuffix(todo(4, changed), "}") + `,"denials":3,"audit":true}`
	if diff := cmp.Diff([]string{want}, planned(t, s, 2, 1)); diff != "" {
		t.Errorf("plan (-want +got):\n%s", diff)
	}
}
