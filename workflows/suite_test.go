package workflows_test

import (
	"context"
	"sync"
	"testing"
	"time"

	registered "go.temporal.io/sdk/activity"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/converter"
	sdklog "go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/activities/question"
	telling "longhaul/activities/tell"
	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/notify"
	"longhaul/internal/quota"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
	"longhaul/workflows/tell"
)

// org is a made-up org: what its activities answer. A nil function answers for a small healthy org.
type org struct {
	authenticate func(activities.AuthenticateParams) (activities.AuthenticateResult, error)
	enumerate    func(activities.EnumerateParams) (activities.EnumerateResult, error)
	plan         func(activities.PlanParams) (activities.PlanResult, error)
	describe     func(context.Context, activities.DescribeParams) (activities.DescribeResult, error)
	settle       func() (activities.MergeDescriptionsResult, error)
	assemble     func(activities.AssembleParams) error
	upload       func(activities.UploadParams) (activities.UploadResult, error)
	prune        func() error
	find         func(string) (activities.FindRunningSyncResult, error)
	guard        func(activities.GuardParams) (activities.GuardResult, error)
	missing      func(activities.LookUpMissingParams) (activities.LookUpMissingResult, error)
	catchUp      func(activities.CatchUpParams) (activities.CatchUpResult, error)
	replan       func(activities.ReplanParams) (activities.ReplanResult, error)
	probe        func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error)
	sumUsage     func(activities.SumUsageParams) (activities.SourceUsage, error)
	account      func(activities.WriteAccountParams) (activities.WriteAccountResult, error)
	record       func(activities.RecordParams)
	pausesAt     time.Duration // when it is paused, for an hour; 0: never
	loginAfter   time.Duration // that it takes for a worker to begin the login
	describes    time.Duration // how long a describe takes
	findWorker   func(activities.FindWorkerParams) (activities.FindWorkerResult, error)
	step         func(name string) error // what Assemble, Account and Record answer
	throws       map[string]func() error // activities that first do this
	mocks        []func()                // of activities that take time
	partial      map[string]int64        // by file, the reports that lack some of their columns
	forward      func(activities.ForwardParams) (activities.ForwardResult, error)
	attributes   attribute.List // of the namespace; nil: all of Longhaul's
	log          sdklog.Logger  // of the workflow; nil: the SDK's
	ended        []string       // outcomes that were noted in the bucket
	end          history.End    // the last of these, whole
	beats        func(activities.ReadBeatsParams) (activities.ReadBeatsResult, error)

	mu    sync.Mutex
	facts []notify.Fact             // that people were told
	pages []telling.WritePageParams // that were written
	seen  []string                  // activities in the order of their start
}

func (o *org) saw(name string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen = append(o.seen, name)
}

// start takes the fact of a message.
func (o *org) start(info *workflow.Info, args converter.EncodedValues) {
	var fact notify.Fact
	if info.WorkflowType.Name != tell.NotifySourceType || args.Get(&fact) != nil {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.facts = append(o.facts, fact)
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

// thrown is what an activity does before it answers.
func (o *org) thrown(activity string) error {
	if throw := o.throws[activity]; throw != nil {
		return throw()
	}
	return nil
}

// delay is how long an activity takes.
func (o *org) delay(activity string) time.Duration {
	switch activity {
	case "Authenticate":
		return o.loginAfter
	case "Describe":
		return o.describes
	default:
		return 0
	}
}

func healthy() activities.AuthenticateResult {
	return activities.AuthenticateResult{
		Bucket: "b1", Identity: description.Identity{OrgID: "00Dxx0000001gPLEAY", APIVersion: "59.0"},
		BaseURL:     "https://acme.my.salesforce.com",
		MaxInFlight: 24, MaxShards: 8, Exports: []activities.ExportPlan{exportOf("castor")}, Calls: 4, Quota: quota.Policy{Ceiling: 80, Share: 100},
	}
}

// environment is a test environment in which the org's activities answer under the production names.
func environment(t *testing.T, o *org, id string) *testsuite.TestWorkflowEnvironment {
	t.Helper()
	var suite testsuite.WorkflowTestSuite
	if o.log != nil {
		suite.SetLogger(o.log)
	}
	env := suite.NewTestWorkflowEnvironment()
	env.SetTestTimeout(time.Minute) // of the real clock without an event, which is 3 s unless said
	env.SetStartWorkflowOptions(client.StartWorkflowOptions{ID: id, TaskQueue: workflows.TaskQueue})
	list := o.attributes
	if list == nil {
		list = everything
	}
	env.SetWorkerOptions(workflows.WorkerOptions(list, worker.Options{DeadlockDetectionTimeout: time.Minute})) // a busy machine is no deadlock
	workflows.Register(env, workflows.Activities{Sync: &activities.Activities{}, Asked: &question.Activities{}, Told: &telling.Activities{}})
	var a *activities.Activities
	answer(env, o, "Authenticate", a.Authenticate, &o.authenticate, healthy())
	answer(env, o, "Enumerate", a.Enumerate, &o.enumerate, activities.EnumerateResult{Count: 100, Spending: activities.Spending{Calls: 1}})
	answer(env, o, "Guard", a.Guard, &o.guard, activities.GuardResult{})
	answer(env, o, "LookUpMissing", a.LookUpMissing, &o.missing, activities.LookUpMissingResult{})
	answer(env, o, "Plan", a.Plan, &o.plan,
		activities.PlanResult{Reports: 100, ToDescribe: 80, Shards: 8, States: activities.States{Reused: 20}})
	stand(env, o, "Describe", a.Describe, func(ctx context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		o.saw("Describe")
		if o.describe != nil {
			return o.describe(ctx, p)
		}
		return described(10), nil
	})
	answer(env, o, "CatchUp", a.CatchUp, &o.catchUp, activities.CatchUpResult{Spending: activities.Spending{Calls: 4}})
	answer(env, o, "Replan", a.Replan, &o.replan, activities.ReplanResult{})
	answer(env, o, "SumUsage", a.SumUsage, &o.sumUsage, activities.SourceUsage{})
	answer(env, o, "CheckQuota", a.CheckQuota, &o.probe, activities.CheckQuotaResult{})
	environmentOfFiles(env, o)
	answer(env, o, "FindRunningSync", a.FindRunningSync, &o.find, activities.FindRunningSyncResult{})
	answer(env, o, "ForwardUpdate", a.ForwardUpdate, &o.forward, activities.ForwardResult{})
	answer(env, o, "ReadBeats", a.ReadBeats, &o.beats, activities.ReadBeatsResult{})
	answer(env, o, "FindWorker", a.FindWorker, &o.findWorker, activities.FindWorkerResult{Found: true})
	environmentOfMessages(env, o)
	if o.pausesAt > 0 {
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.PauseSignal, nil) }, o.pausesAt)
		env.RegisterDelayedCallback(func() { env.SignalWorkflow(workflows.ResumeSignal, nil) }, o.pausesAt+time.Hour)
	}
	for _, mock := range o.mocks { // no activity may be registered after the first mock
		mock()
	}
	o.mocks = nil // an org may stand for several environments
	return env
}

// environmentOfFiles makes the activities answer that write, deliver and record, and those that only report.
func environmentOfFiles(env *testsuite.TestWorkflowEnvironment, o *org) {
	var a *activities.Activities
	settle := func(activities.MergeDescriptionsParams) (activities.MergeDescriptionsResult, error) {
		if o.settle != nil {
			return o.settle()
		}
		return activities.MergeDescriptionsResult{States: activities.States{Described: 80, Reused: 20}}, nil
	}
	answer(env, o, "MergeDescriptions", a.MergeDescriptions, &settle, activities.MergeDescriptionsResult{})
	assemble := func(p activities.AssembleParams) (activities.AssembleResult, error) {
		file := activities.File{Name: p.Name, Bytes: p.Timestamp, SHA256: "abc"}
		if o.assemble != nil {
			return activities.AssembleResult{File: file}, o.assemble(p)
		}
		return activities.AssembleResult{File: file, Partial: o.partial[p.Name]}, o.refuses("Assemble")
	}
	answer(env, o, "Assemble", a.Assemble, &assemble, activities.AssembleResult{})
	account := func(p activities.WriteAccountParams) (activities.WriteAccountResult, error) {
		if o.account != nil {
			return o.account(p)
		}
		return activities.WriteAccountResult{}, o.refuses("WriteAccount")
	}
	answer(env, o, "WriteAccount", a.WriteAccount, &account, activities.WriteAccountResult{})
	upload := func(p activities.UploadParams) (activities.UploadResult, error) {
		if o.upload != nil {
			return o.upload(p)
		}
		return activities.UploadResult{Name: p.File.Name, Delivered: true}, nil
	}
	answer(env, o, "Upload", a.Upload, &upload, activities.UploadResult{})
	acknowledge(env, o, "Record", func(p activities.RecordParams) error {
		if o.record != nil {
			o.record(p)
		}
		return o.refuses("Record")
	})
	acknowledge(env, o, "Prune", func(activities.PruneParams) error {
		if o.prune != nil {
			return o.prune()
		}
		return nil
	})
	acknowledge(env, o, "Remind", func(activities.RemindParams) error { return nil })
	acknowledge(env, o, "MarkEnded", func(p activities.MarkEndedParams) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.ended = append(o.ended, p.End.Outcome)
		o.end = p.End
		return nil
	})
}

// answer makes an activity answer by a function of the org, which may be set later, or with otherwise where that is nil.
func answer[P, R any](
	env *testsuite.TestWorkflowEnvironment, o *org, name string,
	activity func(context.Context, P) (R, error), by *func(P) (R, error), otherwise R,
) {
	stand(env, o, name, activity, func(_ context.Context, params P) (R, error) {
		o.saw(name)
		if *by != nil {
			return (*by)(params)
		}
		return otherwise, nil
	})
}

// stand makes answers stand for an activity, behind the interceptors of a worker. An activity that takes time is mocked instead,
// as the environment skips the time of mocks alone.
func stand[P, R any](
	env *testsuite.TestWorkflowEnvironment, o *org, name string, activity, answers func(context.Context, P) (R, error),
) {
	if d := o.delay(name); d > 0 {
		o.mocks = append(o.mocks, func() { env.OnActivity(activity, anything, anything).After(d).Return(answers).Maybe() })
		return
	}
	register(env, name, func(ctx context.Context, params P) (result R, err error) {
		if err := o.thrown(name); err != nil {
			return result, err
		}
		return answers(ctx, params)
	})
}

// acknowledge makes an activity answer that has no result.
func acknowledge[P any](
	env *testsuite.TestWorkflowEnvironment, o *org, name string, by func(P) error,
) {
	register(env, name, func(_ context.Context, params P) error {
		if err := o.thrown(name); err != nil {
			return err
		}
		o.saw(name)
		return by(params)
	})
}

// register puts a function in place of an activity of production.
func register(env *testsuite.TestWorkflowEnvironment, name string, answers any) {
	env.RegisterActivityWithOptions(answers, registered.RegisterOptions{Name: name, DisableAlreadyRegisteredCheck: true})
}
