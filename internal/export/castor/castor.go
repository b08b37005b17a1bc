// Package castor writes the files that castor-extractor would have written from what a sync keeps in the bucket, and delivers
// them to the catalog or into a folder.
//
// Every step is a merge join over streams sorted by Id and writes as it reads, so that a million reports need no more
// memory than a thousand.
package castor

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"longhaul/internal/export"
	"longhaul/internal/listing"
)

// Name is the name of the format.
const Name = "castor"

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

// fields are castor's fields in castor's order: what is written. A dotted name is a member of a nested record.
var fields = map[listing.Kind][]string{
	listing.Folders: {"DeveloperName", "Id", "Name", "NamespacePrefix", "ParentId", "Type"},
	listing.Reports: {
		"CreatedBy.Id", "Description", "DeveloperName", "FolderName", "Format", "Id", "IsDeleted",
		"LastReferencedDate", "LastRunDate", "LastViewedDate", "Name", "NamespacePrefix", "OwnerId",
	},
	listing.Dashboards: {
		"CreatedBy.Id", "CreatedDate", "Description", "DeveloperName", "FolderId", "FolderName", "Id",
		"IsDeleted", "LastReferencedDate", "LastViewedDate", "NamespacePrefix", "RunningUserId", "Title", "Type",
	},
	listing.Components: {"CustomReportId", "DashboardId", "Name"},
	listing.Users:      {"Id", "Email", "FirstName", "LastName", "CreatedDate"},
}

// Format is castor's format.
type Format struct{}

var _ export.Format = Format{}

// Name is the name of the format.
func (Format) Name() string { return Name }

// Files are castor's seven files, the summary last.
func (Format) Files() []string { return slices.Clone(Names) }

// FileName is the name of a file with the timestamp of its set in front.
func (Format) FileName(timestamp int64, file string) string { return FileName(timestamp, file) }

// Fields are castor's fields of a kind, in castor's order.
func (Format) Fields(kind listing.Kind) []string { return slices.Clone(fields[kind]) }

// Write writes one of castor's files into the files of the sync.
func (Format) Write(ctx context.Context, in export.Input, name string) (export.Written, error) {
	written, err := file(ctx, in, name)
	if err != nil {
		return export.Written{}, fmt.Errorf("write %s: %w", name, err)
	}
	return written, nil
}

// FileName is the name of a file with the timestamp of its set in front.
func FileName(timestamp int64, name string) string {
	return strconv.FormatInt(timestamp, 10) + "-" + name + ".json"
}

// wrong is the error for a bucket that does not hold what a sync needs. It has no class: no setting is at fault, and trying
// again would not change it.
func wrong(format string, args ...any) error { return fmt.Errorf(format, args...) }
