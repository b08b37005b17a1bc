package workflows_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"longhaul/activities"
	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/notify"
	"longhaul/internal/quota"
	"longhaul/internal/quota/forecast"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/source"
	"longhaul/internal/staging"
	"longhaul/workflows"
	"longhaul/workflows/course"
	"longhaul/workflows/operator"
	"longhaul/workflows/tell"
)

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
	state.Course = fullCourse(now)
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

// fullCourse has every phase, every reason to wait, and more orders than are kept.
func fullCourse(now time.Time) course.Course {
	full := course.New(history.TriggerSchedule + long)
	for _, phase := range []workflows.Phase{
		workflows.PhaseAuthenticate, workflows.PhaseEnumerate, workflows.PhaseGuard, workflows.PhasePlan, workflows.PhaseDescribe,
		workflows.PhaseCatchUp, workflows.PhaseAssemble, workflows.PhaseUpload, workflows.PhaseRecord, workflows.PhasePlan,
	} {
		full.Enter(string(phase), now)
	}
	for _, reason := range history.Waits {
		full.Wait(reason, now)
		full.GoOn(now.AddDate(0, 0, 100))
	}
	for n := range 30 { // more than are kept
		full.Wait(history.WaitThrottled, now.AddDate(0, n, 0))
		full.GoOn(now.AddDate(0, n, 25))
	}
	for range history.MostOrders + 1 {
		full.Order(workflows.SetQuotaUpdate, long[:operator.MaxReasonBytes], now)
	}
	full.Announce(operator.Cancel, long[:operator.MaxReasonBytes], now)
	for n := range history.MostSkips + 1 {
		full.Skip(course.Skipped{By: fmt.Sprintf("%s%d%s", history.TriggerSchedule, n, long), At: now})
	}
	return full
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
		Guard: activities.Guard{MaxShrink: 100, Timeout: 1 << 60}, Probe: 1 << 60, Audit: 1 << 60, Quota: quota.Policy{Ceiling: 100, Share: 100},
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
	state.Tell = tell.State{
		Sent: 1 << 20, Reason: history.WaitThrottled, Since: now.UnixMilli(), Over: now.UnixMilli(),
		Event: notify.Waiting, Last: now.UnixMilli(), Times: 99,
		Known: 1 << 50, Count: 1 << 50, Moved: now.UnixMilli(),
	}
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
