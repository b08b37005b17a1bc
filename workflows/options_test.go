package workflows_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/shard/parts"
	"longhaul/workflows"
)

// bounded is all that a sync asks for an activity: how long an attempt and a silence of it may be, and how many attempts
// there are; 0 is for ever. Nothing bounds how long it may wait for a worker of the source.
func bounded(startToClose, heartbeat time.Duration, attempts int32) workflow.ActivityOptions {
	return workflow.ActivityOptions{
		TaskQueue: "longhaul-acme", StartToCloseTimeout: startToClose, HeartbeatTimeout: heartbeat, WaitForCancellation: true,
		RetryPolicy: &temporal.RetryPolicy{
			InitialInterval: time.Second, BackoffCoefficient: 2, MaximumInterval: 10 * time.Second, MaximumAttempts: attempts,
		},
	}
}

// optional is bounded for what a sync can do without: it waits a minute for a worker.
func optional(attempts int32) workflow.ActivityOptions {
	options := bounded(time.Minute, 0, attempts)
	options.ScheduleToStartTimeout = time.Minute
	return options
}

// anywhere is bounded for what every worker can do, whatever sources it serves.
func anywhere(attempts int32) workflow.ActivityOptions {
	options := bounded(time.Minute, 0, attempts)
	options.TaskQueue = "longhaul"
	return options
}

// quickly is anywhere for a question that nobody misses.
func quickly() workflow.ActivityOptions {
	options := anywhere(1)
	options.StartToCloseTimeout, options.ScheduleToStartTimeout = 5*time.Second, 5*time.Second
	return options
}

func page() workflow.ActivityOptions {
	options := bounded(20*time.Second, 8*time.Second, 2)
	options.ScheduleToStartTimeout = 9 * time.Second
	return options
}

// TestOptions_aPageHoldsUpTheEndForAMinuteAtMost, also where a worker hangs.
func TestOptions_aPageHoldsUpTheEndForAMinuteAtMost(t *testing.T) {
	t.Parallel()
	options := optionTable()["WritePage"]
	most := -options.RetryPolicy.InitialInterval
	for range options.RetryPolicy.MaximumAttempts {
		most += options.RetryPolicy.InitialInterval + options.ScheduleToStartTimeout + options.StartToCloseTimeout
	}
	if most < 0 || most > time.Minute {
		t.Errorf("%d tries take %s", options.RetryPolicy.MaximumAttempts, most)
	}
}

// optionTable holds the options of every activity.
func optionTable() map[string]workflow.ActivityOptions {
	return map[string]workflow.ActivityOptions{
		"Authenticate":      bounded(time.Minute, 0, 6),
		"Enumerate":         bounded(2*time.Hour, 30*time.Second, 0),
		"Plan":              bounded(30*time.Minute, 30*time.Second, 0),
		"Describe":          bounded(45*time.Minute, 15*time.Second, 0),
		"MergeDescriptions": bounded(2*time.Hour, 30*time.Second, 0),
		"Assemble":          bounded(2*time.Hour, 30*time.Second, 0),
		"WriteAccount":      bounded(2*time.Hour, 30*time.Second, 0),
		"Upload":            bounded(2*time.Hour, 30*time.Second, 0),
		"Record":            bounded(time.Minute, 0, 0),
		"Prune":             optional(5),
		"Guard":             bounded(time.Minute, 0, 0),
		"LookUpMissing":     bounded(2*time.Hour, 30*time.Second, 0),
		"CatchUp":           bounded(2*time.Hour, 30*time.Second, 0),
		"Replan":            bounded(30*time.Minute, 30*time.Second, 0),
		"CheckQuota":        bounded(time.Minute, 0, 0),
		"SumUsage":          bounded(time.Minute, 0, 0),
		"Remind":            optional(0),
		"MarkEnded":         optional(3),
		"FindRunningSync":   anywhere(0),
		"FindWorker":        anywhere(3),
		"ReadBeats":         quickly(),
		"WritePage":         page(),

		"ForwardUpdate": anywhere(0),
	}
}

// TestOptions_aBucketThatIsAwayAtTheEndOfASliceIsWaitedFor: the end of the attempt would lose what was answered.
func TestOptions_aBucketThatIsAwayAtTheEndOfASliceIsWaitedFor(t *testing.T) {
	t.Parallel()
	const turn, slice, write, patience = 3 * time.Minute, 10 * time.Minute, parts.WriteTime, parts.Patience // what an attempt may take at most
	if most := optionTable()["Describe"].StartToCloseTimeout; most < turn+slice+write+patience {
		t.Errorf("an attempt at a shard ends after %s", most)
	}
}

func TestSyncSource_optionTable(t *testing.T) {
	t.Parallel()
	want := optionTable()
	unseen, diffs := maps.Clone(want), map[string]string{}
	watch := &asked{activity: func(name string, got workflow.ActivityOptions) {
		if got.Summary == "" || len(got.Summary) >= 200 {
			t.Errorf("%s has a summary of %d bytes", name, len(got.Summary))
		}
		if got.TaskQueue != "longhaul" && got.ActivityID == "" {
			t.Errorf("%s has no id, by which its heartbeats are found", name)
		}
		got.Summary, got.ActivityID = "", ""
		if diff := cmp.Diff(want[name], got); diff != "" {
			diffs[name] = diff
		}
		delete(unseen, name)
	}}
	run := func(o *org, id string) {
		env := environment(t, o, id)
		watch.listen(env)
		if id != "sync-acme" {
			env.RegisterDelayedCallback(func() {
				env.UpdateWorkflow(workflows.ApproveUpdate, "", updated(t, workflows.ApproveUpdate, ""))
			}, 0)
		}
		env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
	}
	run(new(org), "by-hand")
	both := environment(t, new(org), "both")
	watch.listen(both)
	both.RegisterWorkflow(startTwice)
	both.ExecuteWorkflow(startTwice)
	run(&org{catchUp: func(activities.CatchUpParams) (activities.CatchUpResult, error) {
		return activities.CatchUpResult{Kinds: activities.Kinds{Reports: 1}, Changed: activities.Kinds{Reports: 1}}, nil
	}}, "sync-acme")
	run(&org{loginAfter: 15 * time.Second}, "sync-acme")
	run(&org{describes: time.Hour, pausesAt: time.Minute}, "sync-acme")
	reset := new(org)
	afterReset(reset)
	run(reset, "sync-acme")
	// One that waits for its quota, holds, and is discarded in the end, runs the rest.
	run(&org{
		authenticate: spentBut(1600),
		guard: func(activities.GuardParams) (activities.GuardResult, error) {
			return activities.GuardResult{Concerns: []string{"half of the reports are missing"}}, nil
		},
		probe: func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
			return activities.CheckQuotaResult{Usage: later(0, time.Hour), Calls: 1}, nil
		},
	}, "sync-acme")
	for name, diff := range diffs {
		t.Errorf("the options of %s differ from design §2 (-want +got):\n%s", name, diff)
	}
	if len(unseen) > 0 {
		t.Errorf("no sync ran %v", slices.Sorted(maps.Keys(unseen)))
	}
}
