package question_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"go.temporal.io/sdk/temporal"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/workflows/question"
)

const candidate = "20261129T120000.000Z-ab12cd34"

// TestCheckSource_ofACandidateAsksAnyWorkerOnce as nobody serves the source yet.
func TestCheckSource_ofACandidateAsksAnyWorkerOnce(t *testing.T) {
	t.Parallel()
	s := &source{examine: healthy}
	env := begin(t, s, question.CandidateCheckID("acme", candidate))
	env.ExecuteWorkflow(question.CheckSourceType, question.Input{Source: "acme", Candidate: candidate})
	var result doctor.Result
	if err := env.GetWorkflowResult(&result); err != nil || result.Status != doctor.Pass || !slices.Equal(s.asked, []string{"Examine acme"}) {
		t.Errorf("%+v, %v after %v", result, err, s.asked)
	}
}

func TestCheckSource_ofACandidateFailsWithASentence(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		examine   func(int) (doctor.Result, error)
		candidate string
		class     fault.Class
		says      string
	}{
		"no worker":          {nobody, candidate, fault.Transient, "no worker began the check within a minute"},
		"no such candidates": {healthy, "newest", fault.Invalid, "is not one that connect has made"},
		"a key of another":   {healthy, "../saved/globex/" + candidate, fault.Invalid, "is not one that connect has made"},
	} {
		env := begin(t, &source{examine: row.examine}, "check-acme-x")
		env.ExecuteWorkflow(question.CheckSourceType, question.Input{Source: "acme", Candidate: row.candidate})
		failure, ok := errors.AsType[*temporal.ApplicationError](env.GetWorkflowError())
		if !ok || failure.Type() != string(row.class) || !strings.Contains(failure.Message(), row.says) {
			t.Errorf("%s: %v", name, env.GetWorkflowError())
		}
	}
}

func TestPlanSource_takesNoCandidate(t *testing.T) {
	t.Parallel()
	env := begin(t, &source{}, "plan-acme")
	env.ExecuteWorkflow(question.PlanSourceType, question.Input{Source: "acme", Candidate: candidate})
	if err := env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), "or this is no check") {
		t.Errorf("got %v", err)
	}
}
