// Package history reads what the earlier syncs of a source left in the bucket: their records, the one that the guard compares
// with, and the remains of those that never ended; and it removes what no later sync needs.
package history

import (
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history/change"
	"longhaul/internal/listing"
	"longhaul/internal/staging"
)

// Record is the immutable record of a sync that is over. The newest of a source is its current one.
type Record struct {
	Sync      string                      `json:"sync"`
	Source    string                      `json:"source"`
	Identity  description.Identity        `json:"identity"`
	Started   time.Time                   `json:"started"`
	Finished  time.Time                   `json:"finished"`
	Timestamp int64                       `json:"timestamp"` // in the names of its files
	Outcome   string                      `json:"outcome"`
	Kinds     map[listing.Kind]int64      `json:"kinds"`
	States    map[description.State]int64 `json:"states"`
	Coverage  float64                     `json:"coverage"`
	Files     map[string][]staging.Object `json:"files"`     // by export
	Uploaded  bool                        `json:"delivered"` // every export that has a target was delivered, and there is one
	APICalls  int64                       `json:"api_calls"`

	Exports map[string]Delivery `json:"exports"` // what became of the files of each export

	Baseline    bool            `json:"baseline,omitempty"`    // it was not started with upload: false, so the guard may compare with it
	Permissions map[string]bool `json:"permissions,omitempty"` // of the run-as user, where they are known, by short names such as RunReports
	Edition     string          `json:"edition,omitempty"`     // of the org, in Salesforce's words
	Vanished    int64           `json:"vanished,omitempty"`    // reports and dashboards that the last sync had and no listing has now
	Private     bool            `json:"private,omitempty"`     // it read what lies in others' private folders too

	Unseen *listing.Unseen `json:"unseen,omitempty"` // reports that no listing has, as far as that is known

	LeftOut *int64 `json:"left_out,omitempty"` // reports in others' private folders, which the settings leave out; absent: not counted

	BaselineSync string `json:"baseline_sync,omitempty"` // of one that is no baseline: the newest that was, as BaselineOf returned it

	Course
	Changes    change.Counts    `json:"changes,omitempty"`     // against the sync Compared
	Compared   string           `json:"compared,omitempty"`    // the sync that the changes are counted from: of a sync that delivers, the last one that was delivered; absent: there is none to compare with
	Reasons    map[string]int64 `json:"reasons,omitempty"`     // the gaps by reason code
	GapFolders []FolderGaps     `json:"gap_folders,omitempty"` // the folders with most gaps, at most MostGapFolders
	Audits     map[string]Audit `json:"audits,omitempty"`      // by report type: what was described again though its date stood still
}

// Delivery is what became of the files of one export.
type Delivery struct {
	Delivered bool   `json:"delivered"`        // the target has all of them
	To        string `json:"to,omitempty"`     // where they went; empty if they stay in the bucket
	Reason    string `json:"reason,omitempty"` // the class of the failure by which the export was given up
	System    string `json:"system,omitempty"` // that gave the failure

	Receipts []Receipt `json:"receipts,omitempty"` // of what the target has
}

// Descriptions is the key of the stream that a later sync may reuse.
func (r *Record) Descriptions() string { return staging.Sync{Source: r.Source, ID: r.Sync}.Described() }

// LastSync is what the next sync needs to look up what it misses of this one.
func (r *Record) LastSync() listing.LastSync {
	return listing.LastSync{
		Sync: staging.Sync{Source: r.Source, ID: r.Sync}, OrgID: r.Identity.OrgID, Private: r.Private, Descriptions: r.Descriptions(),
	}
}
