package workflows

import (
	"errors"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/staging"
	"longhaul/internal/warning"
	"longhaul/workflows/call"
)

// authenticatePhase logs in and takes the source, and learns what the other phases need of the org and of the settings.
type authenticatePhase struct {
	own     *loginState
	state   *State
	exports *exportsState // found and named by the login
	wait    *waiter
	budget  *budget
}

// loginState is what the login reports, and what the sync has seen while it waited for the login.
type loginState struct {
	Auth  activities.AuthenticateResult `json:"auth"`
	Other OtherOwner                    `json:"other,omitzero"` // of the source, when the sync began
	Owned time.Time                     `json:"owned,omitzero"` // when the sync came to own its source, if others owned it after it was started

	WorkerSeen bool          `json:"worker_seen,omitempty"` // one that serves the source, at any time
	Unserved   time.Duration `json:"unserved,omitempty"`    // how long the sync has waited for one, while none was seen
}

func (p *authenticatePhase) run(ctx workflow.Context) error {
	auth, err := p.logIn(ctx)
	if err != nil {
		return err
	}
	p.state.passed(waits)
	p.own.Auth = auth
	p.own.Auth.Warnings = nil                                        // kept among the state's
	p.own.Auth.Exports = nil                                         // kept with what becomes of them
	p.own.Auth.Owner, p.own.Auth.SyncID = activities.Ownership{}, "" // kept in the reference to the sync
	p.own.Auth.Used = activities.SourceUsage{}                       // kept by the budget
	sync := &p.state.Sync
	sync.Bucket, sync.OrgID, sync.UserID = auth.Bucket, auth.Identity.OrgID, auth.Identity.UserID
	sync.APIVersion = auth.Identity.APIVersion
	p.budget.open(ctx, auth)
	p.takeOwnership(ctx, auth)
	p.state.warn(auth.Warnings...)
	p.exports.plan(auth.Exports, p.state.Upload)
	sync.Exports = p.exports.names()
	if p.state.Upload {
		p.state.warn(undelivered(auth.Exports)...)
	}
	return nil
}

// logIn tries a few times, for a wrong host must not look like a long sync; but it waits for what passes by itself.
func (p *authenticatePhase) logIn(ctx workflow.Context) (activities.AuthenticateResult, error) {
	for {
		if err := p.wait.untilResumed(ctx); err != nil {
			return activities.AuthenticateResult{}, err
		}
		auth, paused, err := p.logInOnce(ctx)
		if err != nil {
			p.budget.giveBack(ctx, activities.CallBudget{}, activities.Spending{}, err)
			p.noteOwner(ctx, err)
		}
		switch {
		case paused:
			continue
		case !passes(err):
			return auth, err
		}
		changes := p.budget.changes
		err = p.wait.sitOutUnless(ctx, p.standstill(err, workflow.Now(ctx)), p.untilNextLogin(err), func() bool {
			return p.budget.changes != changes
		})
		p.state.Logged = waits // which a next login that fails goes on with
		if err == nil {
			err = p.wait.continueIfFull(ctx)
		}
		if err != nil {
			return auth, err
		}
	}
}

// logInOnce gives the login its few tries, and says whether a pause interrupted them.
func (p *authenticatePhase) logInOnce(ctx workflow.Context) (auth activities.AuthenticateResult, paused bool, err error) {
	params := activities.AuthenticateParams{
		Sync: p.state.Sync, Started: p.state.Started, Upload: p.state.Upload, Seen: p.seenOwner(ctx), Quota: p.budget.asked(),
		Trigger: p.state.Course.Trigger, FirstRun: workflow.GetInfo(ctx).FirstRunID,
	}
	within, done := p.wait.interruptible(ctx)
	defer done()
	auth, err = p.untilServed(within, call.Start(within, call.ForLogin, "log in, org and permissions", acts.Authenticate, params))
	return auth, err != nil && unlessInterrupted(ctx, within, err) == nil, err
}

// standstill is what is shown while a login waits that failed for what passes by itself. A source that has used its share knows when the
// first calls come back, though the login is tried more often.
func (p *authenticatePhase) standstill(err error, now time.Time) standstill {
	failure := call.Explain(err)
	at := standstill{reason: history.WaitThrottled, why: failure.Message, until: failure.Until}
	switch {
	case failure.Owner != "":
		at.reason, at.looks = history.WaitOwner, now.Add(p.untilNextLogin(err)) // the other one may be at work for longer
	case failure.Class == fault.QuotaExhausted:
		at.reason = history.WaitQuota
	}
	if failure.Class == fault.QuotaExhausted && failure.System == fault.Longhaul {
		at.do = moreQuota(p.state.Sync.Source, failure.Wider)
	}
	if failure.Class == fault.QuotaExhausted && at.until.IsZero() { // nobody knows when others leave some
		at.looks = now.Add(p.untilNextLogin(err))
	}
	return at
}

// untilNextLogin is how long to wait before a login is tried again that failed for what passes by itself.
func (p *authenticatePhase) untilNextLogin(err error) time.Duration {
	switch failure := call.Details(err); {
	case failure.RetryAfter <= 0:
		return defaultProbe
	case failure.Owner != "":
		return p.own.Other.untilLook(failure.RetryAfter)
	default:
		return min(failure.RetryAfter, longestLogin)
	}
}

// longestLogin is the longest wait for a login that is believed.
const longestLogin = time.Hour

// passes says whether a failure ends by waiting: a spent quota or share, too many logins in an hour.
func passes(err error) bool {
	var failure *temporal.ApplicationError
	if !errors.As(err, &failure) {
		return false
	}
	class := fault.Class(failure.Type())
	return class == fault.QuotaExhausted || class == fault.Throttled
}

// OtherOwner is the mark of another Temporal in the bucket, which a sync that begins has found.
type OtherOwner struct {
	Mark   string    `json:"mark,omitempty"`
	Since  time.Time `json:"since,omitzero"`  // it has not changed, by the workflow's clock
	Looked time.Time `json:"looked,omitzero"` // when it was last looked at
	Looks  int       `json:"looks,omitempty"` // that found another Temporal at work
}

const (
	// longestLook is how far apart looks get that find another Temporal at work.
	longestLook = 5 * time.Minute
	// longestGap is how far apart two looks may be that say something about the time between them. A machine that has slept for
	// longer may hold the other Temporal too.
	longestGap = 2 * longestLook
)

// look notes that the mark is looked at.
func (o *OtherOwner) look(now time.Time) {
	if now.Sub(o.Looked) > longestGap {
		o.Since = now
	}
	o.Looked = now
}

// noteOwner remembers the other Temporal that a failed login names.
func (p *authenticatePhase) noteOwner(ctx workflow.Context, err error) {
	mark, other, now := call.Details(err).Owner, &p.own.Other, workflow.Now(ctx).UTC()
	if mark == "" {
		return
	}
	if other.look(now); mark != other.Mark {
		other.Mark, other.Since = mark, now
	}
	other.Looks++
}

// seenOwner is what a login must know of the other Temporal.
func (p *authenticatePhase) seenOwner(ctx workflow.Context) staging.Seen {
	other, now := &p.own.Other, workflow.Now(ctx).UTC()
	if other.Mark == "" {
		return staging.Seen{}
	}
	other.look(now)
	return staging.Seen{Mark: other.Mark, For: now.Sub(other.Since)}
}

// untilLook is how long to wait before the next look, where asked is the first wait: each is twice as long as the one before.
func (o *OtherOwner) untilLook(asked time.Duration) time.Duration {
	for range o.Looks - 1 {
		if asked *= 2; asked >= longestLook {
			return longestLook
		}
	}
	return asked
}

// takeOwnership notes that the sync owns its source. A sync that came to own its source late, as others owned it first, may have got
// another id: in the bucket the order of ids is that in which syncs own the source. Its files are named by the id's time, so they
// are newer than what others delivered, and keep their names after a reset.
func (p *authenticatePhase) takeOwnership(ctx workflow.Context, auth activities.AuthenticateResult) {
	sync, now := &p.state.Sync, workflow.Now(ctx).UTC()
	sync.Owner = auth.Owner
	if auth.SyncID != "" {
		sync.ID = auth.SyncID
	}
	if auth.SyncID != "" || p.own.Other.Mark != "" {
		p.own.Owned = now
	}
	if p.own.Other.Mark != "" {
		p.state.warn(warning.New(warning.BucketShared, nil)) // a bucket with one Temporal would not have this wait
	}
	p.exports.nameFiles(p.state, now, auth.LastTimestamp)
}

// undelivered are the warnings of exports that have no settings to say where their files go.
func undelivered(plans []activities.ExportPlan) (warnings []warning.Warning) {
	for _, plan := range plans {
		switch {
		case plan.Delivers || plan.Section == "":
		case len(plans) > 1:
			of := warning.Params{"section": plan.Section, "export": plan.Name}
			warnings = append(warnings, warning.New(warning.ExportNotDelivered, of))
		default:
			warnings = append(warnings, warning.New(warning.NotDelivered, warning.Params{"section": plan.Section}))
		}
	}
	return warnings
}

// lostOwnership says whether a failure is that another Temporal has taken the source over, or that a later sync is recorded. Nobody can
// fix that, and nothing in the bucket belongs to the sync any more.
func lostOwnership(failure *activities.Failure) bool {
	return failure.Owner != "" && failure.Class == fault.Invalid
}

// recall takes over the calls of the source that the bucket knows.
func (b *budget) recall(used activities.SourceUsage) {
	b.own.Quota.Recall(used.Hours)
	b.own.SummedIn = used.Run
	b.state.warn(used.Warnings...)
}

// continues notes that a run goes on with the account of the one before, unless that was outdated.
func (s *budgetState) continues(ctx workflow.Context, before string) {
	if before != "" && s.SummedIn == before {
		s.SummedIn = workflow.GetInfo(ctx).OriginalRunID
	}
}

// outdated says whether the account may lack calls: the sync was reset, and what it did after that moment is not in its history.
func (b *budget) outdated(ctx workflow.Context) bool {
	return b.own.SummedIn != "" && b.own.SummedIn != currentRun(ctx)
}

// sum takes over what the bucket knows. A pause interrupts it.
func (b *budget) sum(ctx workflow.Context) error {
	within, done := b.wait.interruptible(ctx)
	defer done()
	params := activities.SumUsageParams{Sync: b.state.Sync, Clock: b.own.Quota.SalesforceTime(workflow.Now(ctx)).UTC()}
	used, err := call.Do(within, call.ForCall, "sum the API calls of the source", acts.SumUsage, params)
	if err != nil {
		return unlessInterrupted(ctx, within, err)
	}
	b.recall(used)
	return nil
}

// currentRun is the id of the run, recorded in its history: a run that comes of a reset has another one than the history that it
// begins with, and the workflow may decide by it.
func currentRun(ctx workflow.Context) (run string) {
	look := func(ctx workflow.Context) any { return workflow.GetInfo(ctx).WorkflowExecution.RunID }
	same := func(a, b any) bool { return a == b }
	if err := workflow.MutableSideEffect(ctx, "run", look, same).Get(&run); err != nil {
		workflow.GetLogger(ctx).Error("the recorded id of the run cannot be read", "event", "warning", "error", err)
	}
	return run
}
