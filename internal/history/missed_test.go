package history_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/staging"
)

// at is an hour of a day in November.
func at(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }

// noonly is a schedule that starts a sync each noon since the 11th.
func noonly(_ context.Context, _ string, after, until time.Time) (runs []history.Run, err error) {
	for day := 11; day <= 30; day++ {
		if run := at(day, 12); run.After(after) && !run.After(until) {
			runs = append(runs, history.Run{At: run})
		}
	}
	return runs, nil
}

// remembering is a schedule of which Temporal knows that it started something on these days.
func remembering(due history.Due, days ...int) history.Due {
	return func(ctx context.Context, source string, after, until time.Time) ([]history.Run, error) {
		runs, err := due(ctx, source, after, until)
		for i := range runs {
			runs[i].Came = slices.Contains(days, runs[i].At.Day())
		}
		return runs, err
	}
}

// noted is what is kept of a sync that began on the 15th at two, where the sync before left something.
func noted(t *testing.T, due history.Due, trigger string, ended time.Time, before func(*staging.Store) error) history.Course {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	if err := before(store); err != nil {
		t.Fatal(err)
	}
	course := history.Course{Trigger: trigger}
	sync := staging.Sync{Source: "acme", ID: staging.SyncID(at(15, 14), "aaaaaaaa")}
	due.Note(t.Context(), store, sync, &course, at(15, 14), ended)
	return course
}

func TestNote_countsRunsThatWereMissed(t *testing.T) {
	t.Parallel()
	recorded := func(store *staging.Store) error { // on the 12th, from eleven to one
		id := staging.SyncID(at(12, 11), "aaaaaaaa")
		return store.WriteJSON(t.Context(), staging.RecordKey("acme", id), history.Record{Sync: id, Started: at(12, 11), Finished: at(12, 13)})
	}
	for name, row := range map[string]struct {
		due     history.Due
		trigger string
		before  func(*staging.Store) error
		want    *history.Missed
	}{
		"by hand":             {noonly, history.TriggerOther, recorded, &history.Missed{Count: 3, First: at(13, 12), Last: at(15, 12)}},
		"by the schedule":     {noonly, history.Scheduled("acme"), recorded, &history.Missed{Count: 2, First: at(13, 12), Last: at(14, 12)}},
		"by another schedule": {noonly, "schedule:nightly", recorded, &history.Missed{Count: 3, First: at(13, 12), Last: at(15, 12)}},
		"the first sync":      {noonly, history.TriggerCLI, func(*staging.Store) error { return nil }, &history.Missed{Count: 5, First: at(11, 12), Last: at(15, 12)}},
		"one came, waited for a worker, and was skipped": {remembering(noonly, 13), history.TriggerCLI, recorded, &history.Missed{Count: 2, First: at(14, 12), Last: at(15, 12)}},
		"the first of them came late":                    {remembering(noonly, 13), history.Scheduled("acme"), recorded, &history.Missed{Count: 2, First: at(14, 12), Last: at(15, 12)}},
		"all of them came":                               {remembering(noonly, 13, 14, 15), history.TriggerCLI, recorded, nil},
		"nobody knows":                                   {nil, history.TriggerCLI, recorded, nil},
		"Temporal is silent": {func(context.Context, string, time.Time, time.Time) ([]history.Run, error) {
			return nil, errors.New("silent")
		}, history.TriggerCLI, recorded, nil},
		"a sync that ended with no record": {noonly, history.TriggerCLI, func(store *staging.Store) error {
			id := staging.SyncID(at(14, 13), "aaaaaaaa")
			return store.WriteJSON(t.Context(), staging.Sync{Source: "acme", ID: id}.End(), history.End{Outcome: "failed", At: at(14, 14)})
		}, &history.Missed{Count: 1, First: at(15, 12), Last: at(15, 12)}},
		"one of which nobody knows when it ended": {noonly, history.TriggerCLI, func(store *staging.Store) error {
			id := staging.SyncID(at(14, 13), "aaaaaaaa")
			return store.WriteJSON(t.Context(), staging.Sync{Source: "acme", ID: id}.Start(), history.Start{Started: at(14, 13)})
		}, nil},
		"a later sync, as after a reset": {noonly, history.TriggerCLI, func(store *staging.Store) error {
			id := staging.SyncID(at(20, 11), "aaaaaaaa")
			err := store.WriteJSON(t.Context(), staging.RecordKey("acme", id), history.Record{Sync: id, Started: at(20, 11), Finished: at(20, 13)})
			return errors.Join(err, recorded(store))
		}, &history.Missed{Count: 3, First: at(13, 12), Last: at(15, 12)}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := noted(t, row.due, row.trigger, at(15, 15), row.before)
			if diff := cmp.Diff(row.want, got.Missed); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(got.Skips) != 0 {
				t.Errorf("skips %+v", got.Skips)
			}
		})
	}
}

// TestNote_countsRunsThatWereSkipped has a sync that lasts until the 17th, so two runs were due.
func TestNote_countsRunsThatWereSkipped(t *testing.T) {
	t.Parallel()
	two := history.Skip{By: history.Scheduled("acme"), Count: 2, First: at(16, 12), Last: at(17, 12)}
	got := noted(t, noonly, history.TriggerCLI, at(17, 13), func(*staging.Store) error { return nil })
	if diff := cmp.Diff([]history.Skip{two}, got.Skips); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	// What the schedule's own workflow has told is not counted twice.
	told := history.Course{Skips: []history.Skip{
		{By: history.TriggerOther, Count: 4, First: at(15, 15), Last: at(15, 16)}, {By: two.By, Count: 1, First: at(16, 12), Last: at(16, 12)},
	}}
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = store.Close() }()
	sync := staging.Sync{Source: "acme", ID: staging.SyncID(at(15, 14), "aaaaaaaa")}
	history.Due(noonly).Note(t.Context(), store, sync, &told, at(15, 14), at(17, 13))
	if diff := cmp.Diff([]history.Skip{{By: history.TriggerOther, Count: 4, First: at(15, 15), Last: at(15, 16)}, two}, told.Skips); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestSkipWords(t *testing.T) {
	t.Parallel()
	moment := func(t time.Time) string { return t.Format("2 Jan 15:04") }
	for want, skips := range map[string][]history.Skip{
		"": nil,
		"1 start was skipped while it ran: schedule longhaul-acme 15 Nov 12:00": {
			{By: history.Scheduled("acme"), Count: 1, First: at(15, 12), Last: at(15, 12)},
		},
		"4 starts were skipped while it ran: schedule longhaul-acme 15 Nov 12:00 to 17 Nov 12:00 (3 starts), the command line 15 Nov 13:00": {
			{By: history.Scheduled("acme"), Count: 3, First: at(15, 12), Last: at(17, 12)}, {By: history.TriggerCLI, Count: 1, First: at(15, 13)},
		},
	} {
		if got := history.SkipWords(skips, moment); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	day := func(t time.Time) string { return t.Format("2 Jan") }
	for want, m := range map[string]*history.Missed{
		"":                                       nil,
		"1 scheduled run was missed on 12 Nov":   {Count: 1, First: at(12, 1), Last: at(12, 1)},
		"2 scheduled runs were missed on 12 Nov": {Count: 2, First: at(12, 1), Last: at(12, 5)},
		"3 scheduled runs were missed between 12 Nov and 15 Nov": {Count: 3, First: at(12, 1), Last: at(15, 5)},
	} {
		if got := m.Words(day); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
