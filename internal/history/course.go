package history

import (
	"time"

	"longhaul/internal/description"
	"longhaul/internal/warning"
)

// Start is what a sync leaves in the bucket when it begins to own its source.
type Start struct {
	Identity description.Identity `json:"identity"` // as whom it reads which org
	Started  time.Time            `json:"started"`
	Deliver  bool                 `json:"deliver,omitempty"`  // the sync was started to deliver
	Trigger  string               `json:"trigger,omitempty"`  // what started it: see Trigger*
	Workflow string               `json:"workflow,omitempty"` // id of its workflow
	Run      string               `json:"run,omitempty"`      // and of the first run of that
}

// What starts a sync. A schedule adds its id.
const (
	TriggerSchedule = "schedule:" // and its id
	TriggerCLI      = "cli"       // longhaul sync, starter, extract, demo
	TriggerOther    = "other"     // Temporal's CLI, UI or API, or another workflow
)

// Course is how a sync went. It is the same in the record of a sync and in the end of one that has no record.
type Course struct {
	Trigger  string             `json:"trigger,omitempty"`
	Seconds  float64            `json:"seconds,omitempty"` // from start to end
	Phases   []PhaseTime        `json:"phases,omitempty"`  // in the order in which they began; one that was taken up again counts once
	Waits    map[string]float64 `json:"waits,omitempty"`   // seconds by reason, see Waits; of two at once the one that was shown
	Spans    []Span             `json:"spans,omitempty"`   // when it waited, oldest first; of very many the shortest are left out
	Orders   []Order            `json:"orders,omitempty"`  // of operators, oldest first, at most MostOrders
	Skips    []Skip             `json:"skips,omitempty"`   // starts that were skipped because it ran, by what would have started it
	Missed   *Missed            `json:"missed,omitempty"`  // runs of the schedule between the sync before and this one; absent: none, or nobody knows
	Warnings []warning.Warning  `json:"warnings,omitempty"`
	Workflow string             `json:"workflow,omitempty"`
	Run      string             `json:"run,omitempty"`     // the last of its chain
	OrgURL   string             `json:"org_url,omitempty"` // where the org lives, with which links begin; empty: no login succeeded
	Quota    *QuotaUse          `json:"quota,omitempty"`   // nil: Salesforce reported no usage
}

// QuotaUse is what was known of the org's daily API calls when a sync ended.
type QuotaUse struct {
	Max     int64 `json:"max"`     // of the org in 24 hours
	Org     int64 `json:"org"`     // used by all users of the org
	Source  int64 `json:"source"`  // used by the syncs of the source in the 24 hours before
	Ceiling int   `json:"ceiling"` // percent of Max, for all users
	Share   int   `json:"share"`   // percent of Max, for the source
}

// Why a sync waits.
const (
	WaitQuota     = "quota"     // for API calls: the org or the source has used up its own
	WaitThrottled = "throttled" // as Salesforce asked for, or for a login, of which there are so many an hour
	WaitPaused    = "paused"    // by an operator
	WaitBlocked   = "blocked"   // until somebody has fixed what is in the way
	WaitHeld      = "held"      // until an operator approves or discards what was found
	WaitRetry     = "retry"     // before a step is tried again that failed, or a login that was refused
	WaitOwner     = "owner"     // for another Temporal, which syncs the source into the same bucket
	WaitWorker    = "worker"    // for a worker that serves the source
)

// Waits are the reasons why a sync waits.
var Waits = []string{WaitQuota, WaitThrottled, WaitPaused, WaitBlocked, WaitHeld, WaitRetry, WaitOwner, WaitWorker}

// Span is a time in which a sync waited.
type Span struct {
	Reason string    `json:"reason"` // one of Waits
	From   time.Time `json:"from"`
	To     time.Time `json:"to"`
}

// MostOrders bounds the orders that a sync keeps: the last ones.
const MostOrders = 20

// PhaseTime is one phase of a sync.
type PhaseTime struct {
	Phase   string    `json:"phase"`
	Began   time.Time `json:"began"`
	Seconds float64   `json:"seconds"`
}

// Order is what an operator sent to a running sync.
type Order struct {
	At     time.Time `json:"at"`
	Name   string    `json:"name"`             // pause, resume, approve, discard, set-quota, cancel
	Reason string    `json:"reason,omitempty"` // as the operator gave it, at most 200 bytes; of set-quota what was set; older ones make room
}

// End is what is left of a sync that ended without a record.
type End struct {
	Outcome  string    `json:"outcome"`           // cancelled, discarded, failed; of one that left no end of its own: terminated, timed_out, or unknown
	At       time.Time `json:"at"`                // when it ended; of an unknown end, when that was found
	Class    string    `json:"class,omitempty"`   // of the failure
	System   string    `json:"system,omitempty"`  // that gave it
	Message  string    `json:"message,omitempty"` // of the failure: what went wrong and what to change, at most MostMessage bytes; it holds no secret
	Phase    string    `json:"phase,omitempty"`   // in which it ended
	APICalls int64     `json:"api_calls,omitempty"`

	Reports   int64 `json:"reports,omitempty"`   // of the inventory; absent: it was not read to its end, or nobody knows
	Described int64 `json:"described,omitempty"` // descriptions that the sync made, each report counted once
	Reused    int64 `json:"reused,omitempty"`    // descriptions that it took over

	Sent map[string]Sent `json:"sent,omitempty"` // by export that was to be delivered, once its files were written
	Course
}

// Sent is how far the delivery of an export came.
type Sent struct {
	Files int    `json:"files"` // that the target was to get
	Done  int    `json:"done"`  // that it has
	To    string `json:"to,omitempty"`
}

// MostMessage bounds the sentence of a failure, in bytes.
const MostMessage = 500

// FolderGaps counts the reports of one folder that are gaps.
type FolderGaps struct {
	Folder  string           `json:"folder"` // Id
	Name    string           `json:"name,omitempty"`
	Gaps    int64            `json:"gaps"`
	Reasons map[string]int64 `json:"reasons"` // by code
}

// MostGapFolders bounds the folders that a record names.
const MostGapFolders = 20

// Receipt is what a target answered for one file.
type Receipt struct {
	Name   string    `json:"name"`
	Path   string    `json:"path,omitempty"` // at the target
	Status int       `json:"status,omitempty"`
	At     time.Time `json:"at"`
}
