package workflows_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.temporal.io/sdk/converter"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
	"longhaul/workflows"
	"longhaul/workflows/operator"
)

// before is the id of a run that continued as new.
const before = "the-run-before"

// decode reads the input of the next run, as run before has handed it on.
func decode(t *testing.T, next *workflow.ContinueAsNewError) workflows.Input {
	t.Helper()
	if next.WorkflowType.Name != workflows.SyncSourceType {
		t.Errorf("the next run is a %s", next.WorkflowType.Name)
	}
	var in workflows.Input
	if err := converter.GetDefaultDataConverter().FromPayloads(next.Input, &in); err != nil {
		t.Fatal(err)
	}
	if in.State == nil || in.State.Run == "" {
		t.Fatal("the state does not tell which run handed it on")
	}
	in.State.Run = before
	return in
}

func TestSyncSource_carriesItsStateOver(t *testing.T) {
	t.Parallel()
	o := &org{
		plan: func(activities.PlanParams) (activities.PlanResult, error) {
			return activities.PlanResult{Reports: 8000, ToDescribe: 8000, Shards: 64}, nil
		},
	}
	env := environment(t, o, "sync-acme")
	o.describe = func(_ context.Context, p activities.DescribeParams) (activities.DescribeResult, error) {
		if p.Shard == 10 {
			suggestContinueAsNew(env)
		}
		return described(125), nil
	}
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	in := decode(t, next)
	state := in.State
	if state == nil || state.NextShard <= 10 || state.NextShard >= 64 || state.Shards != state.NextShard {
		t.Fatalf("the window was not drained: %+v", state)
	}
	if n := o.count("Describe"); n != state.NextShard {
		t.Errorf("%d shards ran, the state says %d", n, state.NextShard)
	}

	rest := new(org)
	second := environment(t, rest, "sync-acme")
	second.SetContinuedExecutionRunID(before)
	second.ExecuteWorkflow(workflows.SyncSourceType, in)
	got, failure := resultOf(t, second)
	if failure != nil || got.Sync != state.Sync.ID {
		t.Fatalf("got %+v, %v", got, failure)
	}
	if n := rest.count("Describe"); n != 64-state.NextShard {
		t.Errorf("the second run described %d shards, want %d", n, 64-state.NextShard)
	}
	if rest.count("Authenticate")+rest.count("Enumerate")+rest.count("Plan") != 0 {
		t.Error("the second run began from the start")
	}
	if want := state.Calls + int64(64-state.NextShard)*10 + 4; got.APICalls != want {
		t.Errorf("api_calls is %d, want %d", got.APICalls, want)
	}

	copied := new(org)
	third := environment(t, copied, "sync-acme")
	third.ExecuteWorkflow(workflows.SyncSourceType, in)
	if resultOf(t, third); copied.count("Plan") != 1 {
		t.Error("a start with the copied state of another run believed it")
	}
}

func TestInput_readsTheStateOfANewerWorker(t *testing.T) {
	t.Parallel()
	var in workflows.Input
	text := `{"source":"acme","state":{"phase":"describe","next_shard":7,"run":"the-run-before","a_field_of_tomorrow":{"x":1}}}`
	if err := json.Unmarshal([]byte(text), &in); err != nil || in.State == nil || in.State.NextShard != 7 {
		t.Fatalf("got %+v, %v", in.State, err)
	}
	env := environment(t, new(org), "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.ExecuteWorkflow(workflows.SyncSourceType, json.RawMessage(text))
	if _, failure := resultOf(t, env); failure != nil {
		t.Errorf("got %v", failure)
	}
}

// mostReason is how much is kept of the reason of a pause that JSON writes as six bytes a character.
const mostReason = 50

// TestPause_keepsAReasonThatTheStateHolds sends a reason that is short as a text and long in JSON.
func TestPause_keepsAReasonThatTheStateHolds(t *testing.T) {
	t.Parallel()
	env := environment(t, new(org), "sync-acme")
	env.RegisterDelayedCallback(func() {
		env.SignalWorkflow(workflows.PauseSignal, operator.Reason{Reason: strings.Repeat("<", 200)})
	}, 0)
	env.RegisterDelayedCallback(func() {
		if n := strings.Count(ask(t, env).Waiting, "<"); n == 0 || n > mostReason {
			t.Errorf("%d characters of the reason are kept, want up to %d", n, mostReason)
		}
		env.SignalWorkflow(workflows.ResumeSignal, nil)
	}, time.Minute)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{})
	if got, failure := resultOf(t, env); failure != nil {
		t.Errorf("got %+v, %v", got, failure)
	}
}

// fullMark is what a sync that waits carries of the mark of another one, where somebody has written the longest.
func fullMark(t *testing.T) string {
	t.Helper()
	store, err := staging.Open(t.Context(), "mem://")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	mark := staging.Owner{Temporal: "A", Sync: strings.Repeat("<", 100_000), Renewed: time.Now()}
	if err := store.WriteJSON(t.Context(), staging.OwnerKey("acme", 999_999_999), mark); err != nil {
		t.Fatal(err)
	}
	_, err = store.Owners("acme").Take(t.Context(), staging.Owner{Temporal: "B"}, time.Now(), staging.Seen{})
	other, ok := errors.AsType[*staging.OwnedError](err)
	if !ok {
		t.Fatal(err)
	}
	return other.Mark
}

// long is text that JSON writes as six times as many bytes.
var long = strings.Repeat("<", 400)

// fullState is the fullest state there is.
func fullState(t *testing.T, now time.Time) workflows.State {
	t.Helper()
	state := workflows.State{
		Phase: workflows.PhasePlan,
		Run:   before,
	}
	state.SummedIn = strings.Repeat("r", 36)
	state.Approved = map[activities.GuardStage]bool{activities.GuardInventory: true, activities.GuardCoverage: true}
	for shard := range source.MostShards { // as many as the places of the widest window
		state.Queue = append(state.Queue, workflows.Unfinished{Shard: 1<<20 + shard, Done: 1 << 40, StartOpen: true, Throttled: true, Counted: true})
	}
	state.Repairs = map[int]int{}
	for shard := range 32 {
		state.Repairs[1<<20+shard] = 3
	}
	for hour := range int64(25) { // what the last day was made of
		state.Quota.Hours = append(state.Quota.Hours, quota.Hour{Hour: 1<<20 + hour, Calls: 1 << 40, Last: now.Unix(), Early: 3599})
	}
	fillLogin(t, &state, now)
	fillRest(&state, now)
	return state
}

// fillLogin fills what the login reports, and what is counted.
func fillLogin(t *testing.T, state *workflows.State, now time.Time) {
	t.Helper()
	who := description.Identity{OrgID: long[:18], UserID: long[:18], Locale: "de_DE_EURO", APIVersion: "159.0", Format: 1 << 20}
	state.Sync = activities.Sync{
		Source: strings.Repeat("s", 40), ID: workflows.StagedID(now, before), Bucket: strings.Repeat("b", 36),
		OrgID: who.OrgID, UserID: who.UserID, APIVersion: who.APIVersion, Since: now,
		Owner: activities.Ownership{Number: 999_999_999, Temporal: strings.Repeat("t", 64)}, // as long as host lets it be
	}
	state.Other = workflows.OtherOwner{Mark: fullMark(t), Since: now, Looked: now, Looks: 1 << 20}
	state.Owned = now
	kinds := activities.Kinds{Folders: 1 << 40, Reports: 1 << 40, Dashboards: 1 << 40, Components: 1 << 40, Users: 1 << 40}
	states := activities.States{
		Described: 1 << 40, Reused: 1 << 40, Obsolete: 1 << 40, Unsupported: 1 << 40, Denied: 1 << 40, Failed: 1 << 40, Filtered: 1 << 40, Gone: 1 << 40,
	}
	state.Kinds, state.Vanished, state.States = kinds, kinds, states
	state.Auth = activities.AuthenticateResult{
		Bucket: state.Sync.Bucket, Identity: who, Edition: "Developer Edition", BaseURL: "https://" + strings.Repeat("h", 250),
		MaxInFlight: source.MostInFlight, MaxShards: source.MostShards, Permissions: map[string]bool{}, Usage: quota.Usage{Clock: now, At: now},
		Guard: activities.Guard{MaxShrink: 100, Timeout: 1 << 60},
	}
	for n := range 10 { // as many as are asked for
		state.Auth.Permissions[fmt.Sprintf("%024d", n)] = false
	}
	for _, right := range permission.All {
		state.Auth.AcceptMissing = append(state.Auth.AcceptMissing, right.Name)
	}
	for n := range 4 { // what operator.WarnOfUnknown keeps
		signal := operator.Signal{Name: fmt.Sprintf("%q", fmt.Sprintf("%032d", n))}
		state.UnknownSignals = operator.WarnOfUnknown(state.UnknownSignals, signal)
	}
}

// fillRest fills what crosses beside it.
func fillRest(state *workflows.State, now time.Time) {
	state.PausedSince, state.PausedFor, state.Said = now, long[:mostReason], 1<<40
	state.Unseen = &listing.Unseen{Count: 1 << 40, Kind: listing.UnseenUnknown}
	state.Held = workflows.Held{Until: now, Verdict: operator.Discarded, Reason: long[:mostReason]}
	state.Unexpected = workflows.Unexpected{Tries: 5, Since: time.Now(), Reports: 1 << 40}
	state.Attended = true
	state.WorkerSeen, state.Unserved = true, 1<<60
	state.Refused = workflows.Refused{Since: now, Times: 1 << 20}
	percent := 100
	state.QuotaAsked = operator.QuotaChange{Ceiling: &percent, Share: &percent}
	mark := quota.Mark{At: now, Made: 1 << 40}
	hours := state.Quota.Hours
	state.Quota = quota.Budget{
		Policy: quota.Policy{Ceiling: 100, Share: 100}, Margin: 1 << 20, Max: 1 << 40, Used: 1 << 40, At: now, Reserved: 1 << 40,
		Clock: quota.Clock{Skew: 1 << 60, Jump: 1 << 60}, Asked: now, Odd: 1 << 40, Heard: now.Unix(), Seen: mark, Next: mark,
		Calls:  quota.Calls{Hours: hours, Uncertain: quota.Uncertain{Calls: 1 << 40, Last: now.Unix()}, Made: 1 << 40},
		Others: 1 << 40, Deaf: 3,
	}
	state.Pace = forecast.Pace{Reports: 1 << 40, Calls: 1 << 40, Held: 1 << 60}
	state.Reasons = map[string]int64{}
	for _, reason := range description.Reasons {
		state.Reasons[string(reason)] = 1 << 40
	}
	state.Again = activities.ReplanResult{ToDescribe: 1 << 40, Shards: 1 << 20, Changed: 1 << 40, Added: 1 << 40, Deferred: 1 << 40}
	state.Started, state.Updated = now, now
	state.Reports, state.Deferred, state.Calls, state.SinceUsageKnown, state.Timestamp = 1<<40, 1<<40, 1<<40, 1<<40, now.Unix()
	castor := workflows.ExportState{
		ExportPlan: exportOf("castor"), Timestamp: now.Unix(), To: strings.Repeat("d", 36) + " at " + strings.Repeat("h", 253),
		Renames: 4, Proxied: true,
	}
	for range castor.Files {
		castor.Written = append(castor.Written, activities.File{Name: long[:30], SHA256: strings.Repeat("w", 64), Bytes: 1 << 60, Count: 1 << 60})
	}
	other := workflows.ExportState{
		ExportPlan: activities.ExportPlan{Name: "a_second_export", Files: []string{"a_single_file"}, Delivers: true}, Timestamp: now.Unix(),
		Written: castor.Written[:1], To: castor.To,
		Failure: &activities.Failure{Class: fault.PermissionMissing, System: fault.Catalog, Message: long[:mostReason]},
	}
	state.Exports = []workflows.ExportState{castor, other}
}

// TestState_staysSmall carries over the fullest state there is, after a plan that warned of everything it met. JSON writes a
// less-than sign as six bytes.
func TestState_staysSmall(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 16, 0, 0, 123456789, time.UTC)
	state := fullState(t, now)
	o := &org{plan: func(activities.PlanParams) (activities.PlanResult, error) {
		r := activities.PlanResult{Reports: 1 << 40, ToDescribe: 1 << 40, Shards: 1 << 20}
		for n := range 100 { // more than are kept
			r.Warnings = append(r.Warnings, warning.Warning{Code: "a_code", Params: warning.Params{"n": fmt.Sprint(n), "text": long[:max(1, len(long)-n*4)]}})
		}
		return r, nil
	}}
	env := environment(t, o, "sync-acme")
	env.SetContinuedExecutionRunID(before)
	env.SetContinueAsNewSuggested(true)
	env.ExecuteWorkflow(workflows.SyncSourceType, workflows.Input{State: &state})
	var next *workflow.ContinueAsNewError
	if err := env.GetWorkflowError(); !errors.As(err, &next) {
		t.Fatalf("got %v, want continue-as-new", err)
	}
	carried := decode(t, next).State
	if len(carried.Warnings) == 0 || len(carried.Queue) != source.MostShards || len(carried.Quota.Hours) != 25 || len(carried.Exports[0].Written) != 7 {
		t.Fatalf("the state is not full: %+v", carried)
	}
	blocked, err := json.Marshal(workflows.Blocked{Until: now, Failure: activities.Failure{
		Class: fault.PermissionMissing, System: fault.Salesforce, Message: long[:mostReason],
	}})
	if n := len(next.Input.GetPayloads()[0].GetData()) + len(blocked); n >= 20_000 || err != nil {
		t.Errorf("the state is %d bytes with %d warnings, want under 20,000", n, len(carried.Warnings))
	}
}
