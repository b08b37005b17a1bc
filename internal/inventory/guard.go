package inventory

import (
	"fmt"
	"math"
)

// The codes of the guard's concerns.
const (
	ConcernShrunkReports    = "shrunk_reports"
	ConcernShrunkDashboards = "shrunk_dashboards"
	ConcernNoReports        = "no_reports"
	ConcernOtherOrg         = "other_org"
	ConcernPermissionLost   = "permission_lost"
	ConcernCoverageFell     = "coverage_fell"

	ConcernPermissionMissing = "permission_missing"
	ConcernShrunkFolders     = "shrunk_folders"
	ConcernShrunkComponents  = "shrunk_components"
	ConcernShrunkUsers       = "shrunk_users"
)

// From which loss on the guard is concerned, unless it is told otherwise.
const (
	DefaultMaxShrink   = 10 // percent, or percentage points of the coverage
	DefaultLeastShrunk = 20 // items
)

// Concern is a reason to hold a sync and ask before it goes on.
type Concern struct {
	Code string
	What string // was found, for people
	Do   string // what to do about it while the sync holds
}

// Sentence says what was found and what to do.
func (c Concern) Sentence() string { return c.What + ": " + c.Do + "." }

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

	AcceptMissing []string // permissions that may be missing without a question
}

// Judge says what about a sync looks like an accident rather than a change: nothing when all is well. What another org
// has is not compared, and the number of records not with that of a sync which read private ones too, where this one does
// not: that they are fewer is what the setting is for.
func Judge(in GuardInput) []Concern {
	in.MaxShrink, in.LeastShrunk = bounds(in.MaxShrink, in.LeastShrunk)
	concerns := JudgeRights(in)
	switch {
	case !in.HasLast && in.Kinds[Reports] == 0:
		return append(concerns, Concern{
			ConcernNoReports, "This first sync found no report at all", "if the org has none that matter, approve; else discard, " +
				"share the report folders with the run-as user and start again",
		})
	case !in.HasLast:
		return concerns
	case in.Last.Identity.OrgID != in.Identity.OrgID:
		return append(concerns, Concern{
			ConcernOtherOrg, fmt.Sprintf("The source leads to org %s, the last sync read org %s", in.Identity.OrgID, in.Last.Identity.OrgID),
			"if it was meant to move, approve; else discard and correct the source's base_url or credentials",
		})
	}
	return append(concerns, in.shrunk()...)
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

// shrinking lists the kinds that are compared, with the code of the concern about each and how the user gets the records
// to see again.
var shrinking = []struct {
	kind       Kind
	code, back string
	private    bool // scope.private widens it
}{
	{Reports, ConcernShrunkReports, "give the run-as user access to their folders again", true},
	{Dashboards, ConcernShrunkDashboards, "give the run-as user access to their folders again", true},
	{Folders, ConcernShrunkFolders, "share them with the run-as user again", false},
	{Components, ConcernShrunkComponents, "give the run-as user access to their dashboards again", true},
	{Users, ConcernShrunkUsers, `give the run-as user "View All Users" again`, false},
}

// shrunk is the concerns about kinds that became fewer. Components go with their dashboards, which says enough.
func (in *GuardInput) shrunk() (concerns []Concern) {
	dashboards := false
	for _, row := range shrinking {
		before, now := in.Last.Kinds[row.kind], in.Kinds[row.kind]
		switch {
		case row.private && in.Last.Private && !in.Private, row.kind == Components && dashboards, !in.fell(before, now):
			continue
		}
		dashboards = dashboards || row.kind == Dashboards
		concerns = append(concerns, Concern{
			row.code, fmt.Sprintf("The org has %d %s, %d fewer than the %d of the last sync", now, row.kind, before-now, before),
			"if they were deleted, approve; else discard, " + row.back + " and start again",
		})
	}
	return concerns
}

// fell says whether so many fewer look like an accident: more than the share that may go, and not just some; or all.
func (in *GuardInput) fell(before, now int64) bool {
	lost := before - now
	if now == 0 {
		return lost > 0
	}
	return lost >= in.LeastShrunk && float64(lost)*100 > float64(in.MaxShrink)*float64(before)
}

// JudgeCoverage says whether, after all reports were described, so many fewer have columns than in the last sync that it
// looks like an accident: their share fell by more than maxShrink percentage points (0 means DefaultMaxShrink), and there
// are at least DefaultLeastShrunk fewer; or none has any. A zero last record raises no concern.
func JudgeCoverage(last Record, states map[State]int64, maxShrink int) []Concern {
	maxShrink, least := bounds(maxShrink, 0)
	before, now := withColumns(last.States), withColumns(states)
	fell := 100 * (Coverage(last.States) - Coverage(states))
	const noise = 1e-9 // what the arithmetic of floating point adds to a fall of just so much
	none := before > 0 && now == 0
	if before-now < least && !none || fell <= float64(maxShrink)+noise {
		return nil
	}
	return []Concern{{
		ConcernCoverageFell, fmt.Sprintf("%d reports have columns, %d %% of all; in the last sync %d had, %d %%",
			now, percent(Coverage(states)), before, percent(Coverage(last.States))),
		"if that is right, approve; else discard, look into the account for the reasons, mend them and start again",
	}}
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
