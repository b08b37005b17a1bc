package question_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/sdk/testsuite"

	"longhaul/activities/question"
	"longhaul/internal/doctor"
	"longhaul/internal/doctor/cluster"
	"longhaul/internal/doctor/exam"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// lost is the doctor of a worker that cannot use the settings of a source, while Temporal still lists those that served it.
type lost struct{ err error }

func (l lost) Subject(context.Context, string, string) (exam.Subject, func(), error) {
	return exam.Subject{}, nil, l.err
}

func (l lost) Cluster(_ context.Context, name string) cluster.Facts {
	return cluster.Facts{Active: true, Source: name, Workers: []doctor.Worker{{Identity: "1@gone"}}}
}

// TestExamine_failsWhereNobodyCanServeTheSource has a key that is gone, a source of which the worker knows nothing, and dead workers that
// Temporal lists.
func TestExamine_failsWhereNobodyCanServeTheSource(t *testing.T) {
	t.Parallel()
	_, unknown := (*source.Registry)(nil).Get("beta")
	key := fault.Invalidf("the key of secrets.keeper cannot be used, as the secret file /key is of no use (it does not exist): check the path")
	for name, row := range map[string]struct {
		err    error
		status doctor.Status // of the row Settings
		class  fault.Class
		says   string
	}{
		"its key is lost": {
			fmt.Errorf("source %q: %w", "beta", key), doctor.Fail, fault.Invalid, "the key of secrets.keeper cannot be used, as the secret file /key is of no use (it does not exist)",
		},
		"it is not in the settings": {unknown, doctor.Skipped, fault.Transient, `source "beta" is not configured`},
	} {
		var suite testsuite.WorkflowTestSuite
		env := suite.NewTestActivityEnvironment()
		a := &question.Activities{Doctor: lost{row.err}}
		env.RegisterActivity(a)
		answer, err := env.ExecuteActivity(a.Examine, question.ExamineParams{Source: "beta", Unbegun: true})
		if err != nil {
			t.Fatal(err)
		}
		var got doctor.Result
		if err := answer.Get(&got); err != nil {
			t.Fatal(err)
		}
		settings, workers := got.Findings[0], got.Findings[len(got.Findings)-1]
		if got.Status != doctor.Fail || settings.ID != "settings" || settings.Status != row.status || !strings.Contains(settings.Found, row.says) ||
			!fault.Is(got.Failure(), row.class) {
			t.Errorf("%s: %v of %+v", name, got.Failure(), settings)
		}
		if workers.Status != doctor.Fail || !strings.Contains(workers.Found, "1@gone") {
			t.Errorf("%s: %+v", name, workers)
		}
	}
}
