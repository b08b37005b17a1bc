package workflows_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/inventory"
	"longhaul/internal/quota"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

// everything is a namespace that has all search attributes.
func everything() attribute.Namespace {
	return attribute.Namespace{Listed: true, Types: attribute.Types()}
}

// org is a made-up org: what its activities answer. A nil function answers for a small healthy org.
type org struct {
	authenticate func(activities.AuthenticateParams) (activities.AuthenticateResult, error)
	enumerate    func(activities.EnumerateParams) (activities.EnumerateResult, error)
	plan         func(activities.PlanParams) (activities.PlanResult, error)
	describe     func(context.Context, activities.DescribeParams) (activities.DescribeResult, error)
	settle       func() (activities.SettleResult, error)
	upload       func(activities.UploadParams) (activities.UploadResult, error)
	prune        func() error
	find         func(string) (activities.FindResult, error)
	guard        func(activities.GuardParams) (activities.GuardResult, error)
	missing      func(activities.MissingParams) (activities.MissingResult, error)
	catchUp      func(activities.CatchUpParams) (activities.CatchUpResult, error)
	replan       func(activities.ReplanParams) (activities.ReplanResult, error)
	probe        func(activities.ProbeParams) (activities.ProbeResult, error)
	account      func(activities.AccountParams) (activities.AccountResult, error)
	record       func(activities.RecordParams)
	loginAfter   time.Duration // that it takes for a worker to begin the login
	describes    time.Duration // how long a describe takes
	findWorker   func(activities.FindWorkerParams) (activities.FindWorkerResult, error)
	step         func(name string) error // what Assemble, Account and Record answer
	partial      map[string]int64        // by file, the reports that lack some of their columns
	forward      func(activities.ForwardParams) (activities.ForwardResult, error)
	attributes   attribute.List // of the namespace; nil: all of Longhaul's
	ended        []string       // outcomes that were noted in the bucket

	mu   sync.Mutex
	seen []string // activities in the order of their start
}

func (o *org) saw(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, name)
}

func (o *org) refuses(name string) error {
	if o.step == nil {
		return nil
	}
	return o.step(name)
}

func (o *org) count(name string) int {
	o.mu.Lock()
	defer o.mu.Unlock()
	n := 0
	for _, s := range o.seen {
		if s == name {
			n++
		}
	}
	return n
}

func healthy() activities.AuthenticateResult {
	return activities.AuthenticateResult{
		Bucket: "b1", Identity: inventory.Identity{OrgID: "00Dxx0000001gPLEAY", APIVersion: "59.0"},
		BaseURL:     "https://acme.my.salesforce.com",
		MaxInFlight: 24, MaxShards: 8, Catalog: true, Calls: 4, Quota: quota.Policy{Ceiling: 80, Share: 100},
	}
}

// environment is a test environment in which the org's activities answer under the production names.
func environment(t *testing.T, o *org, id string) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	env := suite.NewTestWorkflowEnvironment()
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue})
	list := o.attributes
	if list == nil {
		list = everything
	}
	env.SetWorkerOptions(workflows.WorkerOptions(list, worker.Options{}))
	workflows.Register(env, &activities.Activities{})
	var a *activities.Activities
	logIn := func(_ context.Context, p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		o.saw("Authenticate")
		if o.authenticate != nil {
			return o.authenticate(p)
		}
		return healthy(), nil
	}
	env.OnActivity(a.Authenticate, anything, anything).After(o.loginAfter).Return(logIn).Maybe()
	env.OnActivity(a.Enumerate, anything, anything).Return(func(_ context.Context, p activities.EnumerateParams) (activities.EnumerateResult, error) {
		o.saw("Enumerate")
		if o.enumerate != nil {
			return o.enumerate(p)
		}
		return activities.EnumerateResult{Count: 100, Spending: activities.Spending{Calls: 1}}, nil
	}).Maybe()
	env.OnActivity(a.Plan, anything, anything).Return(func(_ context.Context, p activities.PlanParams) (activities.PlanResult, error) {
		o.saw("Plan")
		if o.plan != nil {
			return o.plan(p)
		}
		return activities.PlanResult{Reports: 100, ToDescribe: 80, Shards: 8, States: activities.States{Reused: 20}}, nil
	}).Maybe()
	describe := func(ctx context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		o.saw("Describe")
		if o.describe != nil {
			return o.describe(ctx, p)
		}
		return described(10), nil
	}
	env.OnActivity(a.Describe, anything, anything).After(o.describes).Return(describe).Maybe()
	env.OnActivity(a.Settle, anything, anything).Return(func(context.Context, activities.SettleParams) (activities.SettleResult, error) {
		o.saw("Settle")
		if o.settle != nil {
			return o.settle()
		}
		return activities.SettleResult{States: activities.States{Described: 80, Reused: 20}}, nil
	}).Maybe()
	env.OnActivity(a.Assemble, anything, anything).Return(func(_ context.Context, p activities.AssembleParams) (activities.AssembleResult, error) {
		o.saw("Assemble")
		file := activities.File{Name: p.Name, Bytes: p.Timestamp, SHA256: "abc"}
		return activities.AssembleResult{File: file, Partial: o.partial[p.Name]}, o.refuses("Assemble")
	}).Maybe()
	env.OnActivity(a.Account, anything, anything).Return(func(_ context.Context, p activities.AccountParams) (activities.AccountResult, error) {
		o.saw("Account")
		if o.account != nil {
			return o.account(p)
		}
		return activities.AccountResult{}, o.refuses("Account")
	}).Maybe()
	env.OnActivity(a.Upload, anything, anything).Return(func(_ context.Context, p activities.UploadParams) (activities.UploadResult, error) {
		o.saw("Upload")
		if o.upload != nil {
			return o.upload(p)
		}
		return activities.UploadResult{Name: p.File.Name, Delivered: true}, nil
	}).Maybe()
	env.OnActivity(a.Record, anything, anything).Return(func(_ context.Context, p activities.RecordParams) error {
		o.saw("Record")
		if o.record != nil {
			o.record(p)
		}
		return o.refuses("Record")
	}).Maybe()
	env.OnActivity(a.Prune, anything, anything).Return(func(context.Context, activities.Sync) error {
		o.saw("Prune")
		if o.prune != nil {
			return o.prune()
		}
		return nil
	}).Maybe()
	environmentOfGuard(env, o)
	env.OnActivity(a.Find, anything, anything).Return(func(_ context.Context, id string) (activities.FindResult, error) {
		o.saw("Find")
		if o.find != nil {
			return o.find(id)
		}
		return activities.FindResult{}, nil
	}).Maybe()
	env.OnActivity(a.ForwardUpdate, anything, anything).Return(func(_ context.Context, p activities.ForwardParams) (activities.ForwardResult, error) {
		o.saw("ForwardUpdate")
		if o.forward != nil {
			return o.forward(p)
		}
		return activities.ForwardResult{}, nil
	}).Maybe()
	env.OnActivity(a.FindWorker, anything, anything).Return(func(_ context.Context, p activities.FindWorkerParams) (activities.FindWorkerResult, error) {
		o.saw("FindWorker")
		if o.findWorker != nil {
			return o.findWorker(p)
		}
		return activities.FindWorkerResult{Found: true}, nil
	}).Maybe()
	return env
}

// environmentOfGuard makes the activities answer that watch over a sync.
func environmentOfGuard(env *testsuite.TestWorkflowEnvironment, o *org) {
	var a *activities.Activities
	env.OnActivity(a.Guard, anything, anything).Return(func(_ context.Context, p activities.GuardParams) (activities.GuardResult, error) {
		o.saw("Guard")
		if o.guard != nil {
			return o.guard(p)
		}
		return activities.GuardResult{}, nil
	}).Maybe()
	env.OnActivity(a.Missing, anything, anything).Return(func(_ context.Context, p activities.MissingParams) (activities.MissingResult, error) {
		o.saw("Missing")
		if o.missing != nil {
			return o.missing(p)
		}
		return activities.MissingResult{}, nil
	}).Maybe()
	env.OnActivity(a.CatchUp, anything, anything).Return(func(_ context.Context, p activities.CatchUpParams) (activities.CatchUpResult, error) {
		o.saw("CatchUp")
		if o.catchUp != nil {
			return o.catchUp(p)
		}
		return activities.CatchUpResult{Spending: activities.Spending{Calls: 4}}, nil
	}).Maybe()
	env.OnActivity(a.Replan, anything, anything).Return(func(_ context.Context, p activities.ReplanParams) (activities.ReplanResult, error) {
		o.saw("Replan")
		if o.replan != nil {
			return o.replan(p)
		}
		return activities.ReplanResult{}, nil
	}).Maybe()
	env.OnActivity(a.Probe, anything, anything).Return(func(_ context.Context, p activities.ProbeParams) (activities.ProbeResult, error) {
		o.saw("Probe")
		if o.probe != nil {
			return o.probe(p)
		}
		return activities.ProbeResult{}, nil
	}).Maybe()
	env.OnActivity(a.Remind, anything, anything).Return(func(context.Context, activities.RemindParams) error {
		o.saw("Remind")
		return nil
	}).Maybe()
	env.OnActivity(a.End, anything, anything).Return(func(_ context.Context, p activities.EndParams) error {
		o.saw("End")
		o.mu.Lock()
		defer o.mu.Unlock()
		o.ended = append(o.ended, p.Outcome)
		return nil
	}).Maybe()
}

// described is what a shard brings of n reports, all of them described, at a call each.
func described(n int64) activities.DescribeResult {
	return activities.DescribeResult{Reports: n, States: activities.States{Described: n}, Spending: activities.Spending{Calls: n}}
}

// refusal is an activity's error of a class that no retry mends, by Salesforce.
func refusal(class fault.Class, message string) error {
	return refusalBy(fault.Salesforce, class, message)
}

func refusalBy(system fault.System, class fault.Class, message string) error {
	return temporal.NewApplicationErrorWithOptions(message, string(class), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{activities.Failure{Class: class, System: system, Message: message}},
	})
}

// resultOf is the result of a completed sync, or the one in the details of a failed one.
func resultOf(t *testing.T, env *testsuite.TestWorkflowEnvironment) (workflows.Result, *temporal.ApplicationError) {
	t.Helper()
	if !env.IsWorkflowCompleted() {
		t.Fatal("the workflow did not end")
	}
	var result workflows.Result
	err := env.GetWorkflowError()
	if err == nil {
		if err := env.GetWorkflowResult(&result); err != nil {
			t.Fatal(err)
		}
		return result, nil
	}
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		t.Fatalf("the workflow failed without an application error: %v", err)
	}
	if err := failure.Details(&result); err != nil {
		t.Fatalf("the failure carries no result: %v", err)
	}
	return result, failure
}

// suggestContinueAsNew is for activities, which run beside the workflow: the suggestion comes between two of its steps.
func suggestContinueAsNew(env *testsuite.TestWorkflowEnvironment) {
	env.RegisterDelayedCallback(func() { env.SetContinueAsNewSuggested(true) }, 0)
}
