package workflows

import (
	"fmt"
	"strings"
	"time"

	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/listing"
	"longhaul/internal/quota/forecast"
	"longhaul/workflows/attribute"
)

// Progress is the answer to the progress query.
type Progress struct {
	Source     string              `json:"source"`
	Sync       string              `json:"sync"`
	Phase      Phase               `json:"phase"`
	Started    time.Time           `json:"started"`
	Updated    time.Time           `json:"updated"` // when the counts last changed
	Kinds      activities.Kinds    `json:"kinds"`
	States     activities.States   `json:"states"`      // of the reports that have their state so far
	Reused     int64               `json:"reused"`      // reports whose columns were known and unchanged
	ToDescribe int64               `json:"to_describe"` // reports that this sync describes
	Described  int64               `json:"described"`   // of those, the ones in finished shards; running shards report theirs by heartbeat
	Shards     Count               `json:"shards"`
	Files      map[string]Count    `json:"files"`   // assembled, by export
	Uploads    map[string]Count    `json:"uploads"` // delivered, by export
	APICalls   int64               `json:"api_calls"`
	Quota      *Quota              `json:"quota,omitempty"`
	Waiting    string              `json:"waiting,omitempty"` // why the sync waits, in plain words
	Until      *time.Time          `json:"until,omitempty"`   // when it goes on or gives up, where that is known
	Blocked    *activities.Failure `json:"blocked,omitempty"` // what blocks the sync, for machines
	Refused    *activities.Failure `json:"refused,omitempty"` // the login that is refused and tried again, for machines
	Warnings   []string            `json:"warnings"`
	Outcome    Outcome             `json:"outcome,omitempty"`

	Forecast *forecast.Forecast `json:"forecast,omitempty"` // of what is left, where that can be known

	Concerns   []activities.Concern `json:"concerns,omitempty"`    // what the sync holds for, for machines
	Unseen     *listing.Unseen      `json:"unseen,omitempty"`      // reports that no listing has; once the account is written
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
	Used     int64 `json:"used"` // by all users of the org in the last 24 hours, as last reported
	Max      int64 `json:"max"`
	Ceiling  int   `json:"ceiling"`  // percent of Max, for all users of the org
	Share    int   `json:"share"`    // percent of Max, for all syncs of the source in any 24 hours
	Reserved int64 `json:"reserved"` // granted to running activities
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
		Used: b.Quota.Used, Max: b.Quota.Max, Ceiling: b.Quota.Policy.Ceiling, Share: b.Quota.Policy.Share, Reserved: b.Quota.Reserved,
	}
}

// undelivered is why exports were given up.
func (s *exportsState) undelivered() map[string]*activities.Failure {
	var all map[string]*activities.Failure
	for _, e := range s.all() {
		if e.Failure == nil {
			continue
		}
		if all == nil {
			all = map[string]*activities.Failure{}
		}
		all[e.Name] = e.Failure
	}
	return all
}

// counts are how many files of each export are written, and how many delivered.
func (s *exportsState) counts() (files, uploads map[string]Count) {
	files, uploads = map[string]Count{}, map[string]Count{}
	for _, e := range s.all() {
		files[e.Name] = Count{Done: len(e.Written), Total: len(e.Files)}
		if uploads[e.Name] = (Count{Done: e.Uploads}); e.Delivers {
			uploads[e.Name] = Count{Done: e.Uploads, Total: len(e.Files)}
		}
	}
	return files, uploads
}

// display shows how far the sync is wherever people look: search attributes, the details in the UI, the progress query.
type display struct {
	state   *State
	outcome Outcome          // empty until the end
	instead standstill       // in place of the phase, while the sync stands still
	flight  *forecast.Flight // the shards that are described now
	phase   Phase            // in the search attribute
}

// standstill is shown in place of the phase while the sync stands still.
type standstill struct {
	phase Phase // empty: that of the sync
	why   string
	until time.Time           // zero when nobody knows
	cause *activities.Failure // of a block

	concerns []activities.Concern // of a hold
	refused  *activities.Failure  // the login, which is tried again
}

// enter moves to a phase and shows it.
func (d *display) enter(ctx workflow.Context, phase Phase) {
	d.state.Phase = phase
	d.showPhase(ctx)
}

// halt shows that the sync stands still; the zero standstill shows the phase again.
func (d *display) halt(ctx workflow.Context, at standstill) {
	d.instead = at
	d.showPhase(ctx)
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
	workflow.SetCurrentDetails(ctx, details(d.progress(), d.state.names()))
}

// end shows the outcome. The coverage is shown once every report has its state.
func (d *display) end(ctx workflow.Context, outcome Outcome) {
	d.outcome, d.instead = outcome, standstill{}
	d.touch(ctx)
	updates := []temporal.SearchAttributeUpdate{attribute.Outcome.ValueSet(string(outcome))}
	if d.state.Accounted {
		updates = append(updates, attribute.Coverage.ValueSet(d.state.States.Coverage()))
	}
	attribute.Upsert(ctx, updates...)
}

// progress is the answer to the progress query at this moment.
func (d *display) progress() Progress {
	s, at := d.state, d.instead
	p := Progress{
		Source: s.Sync.Source, Sync: s.Sync.ID, Phase: s.Phase, Started: s.Started, Updated: s.Updated,
		Kinds: s.Kinds, States: s.States, Reused: s.Plan.States.Reused,
		ToDescribe: s.Plan.ToDescribe + s.Again.ToDescribe, Described: s.Reports,
		Shards: Count{Done: s.Shards, Total: s.Plan.Shards + s.Again.Shards}, APICalls: s.Calls, Quota: quotaOf(s.budgetState),
		Waiting: at.why, Warnings: s.warnings(), Outcome: d.outcome,
		Blocked: at.cause, Concerns: at.concerns, Refused: at.refused, Unseen: s.Unseen,
	}
	p.Files, p.Uploads = s.counts()
	p.Undelivered = s.undelivered()
	if at.phase != "" {
		p.Phase = at.phase
	}
	if !at.until.IsZero() {
		p.Until = &at.until
	}
	d.foretell(&p)
	return p
}

// details is the progress as a Markdown table for the UI. The exports give the order in which they are shown.
func details(p Progress, exports []string) string {
	var b strings.Builder
	title := string(p.Phase)
	if p.Outcome != "" {
		title = p.Outcome.Words(p.Unseen)
	}
	fmt.Fprintf(&b, "### %s: %s\n\n", p.Source, title)
	if p.Waiting != "" {
		b.WriteString(waitingWords(p))
	}
	b.WriteString(forecastWords(p))
	b.WriteString("| What | Done | Of |\n| --- | ---: | ---: |\n")
	row := func(what string, done, of int64) {
		if of > 0 {
			fmt.Fprintf(&b, "| %s | %d | %d |\n", what, done, of)
		}
	}
	row("reports known and unchanged", p.Reused, p.Kinds.Reports)
	row("reports described", p.Described, p.ToDescribe)
	row("shards", int64(p.Shards.Done), int64(p.Shards.Total))
	for _, name := range exports {
		of := ""
		if len(exports) > 1 {
			of = " of " + name
		}
		row("files"+of+" written", int64(p.Files[name].Done), int64(p.Files[name].Total))
		row("files"+of+" uploaded", int64(p.Uploads[name].Done), int64(p.Uploads[name].Total))
	}
	fmt.Fprintf(&b, "\n%d folders, %d reports, %d dashboards, %d components, %d users. %d API calls.\n",
		p.Kinds.Folders, p.Kinds.Reports, p.Kinds.Dashboards, p.Kinds.Components, p.Kinds.Users, p.APICalls)
	if gaps := p.States.Gaps(); gaps > 0 {
		fmt.Fprintf(&b, "\n%d reports have no columns yet: %d denied, %d failed.\n", gaps, p.States.Denied, p.States.Failed)
	}
	if p.Unseen != nil && p.Unseen.Words() != "" {
		fmt.Fprintf(&b, "\nOf what the run-as user does not see: %s.\n", p.Unseen.Words())
	}
	if q := p.Quota; q != nil {
		fmt.Fprintf(&b, "\nThe org has used %d of its %d daily API calls; this sync stops at %d %% of them, and the source uses %d %% at most.\n",
			q.Used, q.Max, q.Ceiling, q.Share)
	}
	for _, name := range exports {
		if failure := p.Undelivered[name]; failure != nil {
			fmt.Fprintf(&b, "\n- export %s was not delivered: %s", name, failure.Message)
		}
	}
	writeList(&b, p.Warnings)
	return b.String()
}

// handedOverDetails is what the UI shows of a workflow that stands for the one that syncs.
func handedOverDetails(p Progress) string {
	var b strings.Builder
	title := "handed over"
	if p.Outcome != "" {
		title = string(p.Outcome)
	}
	fmt.Fprintf(&b, "### %s: %s\n\nThe sync runs as `%s`", p.Source, title, p.HandedOver.WorkflowID)
	if p.HandedOver.RunID != "" {
		fmt.Fprintf(&b, ", run `%s`", p.HandedOver.RunID)
	}
	b.WriteString(". Look there for its progress. Signals and updates that are sent here reach it.\n")
	writeList(&b, p.Warnings)
	return b.String()
}

func writeList(b *strings.Builder, warnings []string) {
	for _, w := range warnings {
		fmt.Fprintf(b, "\n- %s", w)
	}
}

// minute is a moment as people read it.
func minute(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// waitingWords says why a sync stands still and what ends that.
func waitingWords(p Progress) string {
	until := ""
	if p.Until != nil {
		until = " until " + minute(*p.Until) + " at the latest"
	}
	id := SyncID(p.Source)
	switch p.Phase {
	case PhasePaused:
		return fmt.Sprintf("**Paused.** `temporal workflow signal --workflow-id %s --name resume` resumes it.\n\n", id)
	case PhaseBlocked:
		return fmt.Sprintf("**Blocked%s:** %s. Fix that, then `temporal workflow signal --workflow-id %s --name resume`.\n\n", until, p.Waiting, id)
	case PhaseHeld:
		return fmt.Sprintf("**Held%s:** %s. `temporal workflow update execute --workflow-id %s --name approve` continues it, `discard` ends it.\n\n",
			until, p.Waiting, id)
	default:
		return fmt.Sprintf("**Waiting:** %s.\n\n", p.Waiting)
	}
}
