package workflows_test

import (
	"testing"

	"github.com/stretchr/testify/mock"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/testsuite"

	"longhaul/activities"
	"longhaul/internal/history"
	"longhaul/workflows"
)

// TestCourse_knowsWhatStartedTheSync starts syncs in each way, and reads what the login, the memo and the record are told. That a
// workflow which stands for the sync hands this down needs a server: see internal/e2e.
func TestCourse_knowsWhatStartedTheSync(t *testing.T) {
	t.Parallel()
	scheduled := temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword("TemporalScheduledById").ValueSet("acme-nightly"))
	for name, test := range map[string]struct {
		id, want string
		set      func(*testsuite.TestWorkflowEnvironment) error
	}{
		"by hand":              {"sync-acme", "other", nil},
		"by hand, anew":        {"made-up-by-the-ui", "other", nil},
		"the CLI":              {"sync-acme", "cli", memo(workflows.Memo("acme", history.TriggerCLI))},
		"for a schedule":       {"sync-acme", "schedule:acme-nightly", memo(workflows.Memo("acme", "schedule:acme-nightly"))},
		"with a memo":          {"sync-acme", "other", memo(map[string]any{"trigger": 17, "team": "bi"})},
		"with words of before": {"sync-acme", "other", memo(map[string]any{"trigger": "schedule:"})},
		"a schedule": {"acme-nightly-2026-11-23T02:00:00Z", "schedule:acme-nightly", func(env *testsuite.TestWorkflowEnvironment) error {
			return env.SetTypedSearchAttributesOnStart(scheduled)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var login, record string
			o := &org{authenticate: func(p activities.AuthenticateParams) (activities.AuthenticateResult, error) {
				login = p.Trigger
				return healthy(), nil
			}}
			o.record = func(p activities.RecordParams) { record = p.Course.Trigger }
			env := environment(t, o, test.id)
			if test.set != nil {
				if err := test.set(env); err != nil {
					t.Fatal(err)
				}
			}
			handed, told := test.id == "sync-acme" && test.want != "other", []any(nil)
			env.OnUpsertMemo(anything).Run(func(args mock.Arguments) {
				if set, ok := args.Get(0).(map[string]any); ok {
					told = append(told, set["trigger"])
				}
			}).Return(nil).Maybe()
			env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{Source: "acme"})
			if _, failure := resultOf(t, env); failure != nil {
				t.Fatal(failure)
			}
			if handed != (told == nil) || !handed && told[0] != test.want {
				t.Errorf("the memo is told %v, want %s", told, test.want)
			}
			if test.id == "sync-acme" && (login != test.want || record != test.want) {
				t.Errorf("the login is told %q and the record says %q, want %q", login, record, test.want)
			}
		})
	}
}

// memo starts a workflow with a memo.
func memo(of map[string]any) func(*testsuite.TestWorkflowEnvironment) error {
	return func(env *testsuite.TestWorkflowEnvironment) error { return env.SetMemoOnStart(of) }
}
