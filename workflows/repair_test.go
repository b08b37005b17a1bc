package workflows_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
)

// torn is the failure of a step that finds the result of a shard damaged.
func torn(shard int) error {
	const message = "the object of a shard is damaged"
	return temporal.NewApplicationErrorWithOptions(message, string(fault.Invalid), temporal.ApplicationErrorOptions{
		NonRetryable: true,
		Details:      []any{activities.Failure{Class: fault.Invalid, System: fault.Bucket, Message: message, Torn: &shard}},
	})
}

// settled is the account of the small healthy org.
func settled() activities.MergeDescriptionsResult {
	return activities.MergeDescriptionsResult{States: activities.States{Described: 80, Reused: 20}}
}

func TestTorn_aShardIsDescribedAgain(t *testing.T) {
	t.Parallel()
	o := &org{
		catchUp: func(activities.CatchUpParams) (activities.CatchUpResult, error) {
			return activities.CatchUpResult{Kinds: activities.Kinds{Reports: 100}, Changed: activities.Kinds{Reports: 1}}, nil
		},
	}
	o.replan = func(activities.ReplanParams) (activities.ReplanResult, error) {
		if o.count("Replan") == 1 {
			return activities.ReplanResult{}, torn(0)
		}
		return activities.ReplanResult{ToDescribe: 1, Shards: 1, Changed: 1}, nil
	}
	o.settle = func() (activities.MergeDescriptionsResult, error) {
		if o.count("MergeDescriptions") <= 2 {
			return activities.MergeDescriptionsResult{}, torn(3)
		}
		return settled(), nil
	}
	env := environment(t, o, "sync-acme")
	var shards []int
	lastRound := map[int]bool{}
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		shards = append(shards, p.Shard)
		lastRound[p.Shard] = p.LastRound
		return described(10), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	got, failure := resultOf(t, env)
	if failure != nil || got.Outcome != workflows.OutcomeComplete {
		t.Fatalf("got %+v, %v", got, failure)
	}
	if again := shards[8:]; !slices.Equal(again, []int{0, 8, 3, 3}) {
		t.Errorf("after the first round the shards %v ran, want 0 before the second and 3 twice after it", again)
	}
	if lastRound[0] || !lastRound[3] {
		t.Error("only what is described after the second round must not put reports off")
	}
	if progress := ask(t, env); progress.Done != 90 || progress.Shards.Done != 9 || len(got.Warnings) != 2 {
		t.Errorf("%d reports and %d shards are counted, warnings %q", progress.Done, progress.Shards.Done, got.Warnings)
	}
}

func TestTorn_aBucketThatDamagesAllEndsTheSync(t *testing.T) {
	t.Parallel()
	o := &org{settle: func() (activities.MergeDescriptionsResult, error) {
		return activities.MergeDescriptionsResult{}, torn(3)
	}}
	env := environment(t, o, "sync-acme")
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	_, failure := resultOf(t, env)
	if failure == nil || failure.Type() != string(fault.Invalid) || o.count("MergeDescriptions") != 4 || o.count("Describe") != 8+3 {
		t.Errorf("settled %d times, %d shards ran: %v", o.count("MergeDescriptions"), o.count("Describe"), failure)
	}
}

func TestTorn_isCarriedOver(t *testing.T) {
	t.Parallel()
	o := &org{settle: func() (activities.MergeDescriptionsResult, error) {
		return activities.MergeDescriptionsResult{}, torn(3)
	}}
	env := environment(t, o, "sync-acme")
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		done := described(10)
		if o.count("MergeDescriptions") > 0 {
			suggestContinueAsNew(env)
			done.Partial, done.Stop = true, activities.StopSlice
		}
		return done, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	rest := &org{settle: func() (activities.MergeDescriptionsResult, error) { return settled(), nil }}
	second := environment(t, rest, "sync-acme")
	second.SetContinuedExecutionRunID("the-run-before")
	second.ExecuteWorkflow(workflows.SyncSourceType, decode(t, next))
	got, failure := resultOf(t, second)
	if failure != nil || got.Kept != 80 || !slices.Equal(rest.seen[:2], []string{"Describe", "MergeDescriptions"}) {
		t.Errorf("%d reports are described after %v: %v", got.Kept, rest.seen, failure)
	}
}
