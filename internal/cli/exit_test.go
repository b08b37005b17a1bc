package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.temporal.io/api/serviceerror"
	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/monitor"
	"longhaul/workflows"
)

func TestExitCode(t *testing.T) {
	t.Parallel()
	of := func(class fault.Class, system fault.System) error {
		return fmt.Errorf("wrapped: %w", &fault.Error{Class: class, System: system, Message: "m"})
	}
	for _, row := range []struct {
		name string
		err  error
		want int
	}{
		{"nothing went wrong", nil, 0},
		{"an error without a class is ours", errors.New("x"), 1},
		{"an account that does not add up is ours", of(activities.Internal, fault.Longhaul), 1},
		{"a report that fails always never ends a sync, so it is ours", of(fault.Poison, fault.Salesforce), 1},
		{"bad settings", fault.Invalidf("x"), 2},
		{"a foreign bucket", of(fault.Invalid, fault.Bucket), 2},
		{"Salesforce refuses the login", of(fault.LoginRefused, fault.Salesforce), 3},
		{"the session may not use the API", of(fault.SessionPolicy, fault.Salesforce), 3},
		{"a permission is missing", of(fault.PermissionMissing, fault.Salesforce), 4},
		{"gaps under --strict", verdict(&workflows.Result{Outcome: workflows.OutcomeGaps}, true), 5},
		{"gaps otherwise", verdict(&workflows.Result{Outcome: workflows.OutcomeGaps}, false), 0},
		{"the catalog refuses the token", of(fault.LoginRefused, fault.Catalog), 6},
		{"the catalog refuses the file", of(fault.Invalid, fault.Catalog), 6},
		{"the catalog cannot be reached", of(fault.Transient, fault.Catalog), 7},
		{"the catalog asks for slower deliveries", of(fault.Throttled, fault.Catalog), 7},
		{"a login to Salesforce by way of a wrong base_url", of(fault.Invalid, fault.Salesforce), 2},
		{"Salesforce cannot be reached", of(fault.Transient, fault.Salesforce), 7},
		{"Temporal cannot be reached", of(fault.Transient, fault.Temporal), 7},
		{"the bucket cannot be reached", of(fault.Transient, fault.Bucket), 7},
		{"the org's calls of the day are used up", of(fault.QuotaExhausted, fault.Salesforce), 7},
		{"the org asks for slower calls", of(fault.Throttled, fault.Salesforce), 7},
		{"discarded by an operator", verdict(&workflows.Result{Outcome: workflows.OutcomeDiscarded}, false), 8},
		{"terminated by an operator", &monitor.Stopped{Class: "terminated"}, 8},
		{"skipped is no failure", verdict(&workflows.Result{Outcome: workflows.OutcomeSkipped}, true), 0},
		{"interrupted", interrupted("x"), 130},
	} {
		if got := exitCode(row.err); got != row.want {
			t.Errorf("%s: got %d, want %d", row.name, got, row.want)
		}
	}
}

func TestEndOf_workflowErrors(t *testing.T) {
	t.Parallel()
	failed := func(class fault.Class, system fault.System) error {
		return temporal.NewApplicationErrorWithOptions("the sentence", string(class), temporal.ApplicationErrorOptions{
			NonRetryable: true,
			Details: []any{workflows.Result{
				Source: "acme", Outcome: workflows.OutcomeFailed,
				Failure: &activities.Failure{Class: class, System: system, Message: "the sentence"},
			}},
		})
	}
	for _, row := range []struct {
		name    string
		err     error
		code    int
		message string
		result  bool
	}{
		{"a refused login", failed(fault.LoginRefused, fault.Salesforce), 3, "the sentence", true},
		{"a catalog that refuses", failed(fault.LoginRefused, fault.Catalog), 6, "the sentence", true},
		{"an unknown source", failed(fault.Invalid, fault.Longhaul), 2, "the sentence", true},
		{"a failure of another program's workflow", temporal.NewApplicationError("theirs", "SomeType"), 1, "theirs", false},
		{"a cancelled sync", temporal.NewCanceledError(), 8, "the sync was cancelled; what it had read is kept for the next one", false},
		{
			"a Temporal that went away", serviceerror.NewUnavailable("x"), 7,
			"Temporal stopped answering; the sync continues when it is back, and the same command joins it again", false,
		},
	} {
		result, err := monitor.End(row.err)
		shown := failureOf(err)
		if shown.ExitCode != row.code || shown.Message != row.message || (result != nil) != row.result {
			t.Errorf("%s: got %+v with result %v", row.name, shown, result)
		}
	}
}

func TestExitCodeHelp_listsEachCodeOnce(t *testing.T) {
	t.Parallel()
	seen := map[int]bool{}
	for _, row := range exitCodes {
		if seen[row.code] {
			t.Errorf("%d is listed twice", row.code)
		}
		seen[row.code] = true
		if !strings.Contains(exitCodeHelp(), row.meaning) {
			t.Errorf("%d is not explained", row.code)
		}
	}
	for _, code := range []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 130} {
		if !seen[code] {
			t.Errorf("%d is missing", code)
		}
	}
}
