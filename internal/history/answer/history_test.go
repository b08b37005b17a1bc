package answer

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/quota"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
	"longhaul/internal/warning"
)

// skip begins the next sync without a record.
func (w *world) skip(start *history.Start, end *history.End) string {
	w.t.Helper()
	id := w.id()
	sync := staging.Sync{Source: source, ID: id}
	if start != nil {
		start.Started = began(id)
		w.json(sync.Start(), start)
	}
	if end != nil {
		w.json(sync.End(), end)
	}
	w.syncs, w.moments = append(w.syncs, id), append(w.moments, w.last())
	return id
}

func (w *world) last() moment {
	if len(w.moments) == 0 {
		return moment{}
	}
	return w.moments[len(w.moments)-1]
}

func TestHistory_saysOfEachSyncWhatItLeft(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	closed := time.Date(2026, 9, 2, 9, 0, 0, 0, time.UTC)
	w.engine.How = endings(closed)
	report := moment{idOf("00O", 1): {kind: item.Report, fields: change.Fields{change.Name: "a", change.State: "described"}}}
	w.sync(report, func(r *history.Record) {
		r.Trigger, r.Seconds, r.APICalls, r.Waits = "schedule:nightly", 1234, 77, map[string]float64{"quota": 60}
		r.Exports = map[string]history.Delivery{"castor": {Delivered: true, To: "catalog"}}
		r.Changes = change.Counts{item.Report: {Added: 1}}
	})
	w.skip(&history.Start{Trigger: history.TriggerCLI}, &history.End{
		Outcome: "failed", Class: "transient", System: "salesforce", Phase: "describe", APICalls: 5, Course: history.Course{Seconds: 9},
	})
	terminated := w.skip(&history.Start{Workflow: "ended"}, nil)
	w.spend(terminated, closed)
	w.skip(&history.Start{Workflow: "forgotten"}, nil)
	unreadable := w.sync(report)
	if err := w.store.Write(t.Context(), staging.RecordKey(source, unreadable), []byte("{")); err != nil {
		t.Fatal(err)
	}
	w.spend(w.skip(&history.Start{Workflow: "runs", Trigger: history.TriggerOther}, nil), w.engine.now())
	got, err := w.engine.History(t.Context(), Query{})
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, s := range got.Syncs {
		line := fmt.Sprintf("%s %s %s", s.Sync[20:], s.Outcome, s.Trigger)
		if s.Started.IsZero() {
			t.Errorf("%s has no start", s.Sync)
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	want := []string{
		"-00000005 running other", "-00000004 unreadable", "-00000003 unknown", "-00000002 terminated", "-00000001 failed cli",
		"-00000000 complete schedule:nightly",
	}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.isTerminated(terminated, got.Syncs[3])
	one := 1.0
	first := Sync{
		Sync: w.syncs[0], Started: w.start, Seconds: 1234, Trigger: "schedule:nightly", Outcome: "complete", Coverage: &one, APICalls: 77,
		Changes: change.Counts{item.Report: {Added: 1}}, Waits: map[string]float64{"quota": 60}, Delivered: map[string]bool{"castor": true},
	}
	if diff := cmp.Diff(first, got.Syncs[5]); diff != "" {
		t.Errorf("the first sync (-want +got):\n%s", diff)
	}
	if failed := got.Syncs[4]; failed.Seconds != 9 || failed.Class != "transient" || failed.Phase != "describe" || failed.APICalls != 5 {
		t.Errorf("the failed one: %+v", failed)
	}
	if got.Totals.APICalls != 77+5+58+58 {
		t.Errorf("the totals: %+v", got.Totals)
	}
	if running := got.Syncs[0]; running.Seconds != (12*time.Hour).Seconds() || running.APICalls != 58 {
		t.Errorf("the running one: %+v", running)
	}
}

// TestHistory_ofAnEndThatNobodyKnows has no duration: its end is dated by the login that found it, a day later.
func TestHistory_ofAnEndThatNobodyKnows(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	start := &history.Start{Started: w.start, Trigger: "cli"}
	end := history.End{Outcome: history.OutcomeUnknown, At: w.start.AddDate(0, 0, 1), Course: history.Course{Trigger: "cli"}}
	w.skip(start, &end)
	got, err := w.engine.History(t.Context(), Query{})
	if err != nil || len(got.Syncs) != 1 || got.Syncs[0].Outcome != "unknown" || got.Syncs[0].Seconds != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestHistory_ofADeliveryThatWasGivenUp has the outcome of the workflow, which failed: its record says how whole the files are.
func TestHistory_ofADeliveryThatWasGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.sync(moment{}, func(r *history.Record) {
		r.Outcome, r.Exports = "complete", map[string]history.Delivery{
			"castor": {To: "a catalog", Reason: "permission_missing", System: "catalog"}, "other": {Delivered: true}, "third": {Reason: "transient"},
		}
	})
	got, err := w.engine.History(t.Context(), Query{})
	if err != nil || len(got.Syncs) != 1 {
		t.Fatal(got, err)
	}
	one := got.Syncs[0]
	if one.Outcome != "failed" || one.Class != "permission_missing" || one.System != "catalog" || one.Delivered["castor"] || !one.Delivered["other"] {
		t.Errorf("%+v", one)
	}
}

func TestHistory_pagesAreWholeWithoutRepetition(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for range 90 {
		w.sync(moment{}, func(r *history.Record) { r.Trigger = strings.Repeat("x", 900) })
	}
	for _, limit := range []int{0, 1, 7, 1000} {
		q, seen, pages := Query{Limit: limit}, []string{}, 0
		for {
			page, err := w.engine.History(t.Context(), q)
			if err != nil {
				t.Fatal(err)
			}
			if size := bytesOf(page); size > PageBytes {
				t.Errorf("limit %d: a page of %d bytes", limit, size)
			}
			for _, s := range page.Syncs {
				seen = append([]string{s.Sync}, seen...)
			}
			pages++
			if q.Cursor = page.Cursor; q.Cursor == "" {
				break
			}
		}
		if diff := cmp.Diff(w.syncs, seen); diff != "" {
			t.Errorf("limit %d in %d pages (-want +got):\n%s", limit, pages, diff)
		}
	}
	if _, err := w.engine.History(t.Context(), Query{Cursor: "nonsense"}); err == nil || !strings.Contains(err.Error(), "cursor") {
		t.Errorf("a wrong cursor: %v", err)
	}
}

func TestHistory_ofNoSync(t *testing.T) {
	t.Parallel()
	got, err := newWorld(t).engine.History(t.Context(), Query{})
	if err != nil || got.Syncs == nil || len(got.Syncs) > 0 || got.Cursor != "" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestShow_isBoundedToAPage(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id := w.sync(moment{}, func(r *history.Record) {
		r.Audits = map[string]history.Audit{}
		for i := range 3000 {
			r.Audits[fmt.Sprintf("Type%05d", i)] = history.Audit{Audited: 1}
		}
		for i := range 100 {
			r.Warnings = append(r.Warnings, warning.New(warning.LastListingUnreadable, warning.Params{"kind": strings.Repeat("k", 100+i)}))
		}
		r.Orders = []history.Order{{Name: "pause", Reason: "maintenance"}}
	})
	got, err := w.engine.Show(t.Context(), Query{Sync: "last"})
	if err != nil {
		t.Fatal(err)
	}
	if size := bytesOf(got); size > PageBytes || got.Sync.Sync != id || got.Record == nil || len(got.Record.Orders) != 1 {
		t.Errorf("%d bytes, %+v", size, got.Sync)
	}
	if left := got.LeftOut["audits"]; left == 0 || left+len(got.Record.Audits) != 3000 || len(got.LeftOut) != 1 {
		t.Errorf("left out: %v, %d audits", got.LeftOut, len(got.Record.Audits))
	}
	failed := w.skip(&history.Start{Trigger: "cli"}, &history.End{Outcome: "cancelled", Course: history.Course{Orders: []history.Order{
		{Name: "pause", Reason: "lunch"}, {Name: "cancel", Reason: "release freeze"},
	}}})
	got, err = w.engine.Show(t.Context(), Query{})
	if err != nil || got.Sync.Sync != failed || got.End == nil || got.Start == nil ||
		got.Sync.Outcome != "cancelled" || got.Sync.Reason != "release freeze" {
		t.Errorf("%+v, %v", got, err)
	}
}

// endings is a Temporal that knows a sync which runs and one that was terminated.
func endings(closed time.Time) history.How {
	return func(_ context.Context, workflow, _ string) (history.Fate, error) {
		switch workflow {
		case "runs":
			return history.Fate{Outcome: "running"}, nil
		case "ended":
			return history.Fate{Outcome: "terminated", At: closed, Phase: "describe", Reason: "by an operator"}, nil
		}
		return history.Fate{}, errors.New("nobody knows")
	}
}

// spend notes 58 calls of a sync.
func (w *world) spend(sync string, at time.Time) {
	w.t.Helper()
	spent := usage.Attempt{Sync: sync, Type: "Describe", Run: "r", Activity: "5", Number: 1}
	if err := usage.Of(w.store, source).Record(w.t.Context(), spent, 58, 0, quota.Usage{}, at); err != nil {
		w.t.Fatal(err)
	}
}

// isTerminated looks at what is found of a sync that left its start only.
func (w *world) isTerminated(sync string, found Sync) {
	w.t.Helper()
	if found.APICalls != 58 || found.Phase != "describe" || found.Seconds != 3*3600 {
		w.t.Errorf("the terminated one: %+v", found)
	}
	shown, err := w.engine.Show(w.t.Context(), Query{Sync: sync})
	if err != nil || shown.End == nil || len(shown.End.Orders) != 1 || shown.End.Orders[0].Reason != "by an operator" {
		w.t.Errorf("the terminated one is shown as %+v, %v", shown, err)
	}
}
