package question_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	sdkpb "go.temporal.io/api/sdk/v1"
	registered "go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	asked "longhaul/activities/question"
	"longhaul/internal/fault"
	"longhaul/internal/history/answer"
	"longhaul/internal/history/item"
	"longhaul/workflows/question"
)

// inspecting is an environment in which a worker of the source answers.
func inspecting(t *testing.T, s *source, by func(asked.InspectParams) (any, error)) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	env := begin(t, s, question.InspectID("acme", "x"))
	env.RegisterActivityWithOptions(func(_ context.Context, p asked.InspectParams) (json.RawMessage, error) {
		s.asked = append(s.asked, p.Query.Question+" "+p.Source)
		found, err := by(p)
		if err != nil {
			return nil, err
		}
		return json.Marshal(found)
	}, registered.RegisterOptions{Name: "Inspect", DisableAlreadyRegisteredCheck: true})
	return env
}

// nobodyBegins is a source whose activities no worker begins but any worker can do what else is asked.
func nobodyBegins(s *source, then func(asked.InspectParams) (any, error)) func(asked.InspectParams) (any, error) {
	return func(p asked.InspectParams) (any, error) {
		if len(s.asked) == 1 {
			return nobody(1)
		}
		return then(p)
	}
}

func TestInspectSource_resultIsTheAnswer(t *testing.T) {
	t.Parallel()
	var got asked.InspectParams
	env := inspecting(t, &source{}, func(p asked.InspectParams) (any, error) {
		got = p
		return answer.Why{Source: "acme", Of: p.Query.Of, Matches: []answer.Match{{Kind: item.Report, ID: "00O000000000001AAA", State: "denied"}}}, nil
	})
	env.ExecuteWorkflow(question.InspectSourceType, json.RawMessage(`{"source":"acme","question":"why","of":"00O000000000001"}`))
	var why answer.Why
	if err := env.GetWorkflowResult(&why); err != nil || len(why.Matches) != 1 || why.Matches[0].State != "denied" {
		t.Errorf("got %+v, %v", why, err)
	}
	if want := (answer.Query{Question: "why", Of: "00O000000000001"}); got.Source != "acme" || got.Query != want {
		t.Errorf("asked was %+v", got)
	}
}

func TestInspectSource_refusesWhatIsNoQuestion(t *testing.T) {
	t.Parallel()
	const list = `{"source":"acme","question":"history"} (the syncs, the newest first), {"source":"acme","question":"show","sync":"monday"}`
	for name, row := range map[string]struct{ input, says string }{
		"nothing":             {``, list},
		"a name alone":        {`"acme"`, list},
		"a field that is not": {`{"source":"acme","question":"why","off":"00O"}`, `unknown field "off"`},
		"another name of it":  {`{"source":"acme","question":"why","of":"00O","ask":true}`, `"ask_org":true`},
		"no source":           {`{"question":"history"}`, "no source is named: ask one of " + list},
		"no question":         {`{"source":"acme"}`, "no question is asked: ask one of " + list},
		"another question":    {`{"source":"acme","question":"when"}`, `there is no question "when": ask one of ` + list},
		"why of nothing":      {`{"source":"acme","question":"why"}`, `the question why needs "of"`},
		"the id of a sync":    {`{"source":"sync-acme","question":"show"}`, "say `show acme`"},
	} {
		s := &source{}
		env := inspecting(t, s, func(asked.InspectParams) (any, error) { return answer.Why{}, nil })
		if row.input == "" {
			env.ExecuteWorkflow(question.InspectSourceType)
		} else {
			env.ExecuteWorkflow(question.InspectSourceType, json.RawMessage(row.input))
		}
		failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError())
		if !ok || failure.Type() != string(fault.Invalid) || !strings.Contains(failure.Message(), row.says) || len(s.asked) > 0 {
			t.Errorf("%s: %v; asked %v", name, env.GetWorkflowError(), s.asked)
		}
	}
}

// TestInspectSource_isAnsweredByAnyWorker as what syncs left lies in the bucket.
func TestInspectSource_isAnsweredByAnyWorker(t *testing.T) {
	t.Parallel()
	s := &source{}
	env := inspecting(t, s, nobodyBegins(s, func(asked.InspectParams) (any, error) { return answer.History{Source: "acme"}, nil }))
	env.ExecuteWorkflow(question.InspectSourceType, question.Inspection{Source: "acme", Query: answer.Query{Question: "history"}})
	var h answer.History
	if err := env.GetWorkflowResult(&h); err != nil || h.Source != "acme" {
		t.Errorf("got %+v, %v", h, err)
	}
	if want := []string{"history acme", "FindWorker longhaul-acme", "history acme"}; !slices.Equal(s.asked, want) {
		t.Errorf("asked %v", s.asked)
	}

	s = &source{}
	env = inspecting(t, s, nobodyBegins(s, func(asked.InspectParams) (any, error) {
		return nil, fault.Invalidf(`source "acme" is not configured; this worker knows: beta`)
	}))
	env.ExecuteWorkflow(question.InspectSourceType, question.Inspection{Source: "acme", Query: answer.Query{Question: "history"}})
	const says = `no worker serves source acme: source "acme" is not configured; this worker knows: beta`
	if failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError()); !ok || failure.Message() != says {
		t.Errorf("it says %v", env.GetWorkflowError())
	}
}

// TestInspectSource_showsTheAnswerInTheUI reads the details as the UI does: with the words of the answer and the next form.
func TestInspectSource_showsTheAnswerInTheUI(t *testing.T) {
	t.Parallel()
	env := inspecting(t, &source{}, func(asked.InspectParams) (any, error) {
		return answer.Why{Source: "acme", Of: "x", Matches: []answer.Match{{
			Kind: item.Report, ID: "00O000000000001AAA", Name: "<script>alert(1)</script> _a_", State: "gone", LastSync: "20261122T050000.000Z-aaaaaaaa",
		}}}, nil
	})
	env.ExecuteWorkflow(question.InspectSourceType, json.RawMessage(`{"source":"acme","question":"why","of":"x"}`))
	shown := detailsOf(t, env)
	for _, part := range []string{
		`### Report "\<script\>alert(1)\</script\> \_a\_" (00O000000000001AAA): gone`,
		"- Last seen by the sync of Sun 22 Nov 2026 05:00 UTC.\n",
		"`{\"source\":\"acme\",\"question\":\"why\",\"of\":\"00O000000000001AAA\",\"ask_org\":true}`",
		"/workflows/start-workflow?workflowId=inspect-acme-x&runId=", "&taskQueue=longhaul&workflowType=InspectSource)",
	} {
		if !strings.Contains(shown, part) {
			t.Errorf("%q is not in:\n%s", part, shown)
		}
	}
}

// TestInspectSource_nextPageIsOfTheSameQuestion as the cursor of a page knows no kind and no folder.
func TestInspectSource_nextPageIsOfTheSameQuestion(t *testing.T) {
	t.Parallel()
	for asks, want := range map[string]string{
		"diff":    "`{\"source\":\"acme\",\"question\":\"diff\",\"cursor\":\"c7\",\"from\":\"a\",\"to\":\"b\",\"kind\":\"reports\",\"folder\":\"Sales\"}`",
		"history": "`{\"source\":\"acme\",\"question\":\"history\",\"limit\":7,\"cursor\":\"c7\"}`",
	} {
		env := inspecting(t, &source{}, func(asked.InspectParams) (any, error) {
			if asks == "diff" {
				return answer.Diff{Source: "acme", From: "a", To: "b", Cursor: "c7"}, nil
			}
			return answer.History{Source: "acme", Syncs: []answer.Sync{{Sync: "a", Outcome: "complete"}}, Cursor: "c7"}, nil
		})
		q := answer.Query{Question: asks, Limit: 7, Kind: "reports", Folder: "Sales"}
		if asks == "history" {
			q.Kind, q.Folder = "", ""
		} else {
			q.Limit = 0
		}
		env.ExecuteWorkflow(question.InspectSourceType, question.Inspection{Source: "acme", Query: q})
		if shown := detailsOf(t, env); !strings.Contains(shown, want) {
			t.Errorf("%s is not in:\n%s", want, shown)
		}
	}
}

// TestInspectSource_showsAPartOfALongAnswer keeps the details short enough for an address.
func TestInspectSource_showsAPartOfALongAnswer(t *testing.T) {
	t.Parallel()
	env := inspecting(t, &source{}, func(asked.InspectParams) (any, error) {
		d := answer.Diff{Source: "acme"}
		for range 300 {
			d.Reports.Gone = append(d.Reports.Gone, answer.Named{ID: "00O000000000001AAA", Name: "Ünïcödé ünd mehr"})
		}
		return d, nil
	})
	env.ExecuteWorkflow(question.InspectSourceType, json.RawMessage(`{"source":"acme","question":"diff"}`))
	shown := detailsOf(t, env)
	if len(shown) > 7000 || !strings.Contains(shown, "There is more in the result.") || !strings.Contains(shown, "start-workflow") {
		t.Errorf("%d bytes:\n%s", len(shown), shown)
	}
}

func detailsOf(t *testing.T, env *testsuite.TestWorkflowEnvironment) string {
	t.Helper()
	if err := env.GetWorkflowError(); err != nil {
		t.Fatal(err)
	}
	value, err := env.QueryWorkflow("__temporal_workflow_metadata")
	if err != nil {
		t.Fatal(err)
	}
	var metadata sdkpb.WorkflowMetadata
	if err := value.Get(&metadata); err != nil {
		t.Fatal(err)
	}
	return metadata.GetCurrentDetails()
}
