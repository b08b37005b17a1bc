package workflows

import (
	"strings"
	"time"

	"longhaul/internal/listing"
	"longhaul/internal/sourcename"
	"longhaul/internal/staging"
	"longhaul/workflows/operator"
)

// TaskQueue is the task queue of every Longhaul worker, and the only one that people name: all workflows run there. The
// activities of a source have a queue of their own (SourceQueue).
const TaskQueue = "longhaul"

// SourceQueue is the task queue of a source's activities. Only workers that can serve the source poll it, so a worker whose
// settings lack the source never gets its work.
func SourceQueue(source string) string { return TaskQueue + "-" + source }

// SyncSourceType is the workflow type that copies one source. It is a contract: schedules and scripts name it.
const SyncSourceType = "SyncSource"

// ProgressQuery is the query that answers with Progress at any moment of a sync.
const ProgressQuery = "progress"

// The signals and updates that operators send to a running sync.
const (
	PauseSignal    = operator.Pause
	ResumeSignal   = operator.Resume
	ApproveUpdate  = operator.Approve
	DiscardUpdate  = operator.Discard
	SetQuotaUpdate = operator.SetQuota
)

// QuotaChange is the input of the update set-quota.
type QuotaChange = operator.QuotaChange

// Phase is the step a sync is in, as the search attribute LonghaulPhase and the progress query show it.
type Phase string

// The phases, in the order of a sync.
const (
	PhaseAuthenticate Phase = "authenticate"
	PhaseEnumerate    Phase = "enumerate"
	PhaseGuard        Phase = "guard"
	PhasePlan         Phase = "plan"
	PhaseDescribe     Phase = "describe"
	PhaseCatchUp      Phase = "catch_up"
	PhaseAssemble     Phase = "assemble"
	PhaseUpload       Phase = "upload"
	PhaseRecord       Phase = "record"
	PhaseDone         Phase = "done"
)

// The phases that are shown in the place of the one a sync is in while it stands still.
const (
	PhasePaused  Phase = "paused"  // by an operator
	PhaseBlocked Phase = "blocked" // by something that somebody must fix, and then resume
	PhaseHeld    Phase = "held"    // until an operator approves or discards what was found

	// PhaseHandedOver is shown by a workflow under another id than the source's own: the sync runs under that one.
	PhaseHandedOver Phase = "handed_over"
)

// Outcome says how a sync ended.
type Outcome string

// The outcomes of a sync that completed, and the two of one that did not, as LonghaulOutcome shows them.
const (
	OutcomeComplete  Outcome = "complete"  // every report is accounted for and none is missing its columns for a reason that could be fixed
	OutcomeGaps      Outcome = "gaps"      // some reports were denied or failed
	OutcomeSkipped   Outcome = "skipped"   // another sync of the source was already running
	OutcomeDiscarded Outcome = "discarded" // an operator refused what was found
	OutcomeFailed    Outcome = "failed"
	OutcomeCancelled Outcome = "cancelled"
)

// Words is the outcome as people should read it: a sync is complete as far as the run-as user sees the org.
func (o Outcome) Words(unseen *listing.Unseen) string {
	if unseen == nil || unseen.Words() == "" || o != OutcomeComplete && o != OutcomeGaps {
		return string(o)
	}
	return string(o) + "; " + unseen.Words()
}

// SyncID is the id of the one workflow that may sync source.
func SyncID(source string) string { return sourcename.SyncPrefix + source }

// SourceOfID is the inverse of SyncID; ok is false for an id of another form.
func SourceOfID(id string) (source string, ok bool) {
	source, ok = strings.CutPrefix(id, sourcename.SyncPrefix)
	if !ok || !validSource(source) {
		return "", false
	}
	return source, true
}

// StagedID names a sync in the bucket: by its start, so that ids sort by time, and by the id of its first run. Temporal's run ids
// begin with the time too, so it is their end that tells two syncs of one moment apart.
func StagedID(start time.Time, firstRun string) string {
	const tail = 8
	return staging.SyncID(start, firstRun[max(0, len(firstRun)-tail):])
}

// validSource says whether name is one that a source may have.
func validSource(name string) bool { return sourcename.Check(name) == nil }

// Mode says how much of what is known may be reused.
type Mode string

// The modes of a sync.
const (
	ModeAuto Mode = "auto" // reports that did not change since they were last described are not described again
	ModeFull Mode = "full" // every report is described
)
