package question_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"longhaul/activities/question"
	"longhaul/internal/doctor"
	"longhaul/internal/history"
	"longhaul/internal/overview"
	"longhaul/internal/staging"
)

// rowAfter is the row of a source whose only sync left an end.
func rowAfter(t *testing.T, origin string, end history.End) *overview.Last {
	t.Helper()
	store, r := bucket(t), &roll{known: []overview.Known{{Name: "acme", Origin: origin}}, workers: map[string][]doctor.Worker{}}
	sync := staging.Sync{Source: "acme", ID: staging.SyncID(noon, "aaaaaaaa")}
	end.At = noon.Add(time.Hour)
	if err := store.WriteJSON(t.Context(), sync.Start(), history.Start{Started: noon, Workflow: "sync-acme", Run: "run"}); err != nil {
		t.Fatal(err)
	}
	if err := store.WriteJSON(t.Context(), sync.End(), end); err != nil {
		t.Fatal(err)
	}
	return list(t, &question.Activities{Store: store, Roll: r}, "").Sources[0].Last
}

func TestListSources_saysWhyTheLastSyncFailedAndWhatToDo(t *testing.T) {
	t.Parallel()
	const again = "`longhaul sync acme` starts it again; `longhaul show acme` tells more"
	refused := history.End{Outcome: "failed", Class: "login_refused", System: "salesforce", Phase: "authenticate", Message: "the org refuses the login"}
	long := history.End{Outcome: "failed", Class: "invalid", Phase: "describe", Message: strings.Repeat("é", 250)}
	terminated := history.End{Outcome: "terminated"}
	terminated.Orders = []history.Order{{Name: history.OrderTerminate, Reason: "maintenance"}}
	for name, row := range map[string]struct {
		origin  string
		end     history.End
		why, do string
	}{
		"connected":      {overview.FromSaved, refused, "the org refuses the login", "`longhaul connect acme` gives it other credentials, and once that is fixed " + again},
		"settings":       {overview.FromSettings, refused, "the org refuses the login", "once that is fixed, " + again},
		"a long reason":  {overview.FromSettings, long, strings.Repeat("é", 98) + "…", "once that is fixed, " + again},
		"terminated":     {overview.FromSettings, terminated, "maintenance", again},
		"a person's end": {overview.FromSettings, history.End{Outcome: "discarded"}, "", ""},
	} {
		if got := rowAfter(t, row.origin, row.end); got == nil || got.Why != row.why || got.Do != row.do {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// TestListSources_countsTheWorkersThatPoll has workers that did not poll for longer than a poll lasts, with other settings.
func TestListSources_countsTheWorkersThatPoll(t *testing.T) {
	t.Parallel()
	serving := []doctor.Worker{{Identity: "1@a", Settings: "1a"}, {Identity: "2@a", Settings: "1a"}}
	for n := range 8 {
		serving = append(serving, doctor.Worker{Identity: fmt.Sprintf("%d@gone", n), Settings: "2b", Stale: true})
	}
	r := &roll{
		known:   []overview.Known{{Name: "acme", Origin: overview.FromSaved}, {Name: "beta", Origin: overview.FromSaved}},
		workers: map[string][]doctor.Worker{"acme": serving, "beta": serving[2:3]},
		waits:   map[string]*overview.Wait{"beta": {Phase: "describe", For: overview.ForNobody}},
	}
	got := list(t, &question.Activities{Store: bucket(t), Roll: r}, "").Sources
	acme, beta := got[0], got[1]
	want := []string{"0@gone", "1@gone", "2@gone", "3@gone", "4@gone", "3 more"}
	if *acme.Workers != 2 || !slices.Equal(acme.Silent, want) || len(acme.Disagree) > 0 {
		t.Errorf("%d, %q, %q", *acme.Workers, acme.Silent, acme.Disagree)
	}
	if *beta.Workers != 0 || len(beta.Silent) != 1 || beta.Waits.For != overview.ForWorker {
		t.Errorf("where all may have stopped: %+v, %+v", beta, beta.Waits)
	}
}

// TestListSources_doesNotWaitForAWorkerThatIsThere has a sync that looked before a worker came.
func TestListSources_doesNotWaitForAWorkerThatIsThere(t *testing.T) {
	t.Parallel()
	r := &roll{
		known:   []overview.Known{{Name: "acme", Origin: overview.FromSaved}},
		workers: map[string][]doctor.Worker{"acme": {{Identity: "1@a", Settings: "1a"}}},
		waits:   map[string]*overview.Wait{"acme": {Phase: "authenticate", Why: "no worker serves the source", For: overview.ForWorker}},
	}
	wait := list(t, &question.Activities{Store: bucket(t), Roll: r}, "").Sources[0].Waits
	if wait.For != overview.ForNobody || wait.Why != "no worker served the source when it last looked" {
		t.Errorf("%+v", wait)
	}
}
