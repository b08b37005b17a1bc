// Package guard finds what looks like an accident rather than a change: an org that shrank, a permission that was lost, a
// coverage that fell.
package guard

import (
	"fmt"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/humanize"
	"longhaul/internal/listing"
)

// The codes of the concerns.
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

// The loss from which the guard is concerned, where the settings do not say another.
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

// Input is what a sync has found, and what the sync that it is compared with had.
type Input struct {
	Last        history.Record // the newest baseline
	HasLast     bool           // false when there is none: a first sync
	Identity    description.Identity
	Kinds       map[listing.Kind]int64 // what the enumeration counted
	Permissions map[string]bool        // of the run-as user, where it is known, by short names such as RunReports
	Private     bool                   // what lies in others' private folders is read too
	MaxShrink   int                    // percent; 0 means DefaultMaxShrink
	LeastShrunk int64                  // items; 0 means DefaultLeastShrunk

	AcceptMissing []string // permissions that may be missing without a question
}

// Inventory returns what looks like an accident about a sync's inventory and permissions; nothing when all is well. It does
// not compare the records of another org, nor their number with that of a sync that read private ones where this one does
// not: that is what the setting is for.
func Inventory(in Input) []Concern {
	in.MaxShrink, in.LeastShrunk = bounds(in.MaxShrink, in.LeastShrunk)
	concerns := Permissions(in)
	switch {
	case !in.HasLast && in.Kinds[listing.Reports] == 0:
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

// shrinking lists the kinds that are compared, with the code of the concern about each and how the run-as user gets to see
// the records again.
var shrinking = []struct {
	kind       listing.Kind
	code, back string
	private    bool // scope.private widens it
}{
	{listing.Reports, ConcernShrunkReports, "give the run-as user access to their folders again", true},
	{listing.Dashboards, ConcernShrunkDashboards, "give the run-as user access to their folders again", true},
	{listing.Folders, ConcernShrunkFolders, "share them with the run-as user again", false},
	{listing.Components, ConcernShrunkComponents, "give the run-as user access to their dashboards again", true},
	{listing.Users, ConcernShrunkUsers, `give the run-as user "View All Users" again`, false},
}

// shrunk returns the concerns about kinds that shrank. Components go with their dashboards: one concern is enough.
func (in *Input) shrunk() (concerns []Concern) {
	dashboards := false
	for _, row := range shrinking {
		before, now := in.Last.Kinds[row.kind], in.Kinds[row.kind]
		switch {
		case row.private && in.Last.Private && !in.Private, row.kind == listing.Components && dashboards, !in.fell(before, now):
			continue
		}
		dashboards = dashboards || row.kind == listing.Dashboards
		concerns = append(concerns, Concern{
			row.code, fmt.Sprintf("The run-as user sees %s %s, %s fewer than the %s of the last sync",
				humanize.Number(now), row.kind, humanize.Number(before-now), humanize.Number(before)),
			"if they were deleted, approve; else discard, " + row.back + " and start again",
		})
	}
	return concerns
}

// fell reports whether a fall looks like an accident: more than the share that may go, and more than a few records; or all.
func (in *Input) fell(before, now int64) bool {
	lost := before - now
	if now == 0 {
		return lost > 0
	}
	return lost >= in.LeastShrunk && float64(lost)*100 > float64(in.MaxShrink)*float64(before)
}
