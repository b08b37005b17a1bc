package activities

import (
	"context"
	"errors"
	"slices"
	"time"

	"go.temporal.io/sdk/activity"
	"golang.org/x/sync/errgroup"

	"longhaul/internal/description"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/quota"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/permission"
	"longhaul/internal/shard"
	"longhaul/internal/staging"
	"longhaul/internal/usage"
	"longhaul/internal/warning"
)

// AuthenticateParams names the sync that begins.
type AuthenticateParams struct {
	Sync    Sync      `json:"sync"`
	Started time.Time `json:"started"` // by the workflow's clock
	Upload  bool      `json:"upload"`  // whether the exports will be delivered

	Seen staging.Seen `json:"seen,omitzero"` // of another Temporal that syncs the source, so that the sync waits

	Quota quota.Policy `json:"quota,omitzero"` // that operators asked for, over the settings; zero where they asked for nothing

	Trigger  string `json:"trigger,omitempty"`   // what started the sync: see history.Trigger*
	FirstRun string `json:"first_run,omitempty"` // of the workflow
}

// AuthenticateResult is what a sync keeps for its whole life: who reads, what, by which settings.
type AuthenticateResult struct {
	Bucket        string               `json:"bucket"`
	Identity      description.Identity `json:"identity"`
	Edition       string               `json:"edition"`
	BaseURL       string               `json:"base_url"` // where the org lives, as the login says: what links begin with
	MaxInFlight   int                  `json:"max_in_flight"`
	MaxShards     int                  `json:"max_shards"`
	Private       bool                 `json:"private"`
	Exports       []ExportPlan         `json:"exports"`
	LastTimestamp int64                `json:"last_timestamp"`   // of the newest recorded sync; 0 for none
	Calls         int64                `json:"calls"`            // that were made, or may have been
	Unsure        int64                `json:"unsure,omitempty"` // of Calls: see Spending
	Warnings      []warning.Warning    `json:"warnings"`

	Usage       quota.Usage     `json:"usage,omitzero"`
	Used        SourceUsage     `json:"used,omitzero"`         // by all earlier activities of the source's syncs
	Permissions map[string]bool `json:"permissions,omitempty"` // of the run-as user, where they can be read
	Quota       quota.Policy    `json:"quota"`
	Probe       time.Duration   `json:"probe"`
	Audit       time.Duration   `json:"audit,omitempty"` // 0: never
	Notify      Notify          `json:"notify,omitzero"`
	Guard       Guard           `json:"guard"`

	AcceptMissing []string `json:"accept_missing,omitempty"` // permissions that may be missing without a question
	Kept          string   `json:"kept,omitempty"`           // where the credentials are: see Kept*; empty: a worker of before it was told

	Owner Ownership `json:"owner,omitzero"`
	// SyncID is the id that the sync has from now on, where another sync came to own the source since this one began. Empty:
	// the id that it began with.
	SyncID string `json:"sync_id,omitempty"`
}

// authenticateTimeout is under the activity's own, so that a host that accepts and never answers ends in a sentence.
const authenticateTimeout = 50 * time.Second

// Authenticate logs in, learns what the run-as user may see, and opens the sync in the bucket.
func (a *Activities) Authenticate(ctx context.Context, params AuthenticateParams) (AuthenticateResult, error) {
	meter := new(salesforce.Meter)
	bounded, cancel := context.WithTimeout(salesforce.WithMeter(ctx, meter), authenticateTimeout)
	defer cancel()
	result, claim, err := a.authenticate(bounded, params, meter)
	err = classifyAtStart(err)
	result.Calls = callsSoFar(ctx, meter)
	certain := madeBefore(ctx).Calls + meter.Certain()
	result.Unsure = result.Calls - certain
	measureCalls(ctx, meter.Certain())
	if err != nil {
		activity.RecordHeartbeat(ctx, Beat{Calls: certain, Bound: result.Calls, Final: true}) // the account for the next attempt
		a.ownership(params.Sync).releaseAfter(ctx, claim)
	}
	if f := fault.From(err); f != nil && f.Class == fault.Throttled && f.RetryAfter > shard.LongWait {
		err = &waitInWorkflow{error: err}
	}
	return result, failedWith(ctx, err, &Spending{Calls: result.Calls, Unsure: result.Unsure, Usage: result.Usage}, 0)
}

// classifyAtStart makes a fault of the settings of what may pass once a sync has begun: a connection that does not lead to Salesforce.
func classifyAtStart(err error) error {
	if e, ok := errors.AsType[*salesforce.Error](err); !ok || !e.Astray() {
		return err
	}
	f := *fault.From(err)
	f.Class = fault.Invalid
	return &f
}

// madeBefore is the account of earlier attempts.
func madeBefore(ctx context.Context) Beat {
	beat, _ := beatBefore(ctx)
	return beat
}

// callsSoFar is how many calls the attempts of an activity without a pulse have made.
func callsSoFar(ctx context.Context, meter *salesforce.Meter) int64 {
	return madeBefore(ctx).most() + meter.Calls()
}

// logInWithinShare is logIn, with the org's usage, within what the source's share leaves. It counts the calls in the bucket.
func logInWithinShare(
	ctx context.Context, store *staging.Store, params AuthenticateParams, source *Source, meter *salesforce.Meter, result *AuthenticateResult,
) error {
	sum, err := usage.Of(store, params.Sync.Source).Read(ctx, attemptOf(ctx, params.Sync), time.Now())
	if err != nil {
		return err
	}
	room, err := Room(ctx, source, params.Quota, sum, loginCalls)
	if err != nil {
		return err
	}
	ended := countCalls(ctx, store, params.Sync, loginCalls, time.Time{})
	bounded := salesforce.WithCallBudget(ctx, salesforce.NewCallBudget(room-madeBefore(ctx).most(), 0))
	err = logIn(bounded, source, result)
	result.Usage = usageOf(meter)
	if result.Usage.Max <= 0 && err == nil {
		err = askUsage(bounded, source, meter, result)
	}
	result.Usage.Clock = meter.Date()
	ended(callsSoFar(ctx, meter), callsSoFar(ctx, meter)-madeBefore(ctx).Calls-meter.Certain(), result.Usage)
	result.Used = usedBy(ctx, sum, result.Usage.Clock)
	return err
}

// askUsage spends a call on the org's use of its daily API calls where no answer so far has told it.
func askUsage(ctx context.Context, source *Source, meter *salesforce.Meter, result *AuthenticateResult) error {
	limit, known, err := source.Salesforce.As(result.Identity.OrgID, result.Identity.UserID).Usage(ctx)
	switch {
	case err != nil:
		return source.Salesforce.Late(err)
	case !known:
		result.Warnings = append(result.Warnings, warning.New(warning.UsageUnknown, nil))
		return nil
	}
	result.Usage = askedUsage(meter, limit)
	return nil
}

// authenticate gives the claim to the source too, which a failure must free.
func (a *Activities) authenticate(
	ctx context.Context, params AuthenticateParams, meter *salesforce.Meter,
) (result AuthenticateResult, claim staging.Claim, err error) {
	source, staged, err := a.open(ctx, params.Sync)
	if err != nil {
		return result, claim, err
	}
	result = AuthenticateResult{
		MaxInFlight: source.MaxInFlight, MaxShards: source.MaxShards, Private: source.Private,
		Exports: planExports(source), Quota: source.Quota, Probe: source.Probe, Audit: source.Audit, Guard: source.Guard, Notify: source.Notify,
		AcceptMissing: source.AcceptMissing, Kept: source.Kept,
	}
	if result.Bucket, err = a.Store.ID(ctx); err != nil {
		return result, claim, err
	}
	temporal, err := a.Temporal(ctx)
	if err != nil {
		return result, claim, err
	}
	claim, last, err := a.ownership(params.Sync).take(ctx, temporal, params.Seen)
	if err != nil {
		return result, claim, err
	}
	result.Owner = Ownership{Number: claim.Number, Temporal: claim.Mark.Temporal}
	result.LastTimestamp = last.Timestamp
	if claim.Mark.Sync != staged.ID {
		staged.ID, result.SyncID = claim.Mark.Sync, claim.Mark.Sync
	}
	if params.Upload {
		if err := checkTargets(ctx, source, last, &result); err != nil {
			return result, claim, err
		}
	}
	source.Salesforce.Renew(activity.GetInfo(ctx).ScheduledTime) // settings and org may be others than the sync before had
	params.Sync.ID = staged.ID
	if err := logInWithinShare(ctx, a.Store, params, source, meter, &result); err != nil {
		return result, claim, err
	}
	err = a.Store.WriteJSON(ctx, staged.Start(), history.Start{
		Identity: result.Identity, Started: params.Started, Deliver: params.Upload,
		Trigger: params.Trigger, Workflow: activity.GetInfo(ctx).WorkflowExecution.ID, Run: params.FirstRun,
	})
	if err == nil {
		a.noteEnds(ctx, staged)
	}
	return result, claim, err
}

// logIn logs in and reads org, run-as user and permissions, the three at once: a sync of a small org is mostly latency.
func logIn(ctx context.Context, source *Source, result *AuthenticateResult) error {
	identity, err := source.Salesforce.Login(ctx)
	if err != nil {
		return source.Salesforce.Late(err)
	}
	client := source.Salesforce.As(identity.OrgID, identity.UserID)
	var (
		org         salesforce.Organization
		user        salesforce.RunAs
		permissions permission.Set
		unreadable  bool
	)
	group, grouped := errgroup.WithContext(ctx)
	group.SetLimit(max(source.MaxInFlight, 1))
	group.Go(fault.Guard(func() (err error) {
		org, err = client.Organization(grouped)
		return err
	}))
	group.Go(fault.Guard(func() (err error) {
		user, err = client.RunAs(grouped, identity.UserID)
		return err
	}))
	group.Go(fault.Guard(func() (err error) {
		permissions, err = client.Permissions(grouped)
		if unreadable = fault.Is(err, fault.PermissionMissing); unreadable {
			return nil
		}
		return err
	}))
	if err := group.Wait(); err != nil {
		return source.Salesforce.Late(err)
	}
	result.Edition, result.BaseURL = org.Type, identity.InstanceURL
	result.Identity = description.Identity{
		OrgID: identity.OrgID, UserID: identity.UserID, Locale: user.Locale,
		APIVersion: source.APIVersion, Format: description.Format,
	}
	if unreadable {
		result.Warnings = append(result.Warnings, warning.New(warning.PermissionsUnreadable, nil))
		return nil
	}
	result.Permissions = permissions.Granted()
	warnings, err := checkPermissions(permissions, source.Private, source.AcceptMissing)
	result.Warnings = append(result.Warnings, warnings...)
	return err
}

// checkPermissions refuses what contradicts the settings and warns of what will be missing. Whether a sync goes on without it the
// guard asks, once it has listed what there is.
func checkPermissions(permissions permission.Set, private bool, accepted []string) (warnings []warning.Warning, err error) {
	var unknown []string
	for _, right := range permission.All {
		has, known := permissions.Has(right.Name)
		switch {
		case has:
		case !known && right.Decides:
			unknown = append(unknown, right.Name)
		case !known || !right.Decides:
		case slices.Contains(accepted, right.Name):
			warnings = append(warnings, warning.New(warning.PermissionAccepted, warning.Params{"permission": right.Name}))
		default:
			warnings = append(warnings, warning.New(warning.GivePermission, warning.Params{"permission": right.Name}))
		}
	}
	if len(unknown) > 0 {
		warnings = append(warnings, warning.New(warning.PermissionsUnknown, warning.Params{"permissions": warning.List(unknown)}))
	}
	if private && permission.HidesLinks(permissions.Granted()) {
		return warnings, &fault.Error{
			Class: fault.PermissionMissing, System: fault.Salesforce,
			Message: `scope.private asks for private reports, which the run-as user may not see: ` +
				`give it "Manage All Private Reports and Dashboards" or set scope.private to false`,
		}
	}
	return warnings, nil
}
