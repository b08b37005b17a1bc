package activities

import (
	"time"

	"longhaul/internal/description"
	"longhaul/internal/export"
	"longhaul/internal/fault"
	"longhaul/internal/listing"
	"longhaul/internal/quota"
)

// Kinds counts the records of an org by kind.
type Kinds struct {
	Folders    int64 `json:"folders"`
	Reports    int64 `json:"reports"`
	Dashboards int64 `json:"dashboards"`
	Components int64 `json:"components"`
	Users      int64 `json:"users"`
}

// byKind is the same as the packages below count.
func (k Kinds) byKind() map[listing.Kind]int64 {
	return map[listing.Kind]int64{
		listing.Folders: k.Folders, listing.Reports: k.Reports, listing.Dashboards: k.Dashboards,
		listing.Components: k.Components, listing.Users: k.Users,
	}
}

// kindsOf is the inverse of byKind.
func kindsOf(counts map[listing.Kind]int64) Kinds {
	return Kinds{
		Folders: counts[listing.Folders], Reports: counts[listing.Reports], Dashboards: counts[listing.Dashboards],
		Components: counts[listing.Components], Users: counts[listing.Users],
	}
}

// Total is the number of records of all kinds.
func (k Kinds) Total() int64 { return k.Folders + k.Reports + k.Dashboards + k.Components + k.Users }

// Add returns the sums of k and j.
func (k Kinds) Add(j Kinds) Kinds {
	return Kinds{
		Folders: k.Folders + j.Folders, Reports: k.Reports + j.Reports, Dashboards: k.Dashboards + j.Dashboards,
		Components: k.Components + j.Components, Users: k.Users + j.Users,
	}
}

// States counts reports by state; each report is in exactly one.
type States struct {
	Described   int64 `json:"described"`
	Reused      int64 `json:"reused"`
	Obsolete    int64 `json:"obsolete"`
	Unsupported int64 `json:"unsupported"`
	Denied      int64 `json:"denied"`
	Failed      int64 `json:"failed"`
	Filtered    int64 `json:"filtered"`
	Gone        int64 `json:"gone"`
}

// Total is the number of reports counted.
func (s States) Total() int64 {
	return s.Described + s.Reused + s.Obsolete + s.Unsupported + s.Denied + s.Failed + s.Filtered + s.Gone
}

// Gaps is the number of reports that lack columns for a reason somebody could mend.
func (s States) Gaps() int64 { return s.Denied + s.Failed }

// Coverage is the share of the reports that have columns, of those that exist and are wanted; 1 for none.
func (s States) Coverage() float64 {
	wanted := s.Total() - s.Filtered - s.Gone
	if wanted == 0 {
		return 1
	}
	return float64(s.Described+s.Reused) / float64(wanted)
}

// byState is the same as the packages below count; states without reports are left out.
func (s States) byState() map[description.State]int64 {
	counts := map[description.State]int64{}
	for state, n := range map[description.State]int64{
		description.StateDescribed: s.Described, description.StateReused: s.Reused,
		description.StateObsolete: s.Obsolete, description.StateUnsupported: s.Unsupported,
		description.StateDenied: s.Denied, description.StateFailed: s.Failed,
		description.StateFiltered: s.Filtered, description.StateGone: s.Gone,
	} {
		if n > 0 {
			counts[state] = n
		}
	}
	return counts
}

// statesOf is the inverse of byState.
func statesOf(counts map[description.State]int64) States {
	return States{
		Described: counts[description.StateDescribed], Reused: counts[description.StateReused],
		Obsolete: counts[description.StateObsolete], Unsupported: counts[description.StateUnsupported],
		Denied: counts[description.StateDenied], Failed: counts[description.StateFailed],
		Filtered: counts[description.StateFiltered], Gone: counts[description.StateGone],
	}
}

// Add returns the sums of s and t.
func (s States) Add(t States) States {
	return States{
		Described: s.Described + t.Described, Reused: s.Reused + t.Reused,
		Obsolete: s.Obsolete + t.Obsolete, Unsupported: s.Unsupported + t.Unsupported,
		Denied: s.Denied + t.Denied, Failed: s.Failed + t.Failed,
		Filtered: s.Filtered + t.Filtered, Gone: s.Gone + t.Gone,
	}
}

// File is one assembled file: a reference, never its content.
type File = export.File

// Failure explains a failed sync to machines: its class, the system that gave it, and the sentence for people.
type Failure struct {
	Class   fault.Class  `json:"class"`
	System  fault.System `json:"system"`
	Message string       `json:"message"`
	Spent   *Spending    `json:"spent,omitempty"`   // of an activity that makes API calls
	Reports int64        `json:"reports,omitempty"` // of its shard that have their state, of a describe
	Torn    *int         `json:"torn,omitempty"`    // the shard whose result is damaged, of a step that reads them

	RetryAfter time.Duration `json:"retry_after,omitempty"` // that the system asked to wait
	Until      time.Time     `json:"until,omitzero"`        // when what it waits for is over, where that is known; it may look earlier
	Wider      quota.Policy  `json:"wider,omitzero"`        // what of the quota would end the wait at once
	Unknown    bool          `json:"unknown,omitempty"`     // a login was refused in words that are not known, so it may end by itself
	Setting    string        `json:"setting,omitempty"`     // of salesforce, such as client_secret, that a refused login says is wrong

	Contradicts bool   `json:"contradicts,omitempty"` // answers contradicted themselves so often that the activity gave up
	Owner       string `json:"owner,omitempty"`       // who syncs the source or has taken it over: the mark of another Temporal, or a later sync
}
