// Package extract writes the files that castor-extractor would have written from what a sync keeps in the bucket, and
// delivers them into a folder.
//
// Every step is a merge join over streams sorted by Id and writes as it reads, so that a million reports need no more
// memory than a thousand.
package extract

import (
	"context"
	"fmt"
	"iter"
	"strconv"

	"longhaul/internal/listing"
	"longhaul/internal/staging"
	"longhaul/internal/stream"
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
var kinds = map[string]listing.Kind{
	Dashboards:          listing.Dashboards,
	DashboardComponents: listing.Components,
	Folders:             listing.Folders,
	Reports:             listing.Reports,
	Users:               listing.Users,
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
	BaseURL   string      // the address of the org, as its login returned it when the sync began; links begin with it
	Version   string      // of Longhaul
	Progress  func(int64) // receives the number of records read so far; may be nil
}

// inventory gives the records of a kind as they stand.
func (in Input) inventory(ctx context.Context, kind listing.Kind) iter.Seq2[[]byte, error] {
	return listing.Read(ctx, in.Store, in.Sync, kind)
}

func (in Input) counter() *stream.Counter { return stream.NewCounter(in.Progress) }

// wrong is the error for a bucket that does not hold what a sync needs. It has no class: no setting is at fault, and trying
// again would not change it.
func wrong(format string, args ...any) error { return fmt.Errorf(format, args...) }
