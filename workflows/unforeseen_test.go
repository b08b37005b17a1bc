package workflows_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/workflows"
)

// unforeseen are the kinds of trouble that no class describes.
var unforeseen = map[string]func() error{
	"an error without a class": func() error { return fmt.Errorf("read: %w", errors.New("what nobody expected")) },
	"a panic":                  func() error { panic("what nobody expected") },
	"a panic of the runtime": func() error {
		var nobody *activities.Failure
		return errors.New(nobody.Message)
	},
}

// effect is what a sync does when an activity always fails in a way that nobody expected.
type effect string

const (
	failsAtOnce effect = "fails: nothing has come home"
	blocks      effect = "is tried five times more, and blocks"
	doesWithout effect = "completes: it can do without"
)

// throwing is an activity that fails for as long as it is not fixed, and what the sync does then.
type throwing struct {
	effect
	setUp func(*org) // brings the sync to call the activity
}

// activitiesThatThrow has every activity of a sync. Two others belong to a workflow that hands over: see TestHandOver.
var activitiesThatThrow = map[string]throwing{
	"Authenticate":      {effect: failsAtOnce},
	"Enumerate":         {effect: failsAtOnce},
	"Guard":             {effect: failsAtOnce},
	"LookUpMissing":     {effect: failsAtOnce},
	"Plan":              {effect: failsAtOnce},
	"Describe":          {effect: blocks},
	"CatchUp":           {effect: blocks},
	"Replan":            {effect: blocks, setUp: changedMeanwhile},
	"CheckQuota":        {effect: blocks, setUp: spentQuota},
	"SumUsage":          {effect: failsAtOnce, setUp: afterReset},
	"MergeDescriptions": {effect: blocks},
	"Assemble":          {effect: blocks},
	"WriteAccount":      {effect: blocks},
	"Upload":            {effect: blocks},
	"Record":            {effect: blocks},
	"Prune":             {effect: doesWithout},
	"Remind":            {effect: doesWithout, setUp: holding},
	"MarkEnded":         {effect: failsAtOnce, setUp: refusedByThePlan},
	"FindWorker":        {effect: doesWithout, setUp: func(o *org) { o.loginAfter = time.Minute }},
	"ReadBeats":         {effect: doesWithout, setUp: func(o *org) { o.describes, o.pausesAt = time.Hour, time.Minute }},
	"WritePage":         {effect: doesWithout},
}

// changedMeanwhile has reports that changed while the sync described.
func changedMeanwhile(o *org) {
	o.catchUp = func(activities.CatchUpParams) (activities.CatchUpResult, error) {
		return activities.CatchUpResult{Changed: activities.Kinds{Reports: 1}, Kinds: activities.Kinds{Reports: 100}}, nil
	}
}

// spentQuota has an org whose calls of the day are used up in the middle of the describes.
func spentQuota(o *org) {
	o.authenticate = spentBut(4)
	o.describe = func(context.Context, activities.DescribeParams) (activities.DescribeResult, error) {
		r := described(10)
		r.Usage = told(1990)
		return r, nil
	}
	o.probe = func(activities.CheckQuotaParams) (activities.CheckQuotaResult, error) {
		o.describe = nil
		return activities.CheckQuotaResult{Usage: later(100, time.Hour), Calls: 1}, nil
	}
}

// afterReset has a login that an earlier run made, as a sync has that was reset.
func afterReset(o *org) {
	o.authenticate = func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
		r := healthy()
		r.Used.Run = "the run before"
		return r, nil
	}
}

// holding has a guard that holds the sync until it is discarded in time.
func holding(o *org) {
	o.guard = func(p activities.GuardParams) (activities.GuardResult, error) {
		return activities.GuardResult{Concerns: []string{"far less than last time"}}, nil
	}
}

// refusedByThePlan ends the sync with a failure, which the activity is to note.
func refusedByThePlan(o *org) {
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) { return activities.PlanResult{}, bug() }
}

func TestUnexpected_everyActivityHasARow(t *testing.T) {
	t.Parallel()
	var missing []string
	for method := range reflect.TypeFor[*activities.Activities]().Methods() {
		name := method.Name
		if _, has := activitiesThatThrow[name]; !has && name != "FindRunningSync" && name != "ForwardUpdate" {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		t.Errorf("nothing is known of what a sync does when %v throw", missing)
	}
}

// TestUnexpected_ofEachKindAtEveryActivity runs a sync for each kind of trouble at each activity, behind the interceptors of a
// real worker. A sync that blocks is fixed and resumed, and must complete.
func TestUnexpected_ofEachKindAtEveryActivity(t *testing.T) {
	t.Parallel()
	for name, row := range activitiesThatThrow {
		for kind, throw := range unforeseen {
			t.Run(name+"/"+kind, func(t *testing.T) {
				t.Parallel()
				thrown(t, name, row, throw)
			})
		}
	}
}

// thrown runs one sync and compares what it does with what is expected.
func thrown(t *testing.T, name string, row throwing, throw func() error) {
	t.Helper()
	o, fixed, blocked := new(org), atomic.Bool{}, atomic.Bool{}
	if row.setUp != nil {
		row.setUp(o)
	}
	var tries atomic.Int32
	o.throws = map[string]func() error{name: func() error {
		if fixed.Load() {
			return nil
		}
		tries.Add(1)
		return throw()
	}}
	env := environment(t, o, "sync-acme")
	env.RegisterDelayedCallback(func() { blocked.Store(fix(t, env, &fixed)) }, 20*time.Hour)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	result, failure := resultOf(t, env)
	switch row.effect {
	case failsAtOnce:
		if failure == nil || failure.Type() != activities.Internal || blocked.Load() || result.Seconds > 3600 {
			t.Errorf("it ends with %s after %v s: %v", result.Outcome, result.Seconds, failure)
		}
		return
	case doesWithout:
	case blocks:
		if !blocked.Load() || slices.Index([]string{"Describe", "Assemble"}, name) < 0 && tries.Load() != 6 {
			t.Errorf("blocked: %t, after %d tries", blocked.Load(), tries.Load())
		}
	}
	if failure != nil || tries.Load() == 0 {
		t.Errorf("it ends with %s after %d tries: %v", result.Outcome, tries.Load(), failure)
	}
}

// fix looks whether the sync is blocked by what was thrown, and if so fixes the cause and resumes it.
func fix(t *testing.T, env *testsuite.TestWorkflowEnvironment, fixed *atomic.Bool) bool {
	t.Helper()
	p := ask(t, env)
	if p.Phase != workflows.PhaseBlocked {
		return false
	}
	if p.Blocked == nil || p.Blocked.Class != activities.Internal || !strings.Contains(p.Waiting, "what nobody expected") &&
		!strings.Contains(p.Waiting, "nil pointer") {
		t.Errorf("it is blocked by %+v, %q", p.Blocked, p.Waiting)
	}
	fixed.Store(true)
	env.SignalWorkflow(workflows.ResumeSignal, nil)
	return true
}
