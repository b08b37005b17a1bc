// Package extract makes of what lies in the bucket the files that castor-extractor would have written, and the account
// that says of every report, dashboard and component what became of it.
//
// Every step is a merge join over streams sorted by Id and writes as it reads, so that a million reports need no more
// memory than a thousand.
package extract

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"longhaul/internal/inventory"
	"longhaul/internal/staging"
)

// The files of an extract, by the names that castor gives them.
const (
	Dashboards          = "dashboards"
	DashboardComponents = "dashboard_components"
	Folders             = "folders"
	Reports             = "reports"
	ReportsMetadata     = "reports_metadata"
	Users               = "users"
	Summary             = "summary"
)

// Names lists the files in castor's order. The summary is the last: where it is, the set is whole.
var Names = []string{Dashboards, DashboardComponents, Folders, Reports, ReportsMetadata, Users, Summary}

// kinds are the files that hold the inventory of a kind.
var kinds = map[string]inventory.Kind{
	Dashboards:          inventory.Dashboards,
	DashboardComponents: inventory.Components,
	Folders:             inventory.Folders,
	Reports:             inventory.Reports,
	Users:               inventory.Users,
}

// FileName is the name of a file with the timestamp of its set in front.
func FileName(timestamp int64, name string) string {
	return strconv.FormatInt(timestamp, 10) + "-" + name + ".json"
}

// Input names the sync that is assembled.
type Input struct {
	Store     *staging.Store
	Sync      staging.Sync
	Timestamp int64       // in front of the names of the files, in seconds
	BaseURL   string      // where the org lives, as its login told when the sync began; what links begin with
	Version   string      // of Longhaul
	Again     int         // how many of the shards, the last ones, are of the second round: what they brought takes the place of the first's
	Progress  func(int64) // told the records looked at so far; may be nil
}

// inventory gives the records of a kind as they stand.
func (in Input) inventory(ctx context.Context, kind inventory.Kind) iter.Seq2[[]byte, error] {
	return inventory.Read(ctx, in.Store, in.Sync, kind)
}

// described gives what is known of each report.
func (in Input) described(ctx context.Context) iter.Seq2[[]byte, error] {
	return staging.Kept(in.Store.Lines(ctx, in.Sync.Described()))
}

// beat is how many records lie between two reports of progress.
const beat = 1000

// counter counts records and tells of them.
type counter struct {
	n    int64
	tell func(int64)
}

func (in Input) counter() *counter { return &counter{tell: in.Progress} }

func (c *counter) add() {
	if c.n++; c.n%beat == 0 && c.tell != nil {
		c.tell(c.n)
	}
}

// wrong is the error for a bucket that does not hold what a sync needs. It has no class: nothing that a user set is at
// fault, and trying again would not mend it.
func wrong(format string, args ...any) error { return fmt.Errorf(format, args...) }
