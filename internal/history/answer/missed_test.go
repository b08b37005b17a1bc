package answer_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/staging"
)

// TestHistory_countsWhatWasMissedSince has a schedule for each noon, and a sync that was recorded on the 12th.
func TestHistory_countsWhatWasMissedSince(t *testing.T) {
	t.Parallel()
	at := func(day, hour int) time.Time { return time.Date(2026, 11, day, hour, 0, 0, 0, time.UTC) }
	noonly := func(_ context.Context, _ string, after, until time.Time) (runs []history.Run, err error) {
		for day := 1; day <= 30; day++ {
			if run := at(day, 12); run.After(after) && !run.After(until) {
				runs = append(runs, history.Run{At: run})
			}
		}
		return runs, nil
	}
	runs := func(run string, err error) func(context.Context) (string, error) {
		return func(context.Context) (string, error) { return run, err }
	}
	three := &history.Missed{Count: 3, First: at(13, 12), Last: at(15, 12)}
	two := &history.Missed{Count: 2, First: at(13, 12), Last: at(14, 12)}
	for name, row := range map[string]struct {
		engine answer.Engine
		begun  string // what started a sync on the 15th that runs; empty: none
		want   *history.Missed
		before *history.Missed // of the newest line
	}{
		"workers were down":              {engine: answer.Engine{Due: noonly, Running: runs("", nil)}, want: three},
		"one waits for a worker":         {engine: answer.Engine{Due: noonly, Running: runs("run", nil)}, want: two},
		"nobody says whether one waits":  {engine: answer.Engine{Due: noonly, Running: runs("", errors.New("silent"))}},
		"nobody knows the schedule":      {engine: answer.Engine{Running: runs("", nil)}},
		"a sync by hand runs":            {engine: answer.Engine{Due: noonly, Running: runs("run", nil)}, begun: history.TriggerCLI, before: three},
		"a sync of the schedule runs":    {engine: answer.Engine{Due: noonly, Running: runs("run", nil)}, begun: history.Scheduled("acme"), before: two},
		"a sync of another schedule too": {engine: answer.Engine{Due: noonly, Running: runs("run", nil)}, begun: "schedule:nightly", before: three},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, err := staging.Open(t.Context(), "mem://")
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = store.Close() })
			id := staging.SyncID(at(12, 11), "aaaaaaaa")
			err = store.WriteJSON(t.Context(), staging.RecordKey("acme", id), history.Record{Outcome: "complete", Started: at(12, 11), Finished: at(12, 13)})
			if err == nil && row.begun != "" {
				sync := staging.Sync{Source: "acme", ID: staging.SyncID(at(15, 13), "aaaaaaaa")}
				err = store.WriteJSON(t.Context(), sync.Start(), history.Start{Started: at(15, 13), Trigger: row.begun, Workflow: "w", Run: "r"})
			}
			if err != nil {
				t.Fatal(err)
			}
			e := row.engine
			e.Store, e.Source, e.Now = store, "acme", func() time.Time { return at(15, 14) }
			e.How = func(context.Context, string, string) (history.Fate, error) {
				return history.Fate{Outcome: history.OutcomeRunning}, nil
			}
			got, err := e.History(t.Context(), answer.Query{})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, got.Missed); diff != "" {
				t.Errorf("since the newest (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(row.before, got.Syncs[0].Missed); diff != "" {
				t.Errorf("before the newest (-want +got):\n%s", diff)
			}
		})
	}
}
