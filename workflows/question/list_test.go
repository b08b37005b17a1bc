package question_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	registered "go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"

	asked "longhaul/activities/question"
	"longhaul/internal/fault"
	"longhaul/internal/overview"
	"longhaul/workflows/question"
)

// listing is what a list is asked for and answers, with the input as people write it; empty: none.
func listing(t *testing.T, input string, by func(asked.ListParams) (overview.List, error)) (got *overview.List, shown string, err error) {
	t.Helper()
	env := begin(t, &source{}, question.ListID("x"))
	env.RegisterActivityWithOptions(func(_ context.Context, p asked.ListParams) (overview.List, error) {
		return by(p)
	}, registered.RegisterOptions{Name: "ListSources", DisableAlreadyRegisteredCheck: true})
	if input == "" {
		env.ExecuteWorkflow(question.ListSourcesType)
	} else {
		env.ExecuteWorkflow(question.ListSourcesType, json.RawMessage(input))
	}
	if err := env.GetWorkflowError(); err != nil {
		return nil, "", err
	}
	got = new(overview.List)
	if err := env.GetWorkflowResult(got); err != nil {
		t.Fatal(err)
	}
	return got, detailsOf(t, env), nil
}

func TestListSources_showsAPageAndTheWayToTheNext(t *testing.T) {
	t.Parallel()
	answer := func(p asked.ListParams) (overview.List, error) {
		return overview.List{AsOf: time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC), Total: 2, After: "beta" + p.After, Sources: []overview.Row{{
			Source: "beta", Origin: overview.FromSettings, Org: "acme.my.salesforce.com", Schedule: overview.Schedule{State: overview.Active, Words: "every 24h"},
		}}}, nil
	}
	got, shown, err := listing(t, "", answer)
	if err != nil || got.After != "beta" || len(got.Sources) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	for _, part := range []string{
		"### 1 of 2 sources. Times are in UTC.", "| beta | every 24h |", "acme.my.salesforce.com, from the settings.", "`{\"after\":\"beta\"}`",
		"[List them again](/namespaces/", "&workflowType=ListSources)",
	} {
		if !strings.Contains(shown, part) {
			t.Errorf("the details lack %q:\n%s", part, shown)
		}
	}
	if got, _, err = listing(t, `{"after":"acme"}`, answer); err != nil || got.After != "betaacme" {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestListSources_saysWhatIsWrong(t *testing.T) {
	t.Parallel()
	none := func(asked.ListParams) (overview.List, error) { return overview.List{}, nil }
	_, _, err := listing(t, `{"source":"acme"}`, none)
	failure, ok := errors.AsType[*temporal.ApplicationError](err)
	const says = `the input must look like {"after":"acme"}, or be left out`
	if !ok || failure.Type() != string(fault.Invalid) || !strings.Contains(failure.Message(), says) {
		t.Errorf("got %v", err)
	}
	_, _, err = listing(t, "", func(asked.ListParams) (overview.List, error) {
		return overview.List{}, temporal.NewNonRetryableApplicationError("the worker was stopped", "transient", nil)
	})
	if failure, ok := errors.AsType[*temporal.ApplicationError](err); !ok || failure.Type() != string(fault.Transient) {
		t.Errorf("got %v", err)
	}
	if _, shown, err := listing(t, "", none); err != nil || !strings.Contains(shown, "No worker serves a source") {
		t.Errorf("got %v, %s", err, shown)
	}
}
