package workflows

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"longhaul/activities"
	"longhaul/internal/inventory"
	"longhaul/internal/quota"
)

// State is all that crosses continue-as-new. It holds counts and references and stays far under 20 kB; fields are only
// ever added.
type State struct {
	Sync      activities.Sync               `json:"sync"`
	Phase     Phase                         `json:"phase"`
	Full      bool                          `json:"full"`
	Upload    bool                          `json:"upload"`
	Started   time.Time                     `json:"started"`
	Updated   time.Time                     `json:"updated"`
	Auth      activities.AuthenticateResult `json:"auth"`
	Kinds     activities.Kinds              `json:"kinds"`
	Plan      activities.PlanResult         `json:"plan"`
	NextShard int                           `json:"next_shard"`
	Shards    int                           `json:"shards"` // finished
	Reports   int64                         `json:"reports"`
	States    activities.States             `json:"states"`
	Timestamp int64                         `json:"timestamp"` // in the names of the files
	Files     []activities.File             `json:"files"`
	Uploads   int                           `json:"uploads"`
	Calls     int64                         `json:"calls"`
	Warnings  []string                      `json:"warnings"`
	Runs      int                           `json:"runs"` // of this chain, the first is 1

	Paused   bool                           `json:"paused,omitempty"`
	Queue    []Unfinished                   `json:"queue,omitempty"`    // at most one for each place of the window
	Round    int                            `json:"round,omitempty"`    // 2 once the changes were listed
	Again    activities.ReplanResult        `json:"again,omitzero"`     // what the second round describes
	Deferred int64                          `json:"deferred,omitempty"` // reports that the first round put off
	Vanished activities.Kinds               `json:"vanished,omitzero"`
	Approved map[activities.GuardStage]bool `json:"approved,omitempty"`
	Quota    quota.Budget                   `json:"quota"`
	Settled  bool                           `json:"settled,omitempty"` // each report has its state, so States is the account
	Mends    map[int]int                    `json:"mends,omitempty"`   // how often a shard was described again because its result was torn
	Silent   int64                          `json:"silent,omitempty"`  // calls since Salesforce last told the org's usage

	Guarded     bool              `json:"guarded,omitempty"`     // compared with the last sync though it does not deliver
	Unseen      *inventory.Unseen `json:"unseen,omitempty"`      // once the account is written
	Destination string            `json:"destination,omitempty"` // where the files of the set go that were delivered so far
	Refused     Refused           `json:"refused,omitzero"`      // logins in words that are not known

	QuotaAsked QuotaChange `json:"quota_asked,omitzero"` // by operators, over the settings

	Run       string   `json:"run,omitempty"`        // the run that handed this state to the next one
	PausedFor string   `json:"paused_for,omitempty"` // the reason that an operator gave
	Strangers []string `json:"strangers,omitempty"`  // warnings of signals that nobody knows

	Blocked *Blocked `json:"blocked,omitempty"` // nil when the sync is not
	Held    Held     `json:"held,omitzero"`     // the hold that the sync is in

	Unexpected Unexpected `json:"failures,omitzero"` // of the step under way, which nobody expected
	Attended   bool       `json:"attended,omitempty"`
	Renames    int        `json:"renames,omitempty"` // of the set, because the catalog held files of its name
	Proxied    bool       `json:"proxied,omitempty"` // one of these because of a proxy that changes answers

	Other OtherOwner `json:"other,omitzero"` // of the source, when the sync began
	Owned time.Time  `json:"owned,omitzero"` // when the sync came to own its source, if others owned it after it was started

	WorkerSeen bool          `json:"worker_seen,omitempty"` // one that serves the source, at any time
	Unserved   time.Duration `json:"unserved,omitempty"`    // how long the sync has waited for one, while none was seen
}

// warnings are all that people should know, the signals among them that were sent in vain.
func (s *State) warnings() []string { return list(slices.Concat(s.Warnings, s.Strangers)) }

const (
	maxWarnings     = 17
	maxWarningBytes = 300
)

// warn keeps a warning once, and no more than the state can hold.
func (s *State) warn(warnings ...string) {
	for _, w := range warnings {
		if w = cut(w); len(s.Warnings) < maxWarnings && !slices.Contains(s.Warnings, w) {
			s.Warnings = append(s.Warnings, w)
		}
	}
}

// decided keeps what was decided about the sync among the warnings, if need be in the place of the last.
func (s *State) decided(verdict string) {
	s.Warnings = append(s.Warnings[:min(len(s.Warnings), maxWarnings-1)], cut(verdict))
}

// cut bounds what a warning or a reason takes in the state, where JSON writes some characters as six bytes.
func cut(warning string) string {
	size := 0
	for at, char := range warning {
		if char < ' ' || strings.ContainsRune("\"\\<>&\u2028\u2029\ufffd", char) {
			size += 6
		} else {
			size += utf8.RuneLen(char)
		}
		if size > maxWarningBytes {
			return warning[:at]
		}
	}
	return warning
}

// progress is the state as the progress query shows it; what stands still says so.
func (s *State) progress(outcome Outcome, shown standstill) Progress {
	p := Progress{
		Source: s.Sync.Source, Sync: s.Sync.ID, Phase: s.Phase, Started: s.Started, Updated: s.Updated,
		Kinds: s.Kinds, States: s.States, Reused: s.Plan.States.Reused,
		ToDescribe: s.Plan.ToDescribe + s.Again.ToDescribe, Described: s.Reports,
		Shards: Count{Done: s.Shards, Total: s.Plan.Shards + s.Again.Shards}, Files: Count{Done: len(s.Files), Total: len(fileNames)},
		Uploads: Count{Done: s.Uploads, Total: s.uploadsTotal()}, APICalls: s.Calls, Quota: s.quota(),
		Waiting: shown.why, Warnings: s.warnings(), Outcome: outcome,
	}
	if shown.phase != "" {
		p.Phase = shown.phase
	}
	p.Blocked, p.Concerns, p.Unseen, p.Refused = shown.cause, shown.concerns, s.Unseen, shown.refused
	if !shown.until.IsZero() {
		p.Until = &shown.until
	}
	return p
}

// quota is the account of API calls as the progress query shows it; nil before Salesforce told any of it.
func (s *State) quota() *Quota {
	q := s.Quota
	if q.Max <= 0 {
		return nil
	}
	return &Quota{Used: q.Used, Max: q.Max, Ceiling: q.Policy.Ceiling, Share: q.Policy.Share, Leased: q.Reserved}
}

func (s *State) uploadsTotal() int {
	if !s.uploads() {
		return 0
	}
	return len(fileNames)
}

// uploads says whether the sync delivers to a catalog.
func (s *State) uploads() bool { return s.Upload && s.Auth.Catalog }

// uploaded says whether the catalog has every file of the set.
func (s *State) uploaded() bool { return s.uploads() && s.Uploads == len(fileNames) }
