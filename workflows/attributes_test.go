package workflows_test

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/mock"
	commonpb "go.temporal.io/api/common/v1"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/workflows"
	"longhaul/workflows/attribute"
)

// upserted reports what each update of search attributes sets, by name.
func upserted(env *testsuite.TestWorkflowEnvironment, tell func(map[string]any)) {
	env.OnUpsertTypedSearchAttributes(anything).Run(func(args mock.Arguments) {
		shown, ok := args.Get(0).(temporal.SearchAttributes)
		if !ok {
			return
		}
		set := map[string]any{}
		for key, value := range shown.GetUntypedValues() {
			set[key.GetName()] = value
		}
		tell(set)
	}).Return(nil).Maybe()
}

// TestAttributes_oneThatIsRemovedInMidSyncIsLeftOut takes an attribute from the namespace: the server would refuse each workflow
// task that sets it.
func TestAttributes_oneThatIsRemovedInMidSyncIsLeftOut(t *testing.T) {
	t.Parallel()
	var removed atomic.Bool
	o := new(org)
	o.attributes = func() attribute.Namespace {
		has := everything()
		if removed.Load() {
			delete(has.Types, "LonghaulPhase")
		}
		return has
	}
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		removed.Store(true)
		return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 8}, nil
	}
	env := environment(t, o, "sync-acme")
	before, after := 0, 0
	upserted(env, func(set map[string]any) {
		_, phase := set["LonghaulPhase"]
		switch {
		case phase && removed.Load():
			t.Errorf("the removed attribute was set: %v", set)
		case phase:
			before++
		case removed.Load():
			after++
		}
	})
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if _, failure := resultOf(t, env); failure != nil || before == 0 || after == 0 {
		t.Errorf("%d updates before, %d after it was removed: %v", before, after, failure)
	}
}

// TestAttributes_onesThatCannotBeSetAreLeftOut has namespaces that differ from what Longhaul needs.
func TestAttributes_onesThatCannotBeSetAreLeftOut(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		has  attribute.Namespace
		want []string
	}{
		"one of another type": {
			attribute.Namespace{Listed: true, Types: map[string]enumspb.IndexedValueType{
				"LonghaulSource": enumspb.INDEXED_VALUE_TYPE_TEXT, "LonghaulOutcome": enumspb.INDEXED_VALUE_TYPE_KEYWORD,
			}},
			[]string{"LonghaulOutcome"},
		},
		"a namespace that lists nothing": {attribute.Namespace{}, nil},
		"all":                            {everything(), []string{"LonghaulCoverage", "LonghaulOutcome", "LonghaulPhase", "LonghaulSource"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			env := environment(t, &org{attributes: func() attribute.Namespace { return row.has }}, "sync-acme")
			all := map[string]any{}
			upserted(env, func(set map[string]any) { maps.Copy(all, set) })
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
			resultOf(t, env)
			if diff := cmp.Diff(row.want, slices.Sorted(maps.Keys(all))); diff != "" {
				t.Errorf("set were (-want +got):\n%s", diff)
			}
		})
	}
}

// TestAttributes_lostOnesAreNotHandedOn continues as new after attributes were removed, one of Longhaul's and one that the
// start form brought. The SDK hands on all that a workflow ever had.
func TestAttributes_lostOnesAreNotHandedOn(t *testing.T) {
	t.Parallel()
	team, site := temporal.NewSearchAttributeKeyKeyword("Team"), temporal.NewSearchAttributeKeyKeyword("Site")
	var removed atomic.Bool
	o := new(org)
	o.attributes = func() attribute.Namespace {
		has := everything()
		has.Types["Team"], has.Types["Site"] = team.GetValueType(), site.GetValueType()
		if removed.Load() {
			delete(has.Types, "LonghaulPhase")
			delete(has.Types, "Team")
		}
		return has
	}
	env := environment(t, o, "sync-acme")
	if err := env.SetTypedSearchAttributesOnStart(temporal.NewSearchAttributes(team.ValueSet("crm"), site.ValueSet("berlin"))); err != nil {
		t.Fatal(err)
	}
	var handed []string
	spy := &asked{another: func(ctx workflow.Context) { handed = handedOn(ctx) }}
	options := workflows.WorkerOptions(o.attributes, worker.Options{})
	options.Interceptors = append([]interceptor.WorkerInterceptor{spy}, options.Interceptors...)
	env.SetWorkerOptions(options)
	o.plan = func(activities.PlanParams) (activities.PlanResult, error) {
		removed.Store(true)
		env.SetContinueAsNewSuggested(true)
		return activities.PlanResult{Reports: 80, ToDescribe: 80, Shards: 8}, nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if err := env.GetWorkflowError(); err == nil || !strings.Contains(err.Error(), "continue as new") {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	if want := []string{"LonghaulSource", "Site"}; !slices.Equal(handed, want) {
		t.Errorf("handed on are %v, want %v", handed, want)
	}
}

// handedOn lists the attributes that the SDK will hand on to the next run.
//
//workflowcheck:ignore
func handedOn(ctx workflow.Context) (names []string) {
	for name, value := range workflow.GetInfo(ctx).SearchAttributes.GetIndexedFields() { //nolint:staticcheck // as the SDK reads it
		if value.GetData() != nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// ending is a way in which a sync, or a workflow that stands for one, ends.
type ending struct {
	name, id        string
	org             func() *org
	input           any
	source, outcome string
	before          func(*testsuite.TestWorkflowEnvironment)
}

func endings() []ending {
	refused := func() *org {
		return &org{authenticate: func(activities.AuthenticateParams) (activities.AuthenticateResult, error) {
			return activities.AuthenticateResult{}, refusal(fault.LoginRefused, "no")
		}}
	}
	gaps := func() *org {
		return &org{settle: func() (activities.MergeDescriptionsResult, error) {
			return activities.MergeDescriptionsResult{States: activities.States{Described: 79, Denied: 1, Reused: 20}}, nil
		}}
	}
	cancel := func(env *testsuite.TestWorkflowEnvironment) {
		env.RegisterDelayedCallback(env.CancelWorkflow, time.Hour)
	}
	held := func() *org { return heldFor("half of the reports are missing") }
	form := converter.NewRawValue(&commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("json/protobuf")}, Data: []byte(`{"source":"acme"}`)})
	torn := converter.NewRawValue(&commonpb.Payload{Metadata: map[string][]byte{"encoding": []byte("binary/plain")}, Data: []byte(`{"source":`)})
	return []ending{
		{"complete", "sync-acme", func() *org { return new(org) }, nil, "acme", "complete", nil},
		{"complete by a form that claims protobuf", "nightly", func() *org { return new(org) }, form, "acme", "complete", nil},
		{"gaps", "sync-acme", gaps, nil, "acme", "gaps", nil},
		{"failed at the login", "sync-acme", refused, nil, "acme", "failed", nil},
		{"discarded", "sync-acme", held, nil, "acme", "discarded", nil},
		{"cancelled", "sync-acme", held, nil, "acme", "cancelled", cancel},
		{"an unknown mode", "sync-acme", func() *org { return new(org) }, map[string]string{"mode": "fast"}, "acme", "failed", nil},
		{"an unknown field", "by-hand", func() *org { return new(org) }, map[string]string{"source": "acme", "mod": "full"}, "acme", "failed", nil},
		{"no JSON at all", "sync-acme", func() *org { return new(org) }, torn, "acme", "failed", nil},
		{"another name than the id", "sync-acme", func() *org { return new(org) }, map[string]string{"source": "ACME"}, "acme", "failed", nil},
		{"no source", "by-hand", func() *org { return new(org) }, nil, "", "failed", nil},
		{"a parent, complete", "by-hand", func() *org { return new(org) }, workflows.Input{Source: "acme"}, "acme", "complete", nil},
		{"a parent, failed", "by-hand", refused, workflows.Input{Source: "acme"}, "acme", "failed", nil},
		{"a parent, discarded", "by-hand", held, workflows.Input{Source: "acme"}, "acme", "discarded", nil},
		{"a parent, cancelled", "by-hand", held, workflows.Input{Source: "acme"}, "acme", "cancelled", cancel},
	}
}

// TestAttributes_everyEndIsFound looks at the first and the last that a workflow shows, after every way out.
func TestAttributes_everyEndIsFound(t *testing.T) {
	t.Parallel()
	for _, row := range endings() {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			o := row.org()
			env := environment(t, o, row.id)
			if row.before != nil {
				row.before(env)
			}
			early, last := map[string]any{}, map[string]any{}
			upserted(env, func(set map[string]any) {
				if o.count("Authenticate") == 0 {
					maps.Copy(early, set)
				}
				maps.Copy(last, set)
			})
			var input []any
			if row.input != nil {
				input = append(input, row.input)
			}
			env.ExecuteWorkflow(workflows.SyncSourceType, input...)
			if !env.IsWorkflowCompleted() {
				t.Fatal("it did not end")
			}
			if got, _ := early["LonghaulSource"].(string); got != row.source {
				t.Errorf("LonghaulSource is %q in the first task, want %q", got, row.source)
			}
			if got, _ := last["LonghaulOutcome"].(string); got != row.outcome {
				t.Errorf("LonghaulOutcome is %q, want %q", got, row.outcome)
			}
			if p := ask(t, env); string(p.Outcome) != row.outcome || p.Source != row.source {
				t.Errorf("progress says %q of %q", p.Outcome, p.Source)
			}
		})
	}
}

// TestState_ofARunThatIsLongOverIsNotBelieved starts as a cron does: each run continues another, with the input of the first,
// and a copied start form may hold a state.
func TestState_ofARunThatIsLongOverIsNotBelieved(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]string{"of another run": "a-run-of-last-week", "of no run": ""} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := new(org)
			env := environment(t, o, "sync-acme")
			env.SetContinuedExecutionRunID(before)
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{State: &workflows.State{Phase: workflows.PhaseRecord, Run: run}})
			if got, failure := resultOf(t, env); failure != nil || o.count("Plan") != 1 || got.States.Total() != 100 {
				t.Errorf("it planned %d times and ended with %+v, %v", o.count("Plan"), got, failure)
			}
		})
	}
}

// everything is a namespace that has all search attributes.
func everything() attribute.Namespace {
	return attribute.Namespace{Listed: true, Types: attribute.Types()}
}
