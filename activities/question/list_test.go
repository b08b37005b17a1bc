package question_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"longhaul/activities/question"
	"longhaul/internal/doctor"
	"longhaul/internal/history"
	"longhaul/internal/overview"
	"longhaul/internal/schedule"
	"longhaul/internal/source"
	"longhaul/internal/staging"
)

// roll is what a made-up worker knows.
type roll struct {
	known    []overview.Known
	unread   []string
	waits    map[string]*overview.Wait
	workers  map[string][]doctor.Worker
	polled   map[string]time.Time
	schedule func(ctx context.Context, name string) (schedule.State, error)
	asked    atomic.Int64
}

func (r *roll) Known(context.Context) ([]overview.Known, []string) {
	return slices.Clone(r.known), r.unread
}

func (r *roll) Schedule(ctx context.Context, name string, _ source.Schedule) (schedule.State, error) {
	r.asked.Add(1)
	if r.schedule == nil {
		return schedule.State{}, nil
	}
	return r.schedule(ctx, name)
}

func (r *roll) Workers(_ context.Context, name string) ([]doctor.Worker, error) {
	if r.workers == nil {
		return nil, errors.New("Temporal is silent")
	}
	return r.workers[name], nil
}

func (r *roll) LastPolled(_ context.Context, name string) (time.Time, error) {
	if r.polled == nil {
		return time.Time{}, errors.New("Temporal is silent")
	}
	return r.polled[name], nil
}

func (r *roll) Waits(context.Context) (map[string]*overview.Wait, error) { return r.waits, nil }

func (r *roll) Me() doctor.Worker { return doctor.Worker{Identity: "1@here"} }

// list runs the activity.
func list(t *testing.T, a *question.Activities, after string) overview.List {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetTestTimeout(2 * time.Minute)
	env.RegisterActivity(a)
	answer, err := env.ExecuteActivity(a.ListSources, question.ListParams{After: after})
	var found overview.List
	if err == nil {
		err = answer.Get(&found)
	}
	if err != nil {
		t.Fatal(err)
	}
	return found
}

var (
	noon  = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	daily = source.Schedule{Every: 24 * time.Hour}
)

// record leaves a sync of an hour, with its end where it is over.
func record(t *testing.T, store *staging.Store, name string, began time.Time, outcome string) string {
	t.Helper()
	sync := staging.Sync{Source: name, ID: staging.SyncID(began, "aaaaaaaa")}
	err := store.WriteJSON(t.Context(), sync.Start(), history.Start{Started: began, Workflow: "sync-" + name, Run: "run"})
	switch {
	case err != nil:
	case outcome == "failed":
		end := history.End{Outcome: outcome, At: began.Add(time.Hour), Class: "login_refused", System: "salesforce"}
		err = store.WriteJSON(t.Context(), sync.End(), end)
	case outcome != "":
		err = store.WriteJSON(t.Context(), staging.RecordKey(name, sync.ID), history.Record{
			Started: began, Finished: began.Add(time.Hour), Outcome: outcome,
			Course: history.Course{Missed: &history.Missed{Count: 2, First: noon, Last: noon}},
		})
	}
	if err != nil {
		t.Fatal(err)
	}
	return sync.ID
}

// fourSources are known to a worker: one twice, one whose last sync is over, one whose sync runs, and one that waits.
func fourSources() *roll {
	of := func(identity, settings string) doctor.Worker {
		return doctor.Worker{Identity: identity, Settings: settings}
	}
	hourly := source.Schedule{Every: time.Hour}
	return &roll{
		known: []overview.Known{
			{Name: "both", Origin: overview.FromBoth, Problem: "it stands twice"},
			{Name: "done", Origin: overview.FromSaved, Org: "acme.my.salesforce.com"},
			{Name: "runs", Origin: overview.FromSettings, Schedule: daily},
			{Name: "waits", Origin: overview.FromSettings},
		},
		unread:  []string{"something was not read"},
		workers: map[string][]doctor.Worker{"done": {of("1@a", "1a"), of("2@b", "1a")}, "runs": {of("1@a", "1a"), of("2@b", "2b"), of("3@c", "1a")}},
		polled:  map[string]time.Time{"both": noon, "done": noon},
		waits:   map[string]*overview.Wait{"runs": nil, "waits": {Phase: "describe", Do: "nothing, it continues by itself", For: overview.ForNobody}},
		schedule: func(_ context.Context, name string) (schedule.State, error) {
			switch name {
			case "done":
				return schedule.State{
					Exists: true, By: schedule.ByVerb, Wanted: &daily, Spec: "every 24h, up to 10m later", Next: []time.Time{noon}, Made: noon,
					Counts: schedule.Counts{Started: 4, Missed: 1, Skipped: 2, Dropped: 3},
				}, nil
			case "runs":
				return schedule.State{Exists: true, By: schedule.BySettings, Wanted: &hourly, Settings: &daily, Paused: true, Note: "quarter end"}, nil
			case "waits":
				return schedule.State{Exists: true, Spec: "every 2h", ByHand: true}, nil
			}
			return schedule.State{Off: true}, nil
		},
	}
}

func TestListSources_tellsOfEachSource(t *testing.T) {
	t.Parallel()
	store := bucket(t)
	record(t, store, "done", noon, "failed")
	last := record(t, store, "done", noon.Add(2*time.Hour), "complete")
	before := record(t, store, "runs", noon, "failed")
	record(t, store, "runs", noon.Add(2*time.Hour), "")
	r := fourSources()
	got := list(t, &question.Activities{Store: store, Roll: r, How: func(context.Context, string, string) (history.Fate, error) {
		return history.Fate{Outcome: history.OutcomeRunning}, nil
	}}, "")
	if got.Total != 4 || len(got.Sources) != 4 || got.After != "" || len(got.Unread) != 1 {
		t.Fatalf("%+v", got)
	}
	rows := map[string]overview.Row{}
	for _, row := range got.Sources {
		rows[row.Source] = row
	}
	both, done, runs, waits := rows["both"], rows["done"], rows["runs"], rows["waits"]
	if both.Problem != "it stands twice" || both.Schedule.State != overview.Off || both.Last != nil || *both.Workers != 0 || !both.LastPolled.Equal(noon) {
		t.Errorf("both: %+v", both)
	}
	if done.Last == nil || done.Last.Sync != last || done.Last.Outcome != "complete" || !done.Last.At.Equal(noon.Add(3*time.Hour)) ||
		*done.Workers != 2 || !done.LastPolled.IsZero() || len(done.Disagree) != 0 || done.Schedule.Words != "every 24h" || !done.NextRun.Equal(noon) ||
		done.Before == nil || done.Before.Count != 2 || *done.Counts != (overview.Counts{Since: noon, Missed: 1, Skipped: 5}) {
		t.Errorf("done: %+v", done)
	}
	if !runs.Running || runs.Waits != nil || runs.Last == nil || runs.Last.Sync != before || runs.Last.Class != "login_refused" ||
		runs.Schedule.State != overview.Paused || runs.Schedule.Note != "quarter end" || !runs.NextRun.IsZero() {
		t.Errorf("runs: %+v", runs)
	}
	says := strings.Join(runs.Disagree, "\n")
	if len(runs.Disagree) != 2 || !strings.Contains(says, "(1a: 1@a and 1 more; 2b: 2@b)") ||
		!strings.Contains(says, "1@here has every 24h in its settings, and the last one that started has every 1h") {
		t.Errorf("runs: %s", says)
	}
	if waits.Waits == nil || waits.Waits.For != overview.ForWorker || waits.Waits.Do != "" ||
		!waits.Schedule.ByHand || waits.Schedule.Words != "every 2h" {
		t.Errorf("waits: %+v", waits)
	}
}

// TestListSources_keepsASourceThatIsGoneWhileItsSyncIsNotOver has syncs of sources that nobody knows any more.
func TestListSources_keepsASourceThatIsGoneWhileItsSyncIsNotOver(t *testing.T) {
	t.Parallel()
	until := noon.Add(7 * 24 * time.Hour)
	r := &roll{
		known:   []overview.Known{{Name: "known", Origin: overview.FromSettings}},
		workers: map[string][]doctor.Worker{"served": {{Identity: "1@a", Settings: "1a"}}},
		waits: map[string]*overview.Wait{
			"runs": nil, "served": nil,
			"blocked": {Phase: "blocked", Why: "its credentials are gone", Do: "`longhaul resume blocked`", Until: until, For: overview.ForOrg},
		},
	}
	a := &question.Activities{Store: bucket(t), Roll: r}
	got := list(t, a, "")
	if got.Total != 4 || len(got.Sources) != 4 || got.Sources[0].Source != "blocked" || got.Sources[2].Source != "runs" {
		t.Fatalf("%+v", got)
	}
	blocked, runs, served := got.Sources[0], got.Sources[2], got.Sources[3]
	const ways = "a worker that has the source in its settings lets the sync go on, or, if it was connected, `longhaul connect runs`; " +
		"`longhaul cancel runs` ends it"
	if blocked.Origin != overview.Gone || !blocked.Running || blocked.Problem == "" || blocked.Waits.For != overview.ForOperator ||
		blocked.Waits.Why != "its credentials are gone" ||
		blocked.Waits.Do != strings.ReplaceAll(ways, "runs", "blocked") || !blocked.Waits.Until.Equal(until) {
		t.Errorf("blocked: %+v, %+v", blocked, blocked.Waits)
	}
	if runs.Origin != overview.Gone || !runs.Running || runs.Problem != "a sync of it is not over: "+ways {
		t.Errorf("runs: %+v", runs)
	}
	if served.Origin != overview.Gone || served.Problem != "" || *served.Workers != 1 {
		t.Errorf("a source that workers serve: %+v", served)
	}
	if page := list(t, a, "known"); page.Total != 4 || len(page.Sources) != 2 || page.Sources[0].Source != "runs" {
		t.Errorf("after a name: %+v", page)
	}
	r.unread = []string{"the bucket is away"}
	if got := list(t, a, ""); got.Sources[2].Origin != overview.Unknown || got.Sources[2].Problem != "" {
		t.Errorf("where not all sources could be read: %+v", got.Sources[2])
	}
}

// TestListSources_endsWhereNothingAnswers has a hundred sources of which the schedule, the bucket and Temporal are silent.
func TestListSources_endsWhereNothingAnswers(t *testing.T) {
	t.Parallel()
	r := &roll{schedule: func(ctx context.Context, _ string) (schedule.State, error) {
		<-ctx.Done()
		return schedule.State{}, ctx.Err()
	}}
	for n := range 100 {
		r.known = append(r.known, overview.Known{Name: fmt.Sprintf("s%02d", n), Origin: overview.FromSettings})
	}
	store := bucket(t)
	done := record(t, store, "s00", noon, "complete")
	got := list(t, &question.Activities{Store: store, Roll: r, ListWithin: 200 * time.Millisecond}, "")
	if len(got.Sources) != 100 || done == "" {
		t.Fatalf("%d sources", len(got.Sources))
	}
	for _, row := range got.Sources {
		if row.Workers != nil || row.Schedule.State != overview.Unknown || !slices.Contains(row.Unread, "its schedule") ||
			!slices.Contains(row.Unread, "its workers") {
			t.Fatalf("%+v", row)
		}
	}
}

// TestListSources_goesOnAfterAName reads more sources than a page holds.
func TestListSources_goesOnAfterAName(t *testing.T) {
	t.Parallel()
	r := &roll{workers: map[string][]doctor.Worker{}}
	for n := range 400 {
		r.known = append(r.known, overview.Known{
			Name: fmt.Sprintf("source-with-a-long-name-%03d", n), Origin: overview.FromSettings, Org: "acme.my.salesforce.com",
		})
	}
	a := &question.Activities{Store: bucket(t), Roll: r}
	var names []string
	for after := ""; ; {
		page := list(t, a, after)
		if text, err := json.Marshal(page); err != nil || len(text) > overview.PageBytes || page.Total != 400 {
			t.Fatalf("a page of %d bytes of %d sources, %v", len(text), page.Total, err)
		}
		for _, row := range page.Sources {
			names = append(names, row.Source)
		}
		if after = page.After; after == "" {
			break
		}
	}
	if len(slices.Compact(names)) != 400 || !slices.IsSorted(names) || r.asked.Load() > 600 {
		t.Errorf("%d names, %d questions", len(names), r.asked.Load())
	}
}
