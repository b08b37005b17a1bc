package listing

import (
	"fmt"

	"longhaul/internal/salesforce/permission"
)

// UnseenKind says how well the number of reports is known that a sync did not see.
type UnseenKind string

// The kinds of knowledge.
const (
	UnseenExact   UnseenKind = "exact"    // the run-as user sees all reports and dashboards outside others' private folders
	UnseenAtLeast UnseenKind = "at_least" // dashboards use these; there may be more
	UnseenUnknown UnseenKind = "unknown"  // nothing shows how many there are
)

// Unseen is the number of reports that exist and that no listing has.
type Unseen struct {
	Count int64      `json:"count"`
	Kind  UnseenKind `json:"precision"`

	SeesAll bool `json:"sees_all,omitempty"` // outside others' private folders, so what is unseen is in one of those, or deleted
}

// UnseenBy returns what the components of dashboards show about unseen reports. unlisted is the number of reports that
// components show and no listing has, hidden the number of components whose report cannot be read.
func UnseenBy(permissions map[string]bool, unlisted, hidden int64) Unseen {
	switch {
	case unlisted > 0:
		return Unseen{Count: unlisted, Kind: UnseenAtLeast, SeesAll: permission.SeesAll(permissions)}
	case hidden > 0 || permission.HidesLinks(permissions):
		return Unseen{Kind: UnseenUnknown}
	case permission.SeesAll(permissions):
		return Unseen{Kind: UnseenExact}
	default:
		return Unseen{Kind: UnseenAtLeast}
	}
}

// Words qualify a complete result: the end of a sentence, empty where nothing is unseen.
func (u Unseen) Words() string {
	switch {
	case u.Kind == UnseenExact && u.Count == 0:
		return ""
	case u.Kind == UnseenUnknown:
		return "whether reports exist that the run-as user does not see is not known"
	case u.Count == 0:
		return "more reports may exist that the run-as user does not see"
	case u.SeesAll && u.Count == 1:
		return "1 report that dashboards use is deleted or in a private folder"
	case u.SeesAll:
		return fmt.Sprintf("%d reports that dashboards use are deleted or in a private folder", u.Count)
	case u.Count == 1:
		return "at least 1 report that dashboards use is not visible to the run-as user"
	default:
		return fmt.Sprintf("at least %d reports that dashboards use are not visible to the run-as user", u.Count)
	}
}
