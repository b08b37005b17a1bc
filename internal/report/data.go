// Package report makes the page of a sync: what came in, what did not and why, what it cost, what changed, and who was told.
package report

import (
	"time"

	"longhaul/internal/description"
	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/notify"
)

// Data is what the page of a sync shows. Each number is that of the record and the account, so it is the same on every screen. What grows
// with the org comes by the functions, so the page is written as a stream.
type Data struct {
	Source  string
	Sync    string
	Version string          // of Longhaul
	Made    time.Time       // when the page was made
	Next    time.Time       // when the schedule starts the next sync, as it was known then; zero: not known, or never
	BaseURL string          // of the org, where links begin; empty: not known, so there are no links
	Record  *history.Record // of a sync that came to its end; else nil
	End     *history.End    // of one that did not; else nil
	First   bool            // no sync of the source was delivered before
	Before  *Delivered      // the last sync before, of those that the records still tell of, of which every export was delivered; nil: none
	Listed  bool            // the account of the sync is there; else Folders, Gaps and Items have nothing
	Logged  bool            // the change logs are there; else Changes has nothing, whatever the record counts
	Quota   Quota
	Series  Series
	Folders []Folder // top folders, those with most reports first; at most MostFolders, and the last sums up the rest
	Told    []notify.Told

	// GapsName is the name of the list of gaps beside the page; empty: that of the sync with staging.GapsSuffix.
	GapsName string

	// Placed says that the page lies in the folder of an extract: nobody serves its source, so the page names no command that asks a worker.
	Placed bool

	// FolderWords are what people read of the folder of a report or a dashboard, by its Id: its name or, where it has none that the run-as
	// user sees, why.
	FolderWords func(id string) string

	// Gaps calls yield with each report that lacks its columns, in the order of reason, folder and name, until it returns false.
	Gaps func(yield func(Gap) bool) error
	// Changes calls yield with each record that differs from the delivery before, what was lost first, until it returns false.
	Changes func(yield func(change.Change) bool) error
	// Items calls yield with each report and dashboard, in the order of their Ids, until it returns false. What the sync before had and this
	// one has not is among them, in the state gone.
	Items func(yield func(item.Item) bool) error
}

// Delivered is a sync of which every export was delivered.
type Delivered struct {
	Sync string
	At   time.Time // when it was over
}

// MostFolders bounds the folders that the page lists.
const MostFolders = 200

// Quota is what a sync used of the org's daily API calls.
type Quota struct {
	Max     int64 // of the org in 24 hours; 0: Salesforce reported none
	Org     int64 // that all users of the org had used at the end of the sync
	Source  int64 // that the source used in the 24 hours before the end
	Ceiling int   // percent of Max, for all users
	Share   int   // percent of Max, for the source
}

// Series are reports and calls over the time of the sync.
type Series struct {
	Begin, End time.Time
	Points     []Point        // in the order of time, at most MostPoints
	Waits      []history.Span // in the order of time
	Counted    bool           // reports are; else the points count calls alone
}

// MostPoints bounds the points of a series.
const MostPoints = 400

// Point is what was done up to a moment.
type Point struct {
	At      time.Time
	Reports int64 // described since the beginning
	Calls   int64 // made since the beginning
}

// Folder is what came in of one top folder, with all below it. What is gone or out of the scope is not in it, so the reports of all rows are
// those of the record but these.
type Folder struct {
	ID         string // empty for what is unfiled, for the row of all private folders, and for the row that sums up the rest
	Name       string // empty for the same rows, and for a folder that the run-as user does not see
	Private    bool   // the row of all private folders
	Rest       int    // of the row that sums up the rest: how many top folders; else 0
	Reports    int64
	Columns    int64 // reports that have their columns
	Gaps       int64
	Dashboards int64
}

// Gap is a report that lacks its columns though somebody could give them: one that was denied, or failed.
type Gap struct {
	ID     string
	Name   string
	Folder string // its name or, where it has none that the run-as user sees, why
	State  description.State
	Reason string    // a code
	Words  string    // a sentence: why
	Do     string    // a sentence: what to do
	Since  time.Time // from which sync on
}
