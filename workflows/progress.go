package workflows

import (
	"cmp"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
	"longhaul/internal/quota/forecast"
	"longhaul/internal/warning"
	"longhaul/workflows/attribute"
	"longhaul/workflows/call"
	"longhaul/workflows/live"
)

// Progress is the answer to the progress query.
type Progress struct {
	Source     string              `json:"source"`
	Sync       string              `json:"sync"`
	Phase      Phase               `json:"phase"`
	Started    time.Time           `json:"started"`
	Updated    time.Time           `json:"updated"` // the moment that the counts are of
	Kinds      activities.Kinds    `json:"kinds"`
	Listed     int64               `json:"listed"`           // records found so far, of all kinds
	States     activities.States   `json:"states,omitzero"`  // of the reports that have their state so far; left out while none has. A shard adds its own at its end
	Reused     int64               `json:"reused"`           // reports whose columns were known and unchanged
	ToDescribe int64               `json:"to_describe"`      // reports that this sync describes
	Audits     int64               `json:"audits,omitempty"` // of those, the ones that do not change and are looked at again
	Done       int64               `json:"done"`             // of those, the ones that are done, in running shards too
	Shards     Count               `json:"shards"`
	Files      map[string]Count    `json:"files"`   // assembled, by export
	Uploads    map[string]Count    `json:"uploads"` // delivered, by export
	APICalls   int64               `json:"api_calls"`
	Quota      *Quota              `json:"quota,omitempty"`
	Waiting    string              `json:"waiting,omitempty"`     // why the sync waits, in plain words
	Wait       string              `json:"wait,omitempty"`        // the same for machines: one of history.Waits
	Pausing    bool                `json:"pausing,omitempty"`     // a pause was ordered, and the step under way is not over yet
	Until      *time.Time          `json:"until,omitempty"`       // when it goes on or gives up, where that is known
	Looks      *time.Time          `json:"looks,omitempty"`       // when it looks again whether it can go on, where until is not known
	Do         string              `json:"do,omitempty"`          // what somebody can do about the wait
	Trouble    string              `json:"trouble,omitempty"`     // that keeps all running activities from getting on, while Temporal tries them again
	Stalled    *time.Time          `json:"stalled,omitempty"`     // since when nothing has moved, though the workflow itself waits for nothing
	StalledWhy string              `json:"stalled_why,omitempty"` // what a running activity says that it waits for meanwhile
	Blocked    *activities.Failure `json:"blocked,omitempty"`     // what blocks the sync, for machines
	Kept       string              `json:"kept,omitempty"`        // where the credentials of the source are: settings, document (to which they refer) or connected
	Refused    *activities.Failure `json:"refused,omitempty"`     // the login that is refused and tried again, for machines
	Warnings   []warning.Shown     `json:"warnings"`
	Outcome    Outcome             `json:"outcome,omitempty"`

	Forecast *forecast.Forecast `json:"forecast,omitempty"` // of what is left, where that can be known

	Concerns   []activities.Concern `json:"concerns,omitempty"`    // what the sync holds for, for machines
	Unseen     *listing.Unseen      `json:"unseen,omitempty"`      // reports that no listing has; once the account is written
	Skips      []history.Skip       `json:"skips,omitempty"`       // starts of the source that were skipped because the sync runs
	HandedOver *HandedOver          `json:"handed_over,omitempty"` // of a workflow that only stands for the one that syncs

	Undelivered map[string]*activities.Failure `json:"undelivered,omitempty"` // why exports were given up, by export
}

// HandedOver names the workflow that syncs, where signals, updates and queries meet the sync itself.
type HandedOver struct {
	WorkflowID string `json:"workflow_id"`
	RunID      string `json:"run_id,omitempty"` // empty until it has begun
}

// Quota is what is known of the org's daily API calls, and how many of them the sync may use.
type Quota struct {
	Used     int64     `json:"used"` // by all users of the org in the last 24 hours: the most that it can be by what was reported and sent
	Max      int64     `json:"max"`
	Reported int64     `json:"reported"`          // the same, as Salesforce last reported it
	At       time.Time `json:"reported_at"`       // when that was, by Salesforce's clock
	Ceiling  int       `json:"ceiling,omitempty"` // percent of Max, for all users of the org; left out until the login has told it
	Share    int       `json:"share,omitempty"`   // percent of Max, for all syncs of the source in any 24 hours; as Ceiling
	Reserved int64     `json:"reserved"`          // granted to running activities
}

// Count is how many of a total are done.
type Count struct {
	Done  int `json:"done"`
	Total int `json:"total"`
}

// answerProgress answers the progress query from now on.
func answerProgress(ctx workflow.Context, progress func() Progress) error {
	return workflow.SetQueryHandlerWithOptions(ctx, ProgressQuery, func() (Progress, error) { return progress(), nil },
		workflow.QueryHandlerOptions{Description: "How far the sync is: phase, counts by kind and state, API calls, quota, warnings."})
}

// quotaOf is the account of API calls as the progress query shows it; nil before Salesforce reported any usage.
func quotaOf(b budgetState) *Quota {
	if b.Quota.Max <= 0 {
		return nil
	}
	return &Quota{
		Used: b.Quota.Used, Max: b.Quota.Max, Reported: b.Said, At: b.Quota.At.UTC(),
		Ceiling: b.Quota.Policy.Ceiling, Share: b.Quota.Policy.Share, Reserved: b.Quota.Reserved,
	}
}

// StallWords say since when nothing has moved, why as far as that is known, and what to do where that is no part of the reason.
func (p Progress) StallWords() (what, do string) {
	const look = "look whether its workers run and answer, and restart one that hangs; nothing is lost"
	what = "nothing has moved since " + humanize.Moment(*p.Stalled)
	why, do := fault.Halves(humanize.Clause(cmp.Or(p.Trouble, p.StalledWhy)))
	if why == "" {
		return what + ", and the sync names nothing that it waits for", look
	}
	if do == "" && p.StalledWhy == "" { // an attempt has failed, perhaps because its worker went silent
		do = look
	}
	return what + ": " + why, do
}

// display shows how far the sync is wherever people look: search attributes, the details in the UI, the progress query.
type display struct {
	state   *State
	running call.Running // the activities that the sync waits for
	outcome Outcome      // empty until the end
	ended   time.Time    // zero until the end
	instead standstill   // in place of the phase, while the sync stands still
	phase   Phase        // in the search attribute
	failure *activities.Failure
	because string           // the reason of the cancel that ended it
	flight  *forecast.Flight // the shards that are described now
	listed  int64            // the most records that were shown; a listing that is interrupted begins anew
}

// standstill is shown in place of the phase while the sync stands still.
type standstill struct {
	phase  Phase  // empty: that of the sync
	reason string // for those who look back: see history.Waits
	why    string
	do     string              // what somebody can do about it
	until  time.Time           // zero when nobody knows
	looks  time.Time           // when it looks again, where until is not known
	cause  *activities.Failure // of a block

	concerns []activities.Concern // of a hold
	refused  *activities.Failure  // the login, which is tried again
	retries  bool                 // until is that of a try that may fail as the last one did
}

// enter moves to a phase and shows it.
func (d *display) enter(ctx workflow.Context, phase Phase) {
	d.state.Phase = phase
	d.showPhase(ctx)
}

// halt shows that the sync stands still; the zero standstill shows the phase again. The log gets a line for each standstill, in whichever
// run it goes on.
func (d *display) halt(ctx workflow.Context, at standstill) {
	before := d.state.Logged
	d.state.Logged = at.kind()
	d.instead = at
	d.showPhase(ctx)
	if at.why != "" && before != at.kind() {
		d.logHalt(ctx, at)
	}
}

// kind tells standstills apart for the log; empty for none.
func (at standstill) kind() string {
	switch {
	case at.why == "":
		return ""
	case at.phase == "":
		return waits
	}
	return string(at.phase)
}

// waits is the kind of a standstill that has no phase of its own.
const waits = "wait"

// passed notes that the sync does not stand still so: that may have ended between two runs.
func (s *State) passed(kind string) {
	if s.Logged == kind {
		s.Logged = ""
	}
}

// logHalt says in the worker's log why the sync stands still. A sync that holds has its own line, which is repeated daily.
func (d *display) logHalt(ctx workflow.Context, at standstill) {
	fields := []any{"source", d.state.Sync.Source, "why", at.why}
	if !at.until.IsZero() {
		fields = append(fields, "until", at.until.UTC().Format(time.RFC3339))
	}
	log := workflow.GetLogger(ctx)
	switch at.phase {
	case PhaseHeld:
	case PhaseBlocked:
		log.Warn("the sync is blocked", append(fields, "event", "block")...)
	case PhasePaused:
		log.Info("the sync is paused", append(fields, "event", "pause")...)
	default:
		log.Info("the sync waits", append(fields, "event", "wait")...)
	}
}

// logEnd says in the worker's log how the sync ended.
func (d *display) logEnd(ctx workflow.Context) {
	s := d.state
	fields := []any{
		"event", "end", "source", s.Sync.Source, "outcome", string(d.outcome), "seconds", int64(d.ended.Sub(s.Started).Seconds()),
		"reports", s.Kinds.Reports, "gaps", s.States.Gaps(), "api_calls", s.Calls,
	}
	if d.failure != nil {
		workflow.GetLogger(ctx).Warn("the sync has failed", append(fields, "why", d.failure.Message)...)
		return
	}
	workflow.GetLogger(ctx).Info("the sync has ended", fields...)
}

// showPhase shows the phase, or the standstill in its place.
func (d *display) showPhase(ctx workflow.Context) {
	if phase := d.progress().Phase; phase != d.phase {
		d.phase = phase
		attribute.Upsert(ctx, attribute.Source.ValueSet(d.state.Sync.Source), attribute.Phase.ValueSet(string(phase)))
	}
	d.touch(ctx)
}

// touch notes that counts have changed and shows them.
func (d *display) touch(ctx workflow.Context) {
	d.state.Updated = workflow.Now(ctx).UTC()
	workflow.SetCurrentDetails(ctx, d.page(d.add(d.progress(), live.Seen(d.running.Tasks()))))
}

// end shows the outcome. The coverage is shown once every report has its state.
func (d *display) end(ctx workflow.Context, outcome Outcome, failure *activities.Failure) {
	d.outcome, d.failure, d.ended, d.instead = outcome, failure, workflow.Now(ctx).UTC(), standstill{}
	d.touch(ctx)
	updates := []temporal.SearchAttributeUpdate{attribute.Outcome.ValueSet(string(outcome))}
	if d.state.Accounted {
		updates = append(updates, attribute.Coverage.ValueSet(d.state.States.Coverage()))
	}
	attribute.Upsert(ctx, updates...)
	d.logEnd(ctx)
}

// progress is what the workflow knows at this moment, without what running activities have done.
func (d *display) progress() Progress {
	s, at := d.state, d.instead
	p := Progress{
		Source: s.Sync.Source, Sync: s.Sync.ID, Phase: s.Phase, Started: s.Started, Updated: s.Updated,
		Kinds: s.Kinds, Listed: s.Kinds.Total(), States: s.States, Reused: s.Plan.States.Reused,
		ToDescribe: s.Plan.ToDescribe + s.Again.ToDescribe, Audits: s.Plan.Audits, Done: s.Reports,
		Shards: Count{Done: s.Shards, Total: s.Plan.Shards + s.Again.Shards}, APICalls: s.Calls, Quota: quotaOf(s.budgetState),
		Waiting: at.why, Wait: at.reason, Pausing: s.Paused && at.phase != PhasePaused, Do: at.do, Warnings: s.warnings(), Outcome: d.outcome,
		Blocked: at.cause, Concerns: at.concerns, Refused: at.refused, Unseen: s.Unseen,
		Skips: s.Course.SkippedStarts(), Kept: s.Auth.Kept,
	}
	p.Files, p.Uploads = s.counts()
	p.Undelivered = s.undelivered()
	if at.phase != "" {
		p.Phase = at.phase
	}
	if !at.until.IsZero() {
		p.Until = &at.until
	}
	if !at.looks.IsZero() {
		p.Looks = &at.looks
	}
	if since := s.Tell.StalledSince(); !since.IsZero() {
		p.Stalled, p.StalledWhy = &since, s.Tell.Why
	}
	return p
}

// add adds what running activities have done to what the workflow knows.
func (d *display) add(p Progress, counts live.Counts) Progress {
	p.Done = max(p.Done, min(p.Done+counts.Described, p.ToDescribe))
	if p.Listed += counts.Listed; d.state.Phase == PhaseEnumerate {
		d.listed = max(d.listed, p.Listed)
		p.Listed = d.listed
	}
	p.APICalls += counts.Calls
	p.Trouble = counts.Trouble
	if counts.At.After(p.Updated) {
		p.Updated = counts.At
	}
	d.foretell(&p)
	return p
}
