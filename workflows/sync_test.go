package workflows_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

const anything = mock.Anything

func TestSyncSource_completes(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil {
		t.Fatal(failure)
	}
	if got.Outcome != workflows.OutcomeComplete || got.Source != "acme" || !got.Uploaded || got.Coverage != 1 {
		t.Errorf("got %+v", got)
	}
	if want := int64(4 + 5 + 80 + 4); got.APICalls != want {
		t.Errorf("api_calls is %d, want %d", got.APICalls, want)
	}
	want := "Authenticate,Enumerate,Enumerate,Enumerate,Enumerate,Enumerate,Guard,LookUpMissing,Plan," + strings.Repeat("Describe,", 8) +
		"CatchUp,MergeDescriptions," + strings.Repeat("Assemble,", 7) + "WriteAccount,Guard," + strings.Repeat("Upload,", 7) + "Record,Prune,WritePage"
	if diff := cmp.Diff(want, strings.Join(o.seen, ",")); diff != "" {
		t.Errorf("the phases ran in another order (-want +got):\n%s", diff)
	}
}

func TestSyncSource_uploadsTheSummaryLast(t *testing.T) {
	t.Parallel()
	var names []string
	o := &org{upload: func(p activities.UploadParams) (activities.UploadResult, error) {
		names = append(names, p.File.Name)
		return activities.UploadResult{}, nil
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	resultOf(t, env)
	want := []string{"dashboards", "dashboard_components", "folders", "reports", "reports_metadata", "users", "summary"}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("the order of delivery is wrong (-want +got):\n%s", diff)
	}
}

func TestSyncSource_endsWithGaps(t *testing.T) {
	t.Parallel()
	o := &org{settle: func() (activities.MergeDescriptionsResult, error) {
		return activities.MergeDescriptionsResult{States: activities.States{Described: 90, Denied: 8, Failed: 2, Gone: 5}}, nil
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, _ := resultOf(t, env)
	if got.Outcome != workflows.OutcomeGaps || got.Coverage != 0.9 {
		t.Errorf("outcome %s with coverage %v, want gaps with 0.9", got.Outcome, got.Coverage)
	}
}

func TestSyncSource_withoutUpload(t *testing.T) {
	t.Parallel()
	no := false
	for name, row := range map[string]struct {
		in      workflows.Input
		catalog bool
		warned  bool
	}{
		"the input says no":         {workflows.Input{Upload: &no}, true, false},
		"the source has no catalog": {workflows.Input{}, false, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				r := healthy()
				r.Exports[0].Delivers = row.catalog
				return r, nil
			}}
			env := environment(t, o, "sync-acme")
			env.ExecuteWorkflow(workflows.SyncSourceType, row.in)
			got, failure := resultOf(t, env)
			if failure != nil || got.Outcome != workflows.OutcomeComplete || got.Uploaded || o.count("Upload") != 0 {
				t.Errorf("uploaded %v with %d uploads: %v", got.Uploaded, o.count("Upload"), failure)
			}
			if warned := strings.Contains(said(got.Warnings), "stays in the bucket"); warned != row.warned {
				t.Errorf("warned is %v: %q", warned, got.Warnings)
			}
		})
	}
}

func TestSyncSource_refusesBadInput(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		id   string
		in   any
		want string
	}{
		"no source at all":      {"my-run", workflows.Input{}, "no source is named"},
		"a name with capitals":  {"x", workflows.Input{Source: "Acme"}, `"Acme" is not a source name`},
		"the id of a workflow":  {"nightly", workflows.Input{Source: "sync-acme"}, "a source is named acme, its workflow sync-acme: say `sync acme`"},
		"a name that is a path": {"x", workflows.Input{Source: "../a"}, "is not a source name"},
		"an unknown mode":       {"sync-acme", workflows.Input{Mode: "quick"}, `"quick" is no mode`},
		"a misspelt key":        {"sync-acme", map[string]any{"sorce": "acme"}, "the input must look like"},
		"a number for a source": {"sync-acme", map[string]any{"source": 7}, "the input must look like"},
		"a list":                {"sync-acme", []string{"acme"}, "the input must look like"},
		"a schedule without input": {
			"sync-acme-2026-11-29T02:00:00Z",
			workflows.Input{},
			`the id sync-acme-2026-11-29T02:00:00Z names none; give the schedule the input {"source":"acme"}`,
		},
		"another schedule without input": {"nightly-2026-11-29T02:00:00Z", workflows.Input{}, "start the workflow with the id sync-<source>"},
		"an id that is too long":         {"sync-" + strings.Repeat("a", 41), workflows.Input{}, "no source is named"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			env := environment(t, o, row.id)
			env.ExecuteWorkflow(workflows.SyncSourceType, row.in)
			got, failure := resultOf(t, env)
			if failure == nil || failure.Type() != string(fault.Invalid) || !failure.NonRetryable() {
				t.Fatalf("got %v, want a failure of type invalid that is not retried", failure)
			}
			if !strings.Contains(failure.Message(), row.want) || got.Failure.Message != failure.Message() {
				t.Errorf("got %q, want it to say %q", failure.Message(), row.want)
			}
			if len(o.seen) != 0 {
				t.Errorf("activities ran: %v", o.seen)
			}
		})
	}
}

func TestSyncSource_takesAPlainName(t *testing.T) {
	t.Parallel()
	env := environment(t, new(org), "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, "acme")
	if got, failure := resultOf(t, env); failure != nil || got.Source != "acme" {
		t.Errorf("got %+v, %v", got, failure)
	}
}

func TestSyncSource_failsWithTheClassOfItsActivity(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		return activities.AuthenticateResult{}, refusal(fault.LoginRefused, "the client secret is wrong")
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure == nil || failure.Type() != "login_refused" || failure.Message() != "the client secret is wrong" {
		t.Fatalf("got %v", failure)
	}
	want := &activities.Failure{Class: fault.LoginRefused, System: fault.Salesforce, Message: "the client secret is wrong"}
	if diff := cmp.Diff(want, got.Failure); diff != "" || got.Outcome != workflows.OutcomeFailed {
		t.Errorf("the details differ (-want +got):\n%s", diff)
	}
}

func TestSyncSource_givesUpOnAnUnreachableHostAtTheStart(t *testing.T) {
	t.Parallel()
	o := &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		return activities.AuthenticateResult{}, temporal.NewApplicationError("cannot reach acme", string(fault.Transient),
			activities.Failure{Class: fault.Transient, System: fault.Salesforce, Message: "cannot reach acme"})
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	if failure == nil || failure.Type() != string(fault.Transient) {
		t.Fatalf("got %v", failure)
	}
	if n := o.count("Authenticate"); n != 6 {
		t.Errorf("%d attempts, want 6", n)
	}
}

func TestSyncSource_cancelsTheOtherShardsWhenOneIsRefused(t *testing.T) {
	t.Parallel()
	var cancelled atomic.Int64
	o := &org{describe: func(ctx context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard == 3 {
			return activities.DescribeResult{}, refusal(fault.PermissionMissing, "no Run Reports")
		}
		select {
		case <-ctx.Done():
			cancelled.Add(1)
			return activities.DescribeResult{}, ctx.Err()
		case <-time.After(20 * time.Second):
			return activities.DescribeResult{}, errors.New("was not cancelled")
		}
	}, plan: nothingHomeYet}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	if failure == nil || failure.Type() != string(fault.PermissionMissing) {
		t.Fatalf("got %v", failure)
	}
	if o.count("MergeDescriptions") != 0 {
		t.Error("a sync that failed in describe went on to assemble")
	}
}

func TestSyncSource_endsCancelled(t *testing.T) {
	t.Parallel()
	o := new(org)
	env := environment(t, o, "sync-acme")
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		env.CancelWorkflow()
		return activities.PlanResult{Reports: 10, ToDescribe: 10, Shards: 8}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if err := env.GetWorkflowError(); !temporal.IsCanceledError(err) {
		t.Fatalf("got %v, want cancelled", err)
	}
	if o.count("MergeDescriptions") != 0 {
		t.Error("a cancelled sync went on")
	}
}

func TestSyncSource_waitsForASpentQuotaAtTheStart(t *testing.T) {
	t.Parallel()
	o := new(org)
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		if o.count("Authenticate") < 20 {
			return activities.AuthenticateResult{}, refusal(fault.QuotaExhausted, "spent")
		}
		return healthy(), nil
	}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Errorf("got %+v, %v", got, failure)
	}
}

func TestSyncSource_aFailedPruneIsAWarning(t *testing.T) {
	t.Parallel()
	o := &org{prune: func() error { return refusal(fault.Invalid, "no right to delete") }}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete || len(got.Warnings) != 1 {
		t.Errorf("got %+v, %v", got, failure)
	}
}
