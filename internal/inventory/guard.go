package inventory

import (
	"fmt"
	"math"
	"strings"
)

// The codes of the guard's concerns.
const (
	ConcernShrunkReports    = "shrunk_reports"
	ConcernShrunkDashboards = "shrunk_dashboards"
	ConcernNoReports        = "no_reports"
	ConcernOtherOrg         = "other_org"
	ConcernPermissionLost   = "permission_lost"
	ConcernCoverageFell     = "coverage_fell"
)

// From which loss on the guard is concerned, unless it is told otherwise.
const (
	DefaultMaxShrink   = 10 // percent, or percentage points of the coverage
	DefaultLeastShrunk = 20 // items
)

// Concern is a reason to hold a sync and ask before it goes on.
type Concern struct {
	Code     string `json:"code"`
	Sentence string `json:"sentence"` // for people: what was found, and what to do
}

// GuardInput is what a sync has found, beside what the one it is compared with had.
type GuardInput struct {
	Last        Record // the newest baseline
	HasLast     bool   // false when there is none: a first sync
	Identity    Identity
	Kinds       map[Kind]int64  // what the enumeration counted
	Permissions map[string]bool // of the run-as user, where it is known, by short names such as RunReports
	Private     bool            // what lies in others' private folders is read too
	MaxShrink   int             // percent; 0 means DefaultMaxShrink
	LeastShrunk int64           // items; 0 means DefaultLeastShrunk
}

// Judge says what about a sync looks like an accident rather than a change: nothing when all is well. What another org
// has is not compared, and the number of records not with that of a sync which read private ones too, where this one does
// not: that they are fewer is what the setting is for.
func Judge(in GuardInput) []Concern {
	in.MaxShrink, in.LeastShrunk = bounds(in.MaxShrink, in.LeastShrunk)
	switch {
	case !in.HasLast && in.Kinds[Reports] == 0:
		return []Concern{{ConcernNoReports, "This first sync found no report at all: if the org has none that matter, approve; else discard, " +
			"share the report folders with the run-as user and start again."}}
	case !in.HasLast:
		return nil
	case in.Last.Identity.OrgID != in.Identity.OrgID:
		return []Concern{{ConcernOtherOrg, fmt.Sprintf("The source leads to org %s, the last sync read org %s: if it was meant to move, "+
			"approve; else discard and correct the source's base_url or credentials.", in.Identity.OrgID, in.Last.Identity.OrgID)}}
	}
	var concerns []Concern
	if in.Private || !in.Last.Private {
		concerns = append(concerns, in.shrunk(Reports, ConcernShrunkReports)...)
		concerns = append(concerns, in.shrunk(Dashboards, ConcernShrunkDashboards)...)
	}
	return append(concerns, in.lost()...)
}

func bounds(maxShrink int, least int64) (percent int, items int64) {
	if maxShrink == 0 {
		maxShrink = DefaultMaxShrink
	}
	if least == 0 {
		least = DefaultLeastShrunk
	}
	return maxShrink, least
}

// shrunk is the concern about a kind that became fewer.
func (in *GuardInput) shrunk(kind Kind, code string) []Concern {
	before, now := in.Last.Kinds[kind], in.Kinds[kind]
	lost := before - now
	if lost < in.LeastShrunk || float64(lost)*100 <= float64(in.MaxShrink)*float64(before) {
		return nil
	}
	return []Concern{{code, fmt.Sprintf("The org has %d %s, %d fewer than the %d of the last sync: if they were deleted, approve; "+
		"else discard, give the run-as user access to their folders again and start again.", now, kind, lost, before)}}
}

// reading lists the permissions that decide what a sync can read, with the names that Salesforce shows.
var reading = []struct{ name, label string }{
	{"RunReports", "Run Reports"},
	{"ViewPublicReports", "View Reports in Public Folders"},
	{"ViewPublicDashboards", "View Dashboards in Public Folders"},
	{"ManagePvtRptsAndDashbds", "Manage All Private Reports and Dashboards"},
	{"ViewAllUsers", "View All Users"},
}

// lost is the concern about permissions that the last sync had and this one is known not to have.
func (in *GuardInput) lost() []Concern {
	var labels []string
	for _, p := range reading {
		if has, known := in.Permissions[p.name]; known && !has && in.Last.Permissions[p.name] {
			labels = append(labels, `"`+p.label+`"`)
		}
	}
	if len(labels) == 0 {
		return nil
	}
	return []Concern{{ConcernPermissionLost, fmt.Sprintf("The run-as user no longer has the permission %s, so what it opened is missing: "+
		"if it was taken away on purpose, approve; else discard, give it back and start again.", strings.Join(labels, " and "))}}
}

// JudgeCoverage says whether, after all reports were described, so many fewer have columns than in the last sync that it
// looks like an accident: their share fell by more than maxShrink percentage points (0 means DefaultMaxShrink), and there
// are at least DefaultLeastShrunk fewer. A zero last record raises no concern.
func JudgeCoverage(last Record, states map[State]int64, maxShrink int) []Concern {
	maxShrink, least := bounds(maxShrink, 0)
	before, now := withColumns(last.States), withColumns(states)
	fell := 100 * (Coverage(last.States) - Coverage(states))
	const noise = 1e-9 // what the arithmetic of floating point adds to a fall of just so much
	if before-now < least || fell <= float64(maxShrink)+noise {
		return nil
	}
	return []Concern{{ConcernCoverageFell, fmt.Sprintf("%d reports have columns, %d %% of all; in the last sync %d had, %d %%: "+
		"if that is right, approve; else discard, look into the account for the reasons, mend them and start again.",
		now, percent(Coverage(states)), before, percent(Coverage(last.States)))}}
}

func percent(share float64) int { return int(math.Floor(100 * share)) }

// withColumns counts the reports that have columns.
func withColumns(states map[State]int64) int64 { return states[StateDescribed] + states[StateReused] }

// Coverage is the share of the reports that have columns, of those that exist and are wanted; 1 when there are none.
func Coverage(states map[State]int64) float64 {
	var wanted int64
	for state, n := range states {
		if state != StateFiltered && state != StateGone {
			wanted += n
		}
	}
	if wanted == 0 {
		return 1
	}
	return float64(withColumns(states)) / float64(wanted)
}
