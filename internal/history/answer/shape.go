// Package answer answers what people ask about the past of a source from what its syncs left in the bucket.
package answer

import (
	"time"

	"longhaul/internal/history"
	"longhaul/internal/history/change"
	"longhaul/internal/history/item"
	"longhaul/internal/listing"
)

// PageBytes bounds the JSON of one answer: what does not fit is on the next page, which the cursor names.
const PageBytes = 40_000

// Query is a question. Syncs are named by their ids, by the beginning of one, by a minute of UTC ("2026-11-23 05:00") in which one began, or
// by a date ("2026-11-23", "monday"), for which the last sync stands that began before the end of that day; empty names the newest.
type Query struct {
	Question string `json:"question"`         // history, show, diff or why
	Limit    int    `json:"limit,omitempty"`  // history: how many syncs; diff: how many records; why: how many gaps of a folder
	Cursor   string `json:"cursor,omitempty"` // of the page before

	Sync string `json:"sync,omitempty"` // show
	From string `json:"from,omitempty"` // diff; empty: the sync that the record of To counts its changes from
	To   string `json:"to,omitempty"`   // diff

	Kind   string `json:"kind,omitempty"`   // diff: reports, dashboards, components, folders, users
	Folder string `json:"folder,omitempty"` // diff: an Id or a name

	Of     string `json:"of,omitempty"`      // why: an Id of 15 or 18 characters, a link of Lightning or Classic, or a name
	AskOrg bool   `json:"ask_org,omitempty"` // why: one look-up in the org
}

// History is the answer of history, the newest sync first.
type History struct {
	Source string `json:"source"`
	Syncs  []Sync `json:"syncs"`
	Totals Totals `json:"totals"`          // of the page
	Total  int    `json:"total,omitempty"` // syncs that left something in the bucket
	Newer  int    `json:"newer,omitempty"` // of those, the ones on the pages before
	Cursor string `json:"cursor,omitempty"`

	Missed  *history.Missed `json:"missed,omitempty"`  // runs of the schedule since the newest sync ended
	Catalog *Catalog        `json:"catalog,omitempty"` // of the first page; absent where no sync on it was delivered
}

// Catalog is the newest sync whose files every target has.
type Catalog struct {
	Sync    string    `json:"sync"`
	At      time.Time `json:"at"`      // when it had delivered
	Seconds float64   `json:"seconds"` // since then
}

// Totals sums up the syncs of a page.
type Totals struct {
	APICalls int64 `json:"api_calls"`
}

// Sync is one line of a history.
type Sync struct {
	Sync      string             `json:"sync"`
	Started   time.Time          `json:"started"`
	Seconds   float64            `json:"seconds"`
	Trigger   string             `json:"trigger,omitempty"`
	Outcome   string             `json:"outcome"` // running too; terminated, timed_out or unknown of one that left no end; unreadable where the bucket has a record or an end that cannot be read
	Coverage  *float64           `json:"coverage,omitempty"`
	Unseen    *listing.Unseen    `json:"unseen,omitempty"`
	APICalls  int64              `json:"api_calls"`
	Changes   change.Counts      `json:"changes,omitempty"`
	Compared  string             `json:"compared,omitempty"` // the sync that the changes are counted from
	Waits     map[string]float64 `json:"waits,omitempty"`    // seconds by reason
	Delivered map[string]bool    `json:"delivered"`          // by export
	Class     string             `json:"class,omitempty"`    // of the failure
	System    string             `json:"system,omitempty"`
	Phase     string             `json:"phase,omitempty"`   // in which it ended without a record
	Message   string             `json:"message,omitempty"` // the sentence of the failure by which it ended so
	Reason    string             `json:"reason,omitempty"`  // that somebody gave who cancelled or terminated it
	Deliver   bool               `json:"deliver"`           // it was started to deliver
	Skips     []history.Skip     `json:"skips,omitempty"`   // starts that were skipped because it ran
	Missed    *history.Missed    `json:"missed,omitempty"`  // runs of the schedule between the sync before and this one
}

// Show is the answer of show.
type Show struct {
	Source string          `json:"source"`
	Sync   Sync            `json:"sync"`
	Record *history.Record `json:"record,omitempty"` // of a sync that has one, bounded to a page
	End    *history.End    `json:"end,omitempty"`    // of one that has none
	Start  *history.Start  `json:"start,omitempty"`
	// LeftOut counts, by the name of a list in the record or the end, the elements that the page has no room for: the last ones.
	LeftOut map[string]int `json:"left_out,omitempty"`
}

// Diff is the answer of diff. Totals are on the first page only; the lists go on from page to page.
type Diff struct {
	Source     string        `json:"source"`
	From       string        `json:"from"`
	To         string        `json:"to"`
	Totals     change.Counts `json:"totals,omitempty"`
	Reports    ReportChanges `json:"reports"`
	Dashboards RecordChanges `json:"dashboards"`
	Components RecordChanges `json:"components"`
	Folders    RecordChanges `json:"folders"`
	Users      UserChanges   `json:"users"`
	// Undelivered says, on the first page, that the catalog did not get To, so it does not show what changed.
	Undelivered bool              `json:"undelivered,omitempty"`
	Names       map[string]string `json:"names,omitempty"` // of the folders that the page names by Id
	Cursor      string            `json:"cursor,omitempty"`
}

// RecordChanges are the changed records of one kind.
type RecordChanges struct {
	Added       []Named   `json:"added,omitempty"`
	Gone        []Named   `json:"gone,omitempty"`
	Renamed     []Renamed `json:"renamed,omitempty"`
	Moved       []Moved   `json:"moved,omitempty"`
	RunningUser []Moved   `json:"running_user,omitempty"`
}

// ReportChanges are the changed reports.
type ReportChanges struct {
	RecordChanges
	Format  []Renamed        `json:"format,omitempty"`
	Columns []ColumnsChanged `json:"columns,omitempty"`
	State   []StateChanged   `json:"state,omitempty"`
}

// UserChanges are the changed users, by Id.
type UserChanges struct {
	Added []string `json:"added,omitempty"`
	Gone  []string `json:"gone,omitempty"`
}

// Named is a record.
type Named struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Folder string `json:"folder,omitempty"` // Id
}

// Renamed is a record one of whose texts changed.
type Renamed struct {
	ID   string `json:"id"`
	Name string `json:"name,omitempty"`
	Was  string `json:"was"`
	Now  string `json:"now"`
}

// Moved is a record one of whose references, such as its folder, changed.
type Moved = Renamed

// ColumnsChanged are the columns of a report that changed, by API name.
type ColumnsChanged struct {
	ID      string          `json:"id"`
	Name    string          `json:"name,omitempty"`
	Gained  []string        `json:"gained,omitempty"`
	Lost    []string        `json:"lost,omitempty"`
	Changed []ColumnChanged `json:"changed,omitempty"` // relabelled or retyped
	More    int             `json:"more,omitempty"`    // columns that are left out
}

// ColumnChanged is a column that both syncs have.
type ColumnChanged struct {
	Column string        `json:"column"`
	Was    change.Column `json:"was"`
	Now    change.Column `json:"now"`
}

// StateChanged is a report whose state or reason changed.
type StateChanged struct {
	ID     string `json:"id"`
	Name   string `json:"name,omitempty"`
	Was    string `json:"was"`
	Now    string `json:"now"`
	Reason string `json:"reason,omitempty"` // code of the new state
	Before string `json:"before,omitempty"` // code of the old state
}

// Why is the answer of why.
type Why struct {
	Source  string  `json:"source"`
	Of      string  `json:"of"`
	Matches []Match `json:"matches"`        // at most MostMatches
	More    int64   `json:"more,omitempty"` // matches that are left out
	// Unknown says what can be known of an Id or a name that no kept sync has: who could hide it, and how to find out.
	Unknown string `json:"unknown,omitempty"`
	Calls   int64  `json:"calls,omitempty"` // API calls that the look-up in the org made

	// Cursor goes on after the gaps of a folder that are listed.
	Cursor string `json:"cursor,omitempty"`

	// Unrecorded are the syncs since the newest that has a record, as far as they began to read: at most 3, the newest first.
	Unrecorded []Unrecorded `json:"unrecorded,omitempty"`
}

// Unrecorded is a sync that has no record: it failed before its end, was cancelled, or still runs.
type Unrecorded struct {
	Sync    string `json:"sync"`
	Outcome string `json:"outcome"`
	Phase   string `json:"phase,omitempty"`   // in which it ended
	Account bool   `json:"account,omitempty"` // it left an account of what it read, so it counts as the newest that is known
	// Listed says whether it listed the record that no account has: ListedYes, ListedNo, or nothing, where its listing is not whole.
	Listed string `json:"listed,omitempty"`
	Name   string `json:"name,omitempty"` // that it listed
}

// MostMatches bounds the records of one name.
const MostMatches = 20

// Match is what is known of one record.
type Match struct {
	Kind        item.Kind            `json:"kind"`
	ID          string               `json:"id"`
	Name        string               `json:"name,omitempty"`
	FormerName  string               `json:"former_name,omitempty"` // the last name that it had before
	Folder      string               `json:"folder,omitempty"`      // name, or Id where the name is not known; of a component, that of its dashboard
	Dashboard   string               `json:"dashboard,omitempty"`   // of a component: name, or Id where the name is not known
	CreatedBy   string               `json:"created_by,omitempty"`
	ModifiedBy  string               `json:"modified_by,omitempty"`
	State       string               `json:"state"`            // gone of one that the newest sync has not; unknown of one that no kept sync has
	Code        string               `json:"code,omitempty"`   // of the reason
	Reason      string               `json:"reason,omitempty"` // in words
	Fix         string               `json:"fix,omitempty"`
	Since       time.Time            `json:"since,omitzero"`
	FirstSeen   time.Time            `json:"first_seen,omitzero"`    // since when syncs have had it without a break: an absence begins it anew
	LastSync    string               `json:"last_sync,omitempty"`    // the newest sync that had it
	DescribedAt *time.Time           `json:"described_at,omitempty"` // of a report, by Salesforce's clock
	DeliveredAt map[string]time.Time `json:"delivered_at,omitempty"` // by export
	File        map[string]string    `json:"file,omitempty"`         // by export: the file of the last delivery that has it
	InOrg       string               `json:"in_org,omitempty"`       // what the look-up in the org found

	// InCatalog says by export what the catalog has of it: of each export that the newest record names.
	InCatalog map[string]*InCatalog `json:"in_catalog,omitempty"`

	FormerNames    []Former `json:"former_names,omitempty"`    // the newest first, at most 5
	FormerFolders  []Former `json:"former_folders,omitempty"`  // the same, by name as far as it is known
	Away           *Away    `json:"away,omitempty"`            // the last absence before first_seen
	WithoutColumns bool     `json:"without_columns,omitempty"` // the last delivery has the report, but no columns of it

	Contents *Contents `json:"contents,omitempty"` // of a folder that is there

	listed bool // it is gone, though the newest sync lists it
}

// Contents are the reports in a folder, by the newest account. Those of folders in it are not among them.
type Contents struct {
	Reports    int64            `json:"reports"`
	Dashboards int64            `json:"dashboards,omitempty"`
	Gaps       map[string]int64 `json:"gaps,omitempty"` // reports that lack columns though somebody could give them: how many, by reason code
	// Listed are these reports by Id: as many as fit a page, after the cursor of the question. Of several folders of a name it is absent.
	Listed []Gap `json:"listed,omitempty"`
}

// Gap is a report that is a gap.
type Gap struct {
	ID    string    `json:"id"`
	Name  string    `json:"name,omitempty"`
	State string    `json:"state"`
	Code  string    `json:"code,omitempty"` // of the reason
	Since time.Time `json:"since,omitzero"`
}
