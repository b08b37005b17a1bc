package workflows

import (
	"cmp"
	"encoding/json"
	"errors"
	"iter"
	"slices"
	"time"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
	"longhaul/internal/fault"
	"longhaul/internal/history"
	"longhaul/internal/warning"
	"longhaul/workflows/course"
	"longhaul/workflows/tell"
)

// State is all that crosses continue-as-new. It holds counts and references and stays far under 20 kB; fields are only ever
// added. Each embedded part is declared by the file that writes it; every phase may read all of them. In JSON the parts are flat.
type State struct {
	Sync    activities.Sync `json:"sync"`
	Phase   Phase           `json:"phase"`
	Started time.Time       `json:"started"`
	Updated time.Time       `json:"updated"`
	Runs    int             `json:"runs"`             // of this chain, the first is 1
	Run     string          `json:"run,omitempty"`    // the run that handed this state to the next one
	Logged  string          `json:"logged,omitempty"` // the standstill that the log has a line of, until it is over

	Course course.Course `json:"course"`         // how the sync has gone so far
	Took   float64       `json:"took,omitempty"` // seconds until its record or its end was left: what all say who tell of it

	Warnings       []warning.Warning `json:"warnings"`
	UnknownSignals []warning.Warning `json:"unknown_signals,omitempty"` // warnings of them

	requestState
	loginState
	inventoryState
	guardState
	planState
	describeState
	accountState
	exportsState

	budgetState
	pauseState
	recoveryState

	Tell tell.State `json:"tell,omitzero"` // what people were told
}

// requestState is what the sync was started with.
type requestState struct {
	Full     bool `json:"full"`
	Upload   bool `json:"upload"`
	Guarded  bool `json:"guarded,omitempty"`  // compared with the last sync though it does not deliver
	Attended bool `json:"attended,omitempty"` // somebody waits for it, and starts it again
}

// newState makes the state of a new sync. The id that it begins with is the same after a reset: when and in which run the sync
// was started never changes. The login may give it another one.
func newState(ctx workflow.Context, in Input, trigger string) *State {
	info := workflow.GetInfo(ctx)
	now := info.WorkflowStartTime.UTC()
	begun := &State{
		Sync:    activities.Sync{Source: in.Source, ID: StagedID(now, info.FirstRunID)},
		Started: now, Updated: now, Course: course.New(trigger),
		requestState: requestState{
			Full: in.Mode == ModeFull, Upload: in.Upload == nil || *in.Upload, Guarded: in.Guard, Attended: in.Attended,
		},
	}
	if late := workflow.Now(ctx).Sub(now); late >= firstLookUp && info.CronSchedule == "" && info.Attempt <= 1 { // those two wait for their time
		begun.Course.Wait(history.WaitWorker, now)
		begun.Course.GoOn(workflow.Now(ctx))
	}
	return begun
}

// maxEvents is the length of a history at which the sync continues as new; the server's suggestion counts too.
const maxEvents = 3000

func historyFull(ctx workflow.Context) bool {
	info := workflow.GetInfo(ctx)
	return info.GetCurrentHistoryLength() >= maxEvents || info.GetContinueAsNewSuggested()
}

// warnings are all that people should know, the signals that no sync knows among them.
func (s *State) warnings() []warning.Shown { return warning.Show(s.allWarnings()) }

func (s *State) allWarnings() []warning.Warning { return slices.Concat(s.Warnings, s.UnknownSignals) }

// course is how the sync has gone until now, for those who look back.
func (s *State) course(ctx workflow.Context) history.Course {
	workflowOf := workflow.GetInfo(ctx).WorkflowExecution
	all := s.Course.At(s.Started, workflow.Now(ctx))
	s.Took = all.Seconds
	all.Warnings, all.Workflow, all.Run = s.allWarnings(), workflowOf.ID, workflowOf.RunID
	if all.OrgURL = s.Auth.BaseURL; s.Quota.Max > 0 {
		now := workflow.Now(ctx)
		all.Quota = &history.QuotaUse{
			Max: s.Quota.Max, Org: s.Quota.Used, Source: s.Quota.Spent(s.Quota.SalesforceTime(now), now),
			Ceiling: s.Quota.Policy.Ceiling, Share: s.Quota.Policy.Share,
		}
	}
	return all
}

// newWaiter makes what all phases pause and wait with.
func newWaiter(state *State, d *display, carry func(workflow.Context) error) *waiter {
	return &waiter{own: &state.pauseState, display: d, unexpected: &state.Unexpected, carry: carry, teller: newTeller(state, d)}
}

// newTeller tells people of the sync.
func newTeller(state *State, d *display) *tell.Teller {
	return &tell.Teller{
		Own: &state.Tell, Source: state.Sync.Source, Dry: !state.Upload, Shown: d.touch, Done: func() int64 { return heardOf(d.progress(), state) },
		Sync:  func() string { return state.Sync.ID },
		Heard: func() bool { return state.Auth.Notify.Heard || state.Auth.Bucket == "" }, // before the login nobody knows
		Limit: func() time.Duration { return cmp.Or(state.Auth.Notify.Stall, activities.DefaultStall) },
	}
}

// Sum is a number that grows with everything that the sync does, with the files of these exports.
func (p *Progress) Sum(exports iter.Seq[string]) int64 {
	sum := p.Listed + p.Done + p.APICalls + p.States.Total() + int64(p.Shards.Done)
	for export := range exports {
		sum += int64(p.Files[export].Done) + int64(p.Uploads[export].Done)
	}
	return sum
}

// heardOf is a number that grows with everything that the workflow has heard of. What answers to queries have added is not in it: no replay
// repeats them.
func heardOf(p Progress, state *State) int64 {
	return p.Sum(slices.Values(state.names())) + int64(len(state.Course.Phases))
}

// What the state keeps, in bytes of JSON.
const (
	maxWarningBytes = 1400 // of all warnings, which are codes with parameters
	maxReasonBytes  = 300
)

// warn keeps a warning once, and no more than the state can hold.
func (s *State) warn(warnings ...warning.Warning) {
	for _, w := range warnings {
		if w = w.Bounded(); s.holds(w) && !slices.ContainsFunc(s.Warnings, w.Equal) {
			s.Warnings = append(s.Warnings, w)
		}
	}
}

// withdraw takes back the warnings that turned out to be void.
func (s *State) withdraw(void func(warning.Warning) bool) {
	s.Warnings = slices.DeleteFunc(s.Warnings, void)
}

// warnOfVerdict keeps what was decided about the sync among the warnings, if need be in place of the last ones.
func (s *State) warnOfVerdict(verdict warning.Warning) {
	for len(s.Warnings) > 0 && !s.holds(verdict) {
		s.Warnings = s.Warnings[:len(s.Warnings)-1]
	}
	s.Warnings = append(s.Warnings, verdict)
}

// holds says whether the state can hold one more warning.
func (s *State) holds(one warning.Warning) bool {
	size := one.Size()
	for _, w := range s.Warnings {
		size += w.Size() + 1
	}
	return size <= maxWarningBytes
}

// clip bounds what a reason takes in the state.
func clip(reason string) string { return fault.Clip(reason, maxReasonBytes) }

// shards is the number at which the shards of the round end.
func (s *State) shards() int {
	if s.Round < 2 {
		return s.Plan.Shards
	}
	return s.Plan.Shards + s.Again.Shards
}

// shardsLeft says whether the round has shards that have not ended, and do not run.
func (s *State) shardsLeft() bool { return len(s.Queue) > 0 || s.NextShard < s.shards() }

// A queue may be as long as the widest window, so in JSON a shard of it is three numbers: shard, done, and the sum of its flags.
const (
	flagStartOpen = 1 << iota
	flagThrottled
	flagCounted
)

// MarshalJSON writes the three numbers.
func (u Unfinished) MarshalJSON() ([]byte, error) {
	flags := int64(0)
	if u.StartOpen {
		flags |= flagStartOpen
	}
	if u.Throttled {
		flags |= flagThrottled
	}
	if u.Counted {
		flags |= flagCounted
	}
	return json.Marshal([]int64{int64(u.Shard), u.Done, flags})
}

// UnmarshalJSON reads them; a newer worker may have written more.
func (u *Unfinished) UnmarshalJSON(data []byte) error {
	var numbers []int64
	if err := json.Unmarshal(data, &numbers); err != nil || len(numbers) < 3 {
		return cmp.Or(err, errors.New("a shard of the queue is no three numbers"))
	}
	flags := numbers[2]
	*u = Unfinished{
		Shard: int(numbers[0]), Done: numbers[1],
		StartOpen: flags&flagStartOpen != 0, Throttled: flags&flagThrottled != 0, Counted: flags&flagCounted != 0,
	}
	return nil
}
