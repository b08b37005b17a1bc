// Package guard finds what looks like an accident rather than a change: an org that shrank, a permission that was lost, a
// coverage that fell.
package guard

import (
	"slices"
	"strconv"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/listing"
	"longhaul/internal/warning"
)

// The codes of the concerns.
const (
	ConcernShrunkReports    = warning.ShrunkReports
	ConcernShrunkDashboards = warning.ShrunkDashboards
	ConcernNoReports        = warning.NoReports
	ConcernOtherOrg         = warning.OtherOrg
	ConcernPermissionLost   = warning.PermissionLost
	ConcernCoverageFell     = warning.CoverageFell

	ConcernPermissionMissing = warning.PermissionMissing
	ConcernShrunkFolders     = warning.ShrunkFolders
	ConcernShrunkComponents  = warning.ShrunkComponents
	ConcernShrunkUsers       = warning.ShrunkUsers
)

// The loss from which the guard is concerned, where the settings do not say another.
const (
	DefaultMaxShrink   = 10 // percent, or percentage points of the coverage
	DefaultLeastShrunk = 20 // items
)

// Concern is a reason to hold a sync and ask before it goes on.
type Concern struct {
	Found warning.Warning
	Do    string // what to do about it while the sync holds
	Vital bool   // no sync can do without what is missing, so nobody can approve
}

// Sentence says what was found and what to do.
func (c Concern) Sentence() string { return c.Found.Sentence() + ": " + c.Do + "." }

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
// not: that is what the setting is for. Nor does it compare where no approval helps.
func Inventory(in Input) []Concern {
	in.MaxShrink, in.LeastShrunk = bounds(in.MaxShrink, in.LeastShrunk)
	concerns := Permissions(in)
	switch {
	case slices.ContainsFunc(concerns, func(c Concern) bool { return c.Vital }):
		return concerns
	case !in.HasLast && in.Kinds[listing.Reports] == 0:
		return append(concerns, Concern{
			Found: warning.New(ConcernNoReports, nil),
			Do: "if the org has none that matter, approve; else discard, share the report folders with the run-as user and start " +
				"again",
		})
	case !in.HasLast:
		return concerns
	case in.Last.Identity.OrgID != in.Identity.OrgID:
		return append(concerns, Concern{
			Found: warning.New(ConcernOtherOrg, warning.Params{"org_id": in.Identity.OrgID, "last_org_id": in.Last.Identity.OrgID}),
			Do:    "if it was meant to move, approve; else discard and correct the source's base_url or credentials",
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
	kind    listing.Kind
	code    warning.Code
	back    string
	private bool // scope.private widens it
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
			Found: warning.New(row.code, warning.Params{"now": decimal(now), "fewer": decimal(before - now), "before": decimal(before)}),
			Do:    "if they were deleted, approve; else discard, " + row.back + " and start again",
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

func decimal(n int64) string { return strconv.FormatInt(n, 10) }
