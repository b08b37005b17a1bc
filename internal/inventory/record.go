package inventory

import (
	"time"

	"longhaul/internal/staging"
)

// Format numbers the form of the records and descriptions in the bucket. A change of it ends all reuse.
const Format = 1

// Identity is what must be the same for a description of an earlier sync to hold now.
type Identity struct {
	OrgID      string `json:"org_id"`
	APIVersion string `json:"api_version"`
	UserID     string `json:"user_id"`
	Locale     string `json:"locale"`
	Format     int    `json:"format"`
}

// differs names in words the first thing in which two identities differ; empty when they are equal.
func (i Identity) differs(j Identity) string {
	switch {
	case i.OrgID != j.OrgID:
		return "the org"
	case i.APIVersion != j.APIVersion:
		return "the API version"
	case i.UserID != j.UserID:
		return "the run-as user"
	case i.Locale != j.Locale:
		return "the run-as user's language"
	case i.Format != j.Format:
		return "the format of Longhaul's records"
	}
	return ""
}

// Opened is the state a sync leaves in the bucket when it starts: as whom it reads what.
type Opened struct {
	Identity Identity  `json:"identity"`
	Started  time.Time `json:"started"`
	Keep     bool      `json:"no_upload,omitempty"` // it was started not to deliver
}

// Record is the immutable record of a sync that is over. The newest of a source is its current one.
type Record struct {
	Sync      string           `json:"sync"`
	Source    string           `json:"source"`
	Identity  Identity         `json:"identity"`
	Started   time.Time        `json:"started"`
	Finished  time.Time        `json:"finished"`
	Timestamp int64            `json:"timestamp"` // before the names of its files
	Outcome   string           `json:"outcome"`
	Kinds     map[Kind]int64   `json:"kinds"`
	States    map[State]int64  `json:"states"`
	Coverage  float64          `json:"coverage"`
	Files     []staging.Object `json:"files"`
	Described staging.Object   `json:"described"` // the stream to reuse; by its usual key when empty
	Uploaded  bool             `json:"upload"`
	APICalls  int64            `json:"api_calls"`

	Baseline    bool            `json:"baseline,omitempty"`    // it was not started with upload: false, so the guard may compare with it
	Permissions map[string]bool `json:"permissions,omitempty"` // of the run-as user, where it is known, by short names such as RunReports
	Edition     string          `json:"edition,omitempty"`     // of the org, as Salesforce calls it
	Vanished    int64           `json:"vanished,omitempty"`    // reports and dashboards that were there the time before and in no listing now
	Private     bool            `json:"private,omitempty"`     // what lies in others' private folders was read too

	Unseen *Unseen `json:"unseen,omitempty"` // reports that no listing has, as far as that is known

	BaselineSync string `json:"baseline_sync,omitempty"` // of one that is no baseline: the newest that was, as BaselineOf gave it
}

// baseline says whether the guard may compare with the sync. Records of before that was noted are believed when their
// files were delivered.
func (r *Record) baseline() bool { return r.Baseline || r.Uploaded }

// described is the key of the stream that a later sync may reuse.
func (r *Record) described() string {
	if r.Described.Key != "" {
		return r.Described.Key
	}
	return staging.Sync{Source: r.Source, ID: r.Sync}.Described()
}
