package schedule

import (
	"time"

	schedulepb "go.temporal.io/api/schedule/v1"
	"go.temporal.io/api/workflowservice/v1"

	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// BySettings and ByVerb say who set a schedule.
const (
	BySettings = "settings"
	ByVerb     = "verb"
)

const (
	// mostShown bounds how many coming and past runs are shown.
	mostShown = 5
	// mostWords bounds, in bytes, what a person may have written without a bound.
	mostWords = 2000
)

// State is the schedule of a source as it is.
type State struct {
	Source   string           `json:"source"`
	ID       string           `json:"schedule"`           // Temporal's
	Exists   bool             `json:"exists"`             // Temporal has it
	Off      bool             `json:"off,omitempty"`      // a person has ended it
	By       string           `json:"by,omitempty"`       // who set what is wanted: see BySettings
	Wanted   *source.Schedule `json:"wanted,omitempty"`   // as it was set
	Settings *source.Schedule `json:"settings,omitempty"` // of the worker that answered, where they say something else
	Spec     string           `json:"spec,omitempty"`     // in words, as Temporal has it
	ByHand   bool             `json:"changed_by_hand"`    // what Temporal has is not what Longhaul wrote
	Paused   bool             `json:"paused"`
	Note     string           `json:"note,omitempty"`
	Next     []time.Time      `json:"next,omitempty"` // five starts, unless it is paused
	Last     []Run            `json:"last,omitempty"` // five starts, the newest first
	Counts   Counts           `json:"counts"`

	Made  time.Time `json:"made,omitzero"`  // by Temporal's clock: Counts are since then
	Since time.Time `json:"since,omitzero"` // from when on it has been as it is
}

// Run is a start by a schedule.
type Run struct {
	Due      time.Time `json:"due"`
	Started  time.Time `json:"started"`
	Workflow string    `json:"workflow"`
	Run      string    `json:"run"`
}

// Counts are the server's own, since the schedule was made.
type Counts struct {
	Started int64 `json:"started"`
	Missed  int64 `json:"missed"`  // Temporal was away for longer than starts are made up for
	Skipped int64 `json:"skipped"` // the sync before was still running
	Dropped int64 `json:"dropped"` // too many were waiting
}

// Show adds what Temporal has of the schedule to a state; nil where it has none. Written is what Longhaul wrote last.
func (s State) Show(there *workflowservice.DescribeScheduleResponse, written *schedulepb.Schedule) State {
	if there == nil {
		return s
	}
	current, info := there.GetSchedule(), there.GetInfo()
	s.Exists, s.Spec = true, fault.Clip(SpecWords(current.GetSpec()), mostWords)
	s.ByHand = !Same(current, written)
	s.Paused, s.Note = current.GetState().GetPaused(), fault.Clip(current.GetState().GetNotes(), mostWords)
	for _, at := range info.GetFutureActionTimes() {
		if len(s.Next) < mostShown {
			s.Next = append(s.Next, at.AsTime())
		}
	}
	s.Last = runs(info.GetRecentActions())
	s.Counts = Counts{
		Started: info.GetActionCount(), Missed: info.GetMissedCatchupWindow(), Skipped: info.GetOverlapSkipped(), Dropped: info.GetBufferDropped(),
	}
	return s
}

func runs(actions []*schedulepb.ScheduleActionResult) (last []Run) {
	for i := len(actions) - 1; i >= 0 && len(last) < mostShown; i-- {
		a := actions[i]
		last = append(last, Run{
			Due: a.GetScheduleTime().AsTime(), Started: a.GetActualTime().AsTime(),
			Workflow: a.GetStartWorkflowResult().GetWorkflowId(), Run: a.GetStartWorkflowResult().GetRunId(),
		})
	}
	return last
}
