package question_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"longhaul/activities"
	"longhaul/activities/question"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/item"
	"longhaul/internal/quota"
	"longhaul/internal/roster"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
)

const (
	recorded = "20261122T050000.000Z-aaaaaaaa"
	begun    = "20261123T050000.000Z-bbbbbbbb"
)

// bucket is one in memory in which a sync of acme left its record and a later one its start alone.
func bucket(t *testing.T) *staging.Store {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	write := func(key string, value any) {
		if _, err := store.WriteNewJSON(t.Context(), key, value); err != nil {
			t.Fatal(err)
		}
	}
	write(staging.RecordKey("acme", recorded), history.Record{
		Sync: recorded, Source: "acme", Outcome: "complete", Coverage: 1, APICalls: 42,
		Started: time.Date(2026, 11, 22, 5, 0, 0, 0, time.UTC), Finished: time.Date(2026, 11, 22, 5, 4, 0, 0, time.UTC),
	})
	write(staging.Sync{Source: "acme", ID: begun}.Start(), history.Start{
		Started: time.Date(2026, 11, 23, 5, 0, 0, 0, time.UTC), Trigger: history.TriggerCLI, Workflow: "sync-acme", Run: "run-1",
	})
	return store
}

// sources are those that a worker serves.
type sources map[string]*activities.Source

func (s sources) Source(_ context.Context, name string) (*activities.Source, error) {
	if one := s[name]; one != nil {
		return one, nil
	}
	return nil, fault.Invalidf("source %q is not configured; this worker knows: acme", name)
}

// inspect runs the activity as a worker does.
func inspect(t *testing.T, a *question.Activities, source string, q answer.Query, into any) error {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestActivityEnvironment()
	env.SetWorkerOptions(worker.Options{Interceptors: []interceptor.WorkerInterceptor{activities.Interceptor()}})
	env.RegisterActivity(a)
	value, err := env.ExecuteActivity("Inspect", question.InspectParams{Source: source, Query: q})
	if err != nil {
		return err
	}
	var raw json.RawMessage
	if err := value.Get(&raw); err != nil {
		t.Fatal(err)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

// ended says what became of run-1.
func ended(_ context.Context, workflow, run string) (history.Fate, error) {
	if workflow != "sync-acme" || run != "run-1" {
		return history.Fate{}, errors.New("another run is asked about")
	}
	return history.Fate{Outcome: "terminated"}, nil
}

func TestInspect_answersFromTheBucket(t *testing.T) {
	t.Parallel()
	a := &question.Activities{Sources: sources{"acme": {Name: "acme"}}, Store: bucket(t), How: ended}
	var h answer.History
	if err := inspect(t, a, "acme", answer.Query{Question: answer.AskHistory}, &h); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range h.Syncs {
		got = append(got, s.Sync+" "+s.Outcome)
	}
	if want := []string{begun + " terminated", recorded + " complete"}; !slices.Equal(got, want) {
		t.Errorf("the history is %q, want %q", got, want)
	}
	var s answer.Show
	if err := inspect(t, a, "acme", answer.Query{Question: answer.AskShow, Sync: "2026-11-22"}, &s); err != nil || s.Sync.Sync != recorded || s.Record == nil {
		t.Errorf("shown is %+v, %v", s, err)
	}
}

// TestInspect_ofASourceThatIsNotServed answers as long as something of it is kept.
func TestInspect_ofASourceThatIsNotServed(t *testing.T) {
	t.Parallel()
	a := &question.Activities{Sources: sources{}, Store: bucket(t), How: ended}
	var h answer.History
	if err := inspect(t, a, "acme", answer.Query{Question: answer.AskHistory}, &h); err != nil || len(h.Syncs) != 2 {
		t.Errorf("the history is %+v, %v", h, err)
	}
	isRefused(t, inspect(t, a, "acne", answer.Query{Question: answer.AskHistory}, nil), fault.Invalid, `source "acne" is not configured`)
	ask := answer.Query{Question: answer.AskWhy, Of: "00O5g000004kGvZEAU", AskOrg: true}
	isRefused(t, inspect(t, a, "acme", ask, nil), fault.Invalid, "the org cannot be asked here")
}

// gone are sources that were disconnected.
type gone struct{}

func (gone) Source(_ context.Context, name string) (*activities.Source, error) {
	return nil, roster.Disconnected(name)
}

// TestInspect_ofASourceThatWasDisconnected answers as long as something of it is kept. Of one that was purged there is nothing to say, and no
// login to mend.
func TestInspect_ofASourceThatWasDisconnected(t *testing.T) {
	t.Parallel()
	a := &question.Activities{Sources: gone{}, Store: bucket(t), How: ended}
	var h answer.History
	if err := inspect(t, a, "acme", answer.Query{Question: answer.AskHistory}, &h); err != nil || len(h.Syncs) != 2 {
		t.Errorf("the history is %+v, %v", h, err)
	}
	isRefused(t, inspect(t, a, "purged", answer.Query{Question: answer.AskHistory}, nil), fault.Invalid,
		`source "purged" was disconnected, and the bucket has nothing of its syncs`)
}

// TestInspect_ofASourceThatIsNotServedFromABucketThatIsAway does not say that the source is none: nobody knows whether something is kept.
func TestInspect_ofASourceThatIsNotServedFromABucketThatIsAway(t *testing.T) {
	t.Parallel()
	store := bucket(t)
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	err := inspect(t, &question.Activities{Sources: sources{}, Store: store, How: ended}, "acme", answer.Query{Question: answer.AskHistory}, nil)
	if failure, ok := errors.AsType[*temporal.ApplicationError](err); !ok || failure.Type() == string(fault.Invalid) {
		t.Errorf("got %v", err)
	}
}

func isRefused(t *testing.T, err error, class fault.Class, says string) {
	t.Helper()
	failure, ok := errors.AsType[*temporal.ApplicationError](err)
	if !ok || failure.Type() != string(class) || !strings.Contains(failure.Message(), says) {
		t.Errorf("got %v, want %s: %s", err, class, says)
	}
}

func TestInspect_failsWithAClassAndASentence(t *testing.T) {
	t.Parallel()
	a := &question.Activities{Sources: sources{"acme": {Name: "acme"}}, Store: bucket(t), How: ended}
	isRefused(t, inspect(t, a, "acme", answer.Query{Question: answer.AskShow, Sync: "1999"}, nil), fault.Invalid, "there are "+begun+", "+recorded)
	isRefused(t, inspect(t, a, "acme", answer.Query{Question: "when"}, nil), fault.Invalid, `there is no question "when"`)
	isRefused(t, inspect(t, a, "acme", answer.Query{Question: answer.AskHistory, Cursor: "x"}, nil), fault.Invalid, "is no cursor of this question")
}

// org is a simulated one with its source.
func org(t *testing.T, daily int) (*server.Server, *activities.Source) {
	t.Helper()
	sim, err := server.Start(server.Options{Reports: 5, DailyLimit: daily})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = sim.Close() })
	ready := sim.Ready()
	client, err := salesforce.New(salesforce.Config{
		BaseURL: ready.Salesforce,
		Credentials: func(context.Context) (salesforce.Credentials, error) {
			return salesforce.Credentials{ClientID: ready.ClientID, ClientSecret: ready.ClientSecret}, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return sim, &activities.Source{
		Name: "acme", Salesforce: client, MaxInFlight: 4, Quota: quota.Policy{Ceiling: 80, Share: 25}, Probe: 15 * time.Minute,
	}
}

// counted is how many API calls the bucket knows of.
func counted(t *testing.T, store *staging.Store) (calls int64) {
	t.Helper()
	now := time.Now()
	sum, err := usage.Of(store, "acme").Read(t.Context(), usage.Attempt{}, now)
	if err != nil {
		t.Fatal(err)
	}
	for _, hour := range sum.Hours(now, now) {
		calls += hour.Calls
	}
	return calls
}

// TestInspect_looksUpInTheOrg makes one call, which counts to the share of the source.
func TestInspect_looksUpInTheOrg(t *testing.T) {
	t.Parallel()
	sim, source := org(t, 15_000)
	store := bucket(t)
	a := &question.Activities{Sources: sources{"acme": source}, Store: store, How: ended}
	var w answer.Why
	if err := inspect(t, a, "acme", answer.Query{Question: answer.AskWhy, Of: "00O000000000zzz", AskOrg: true}, &w); err != nil {
		t.Fatal(err)
	}
	if w.Calls != 1 || counted(t, store) != 1 || len(w.Matches) != 1 || !strings.Contains(w.Matches[0].InOrg, "finds no such report") {
		t.Errorf("got %+v; %d calls are counted", w, counted(t, store))
	}
	if made := sim.Stats().PeakByUs; made != 1 {
		t.Errorf("%d calls were made", made)
	}
	if diff := cmp.Diff(item.Report, w.Matches[0].Kind); diff != "" {
		t.Error(diff)
	}
}

// TestInspect_leavesTheShareToSyncs asks the org nothing where the share is used up.
func TestInspect_leavesTheShareToSyncs(t *testing.T) {
	t.Parallel()
	sim, source := org(t, 100)
	store := bucket(t)
	told := quota.Usage{Clock: time.Now(), Max: 100}
	earlier := usage.Attempt{Sync: "before", Type: "Describe", Run: "r", Activity: "5", Number: 1}
	if err := usage.Of(store, "acme").Record(t.Context(), earlier, 25, 0, told, time.Now()); err != nil {
		t.Fatal(err)
	}
	a := &question.Activities{Sources: sources{"acme": source}, Store: store, How: ended}
	err := inspect(t, a, "acme", answer.Query{Question: answer.AskWhy, Of: "00O000000000zzz", AskOrg: true}, nil)
	isRefused(t, err, fault.QuotaExhausted, "this source has used its share")
	if made := sim.Stats().PeakByUs; made != 0 {
		t.Errorf("%d calls were made", made)
	}
}
