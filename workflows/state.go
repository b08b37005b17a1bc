package workflows

import (
	"slices"
	"strings"
	"time"

	"longhaul/activities"
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
}

const (
	maxWarnings     = 20
	maxWarningBytes = 300
)

// warn keeps a warning once, and no more than the state can hold.
func (s *State) warn(warnings ...string) {
	for _, w := range warnings {
		if len(w) > maxWarningBytes {
			w = strings.ToValidUTF8(w[:maxWarningBytes], "")
		}
		if len(s.Warnings) < maxWarnings && !slices.Contains(s.Warnings, w) {
			s.Warnings = append(s.Warnings, w)
		}
	}
}

// add takes what a finished shard brought into the counts.
func (s *State) add(shard activities.DescribeResult) {
	s.Shards++
	s.Reports += shard.Reports
	s.Calls += shard.Calls
	s.States = s.States.Add(shard.States)
}

// progress is the state as the progress query shows it.
func (s *State) progress(outcome Outcome) Progress {
	return Progress{
		Source: s.Sync.Source, Sync: s.Sync.ID, Phase: s.Phase, Started: s.Started, Updated: s.Updated,
		Kinds: s.Kinds, States: s.States, Reused: s.Plan.States.Reused, ToDescribe: s.Plan.ToDescribe, Described: s.Reports,
		Shards: Count{Done: s.Shards, Total: s.Plan.Shards}, Files: Count{Done: len(s.Files), Total: len(fileNames)},
		Uploads: Count{Done: s.Uploads, Total: s.uploadsTotal()}, APICalls: s.Calls, Warnings: list(s.Warnings), Outcome: outcome,
	}
}

func (s *State) uploadsTotal() int {
	if !s.uploads() {
		return 0
	}
	return len(fileNames)
}

// uploads says whether the sync delivers to a catalog.
func (s *State) uploads() bool { return s.Upload && s.Auth.Catalog }
