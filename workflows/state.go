package workflows

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.temporal.io/sdk/workflow"

	"longhaul/activities"
)

// State is all that crosses continue-as-new. It holds counts and references and stays far under 20 kB; fields are only ever
// added. Each embedded part is declared by the file that writes it; every phase may read all of them. In JSON the parts are flat.
type State struct {
	Sync     activities.Sync `json:"sync"`
	Phase    Phase           `json:"phase"`
	Started  time.Time       `json:"started"`
	Updated  time.Time       `json:"updated"`
	Warnings []string        `json:"warnings"`
	Runs     int             `json:"runs"`          // of this chain, the first is 1
	Run      string          `json:"run,omitempty"` // the run that handed this state to the next one

	UnknownSignals []string `json:"unknown_signals,omitempty"` // warnings of them

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
func newState(ctx workflow.Context, in Input) *State {
	info := workflow.GetInfo(ctx)
	now := info.WorkflowStartTime.UTC()
	return &State{
		Sync:    activities.Sync{Source: in.Source, ID: StagedID(now, info.FirstRunID)},
		Started: now, Updated: now,
		requestState: requestState{
			Full: in.Mode == ModeFull, Upload: in.Upload == nil || *in.Upload, Guarded: in.Guard, Attended: in.Attended,
		},
	}
}

// warnings are all that people should know, the signals that no sync knows among them.
func (s *State) warnings() []string { return list(slices.Concat(s.Warnings, s.UnknownSignals)) }

const (
	maxWarnings     = 11
	maxWarningBytes = 300
)

// warn keeps a warning once, and no more than the state can hold.
func (s *State) warn(warnings ...string) {
	for _, w := range warnings {
		if w = clip(w); len(s.Warnings) < maxWarnings && !slices.Contains(s.Warnings, w) {
			s.Warnings = append(s.Warnings, w)
		}
	}
}

// warnOfVerdict keeps what was decided about the sync among the warnings, if need be in place of the last.
func (s *State) warnOfVerdict(verdict string) {
	s.Warnings = append(s.Warnings[:min(len(s.Warnings), maxWarnings-1)], clip(verdict))
}

// clip bounds what a warning or a reason takes in the state, where JSON writes some characters as six bytes. It cuts between words, and
// shows that it did.
func clip(warning string) string {
	size := 0
	for at, char := range warning {
		if char < ' ' || strings.ContainsRune("\"\\<>&\u2028\u2029\ufffd", char) {
			size += 6
		} else {
			size += utf8.RuneLen(char)
		}
		if size > maxWarningBytes {
			return cutAt(warning, at)
		}
	}
	return warning
}

// cutAt ends a text at the last word that ends before a byte, and with dots in place of the rest.
func cutAt(text string, at int) string {
	const dots = "..."
	cut := strings.ToValidUTF8(text[:max(at-len(dots), 0)], "")
	if space := strings.LastIndexByte(cut, ' '); space > len(cut)/2 {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,;:") + dots
}

// shards is the number at which the shards of the round end.
func (s *State) shards() int {
	if s.Round < 2 {
		return s.Plan.Shards
	}
	return s.Plan.Shards + s.Again.Shards
}

// shardsLeft says whether the round has shards that have not ended, and do not run.
func (s *State) shardsLeft() bool { return len(s.Queue) > 0 || s.NextShard < s.shards() }
