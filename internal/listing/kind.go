// Package listing reads the records of an org: their kinds and fields, the inventory of each kind as a stream sorted by Id,
// what changed while a sync ran, and what the last sync knew and no query returned.
package listing

import (
	"slices"

	"longhaul/internal/salesforce"
)

// Kind is one kind of records, by the word that people use.
type Kind string

// The kinds. The inventory of each is one stream.
const (
	Folders    Kind = "folders"
	Reports    Kind = "reports"
	Dashboards Kind = "dashboards"
	Components Kind = "components"
	Users      Kind = "users"
)

// Kinds lists all kinds.
var Kinds = []Kind{Folders, Reports, Dashboards, Components, Users}

// shape is what Salesforce is asked for a kind.
type shape struct {
	object string
	file   string   // name of castor's file, without timestamp
	fields []string // castor's fields in castor's order
	extra  []string // fields that planning needs beside them
	where  string
	scopes []string // further passes when private records are wanted
}

var shapes = map[Kind]shape{
	Folders: {
		object: "Folder", file: "folders",
		fields: []string{"DeveloperName", "Id", "Name", "NamespacePrefix", "ParentId", "Type"},
		where:  "Type IN ('Dashboard', 'Report')",
	},
	Reports: {
		object: "Report", file: "reports",
		fields: []string{
			"CreatedBy.Id", "Description", "DeveloperName", "FolderName", "Format", "Id", "IsDeleted",
			"LastReferencedDate", "LastRunDate", "LastViewedDate", "Name", "NamespacePrefix", "OwnerId",
		},
		extra:  []string{"LastModifiedDate", "SystemModstamp"},
		where:  "IsDeleted = FALSE",
		scopes: []string{"allPrivate"},
	},
	Dashboards: {
		object: "Dashboard", file: "dashboards",
		fields: []string{
			"CreatedBy.Id", "CreatedDate", "Description", "DeveloperName", "FolderId", "FolderName", "Id",
			"IsDeleted", "LastReferencedDate", "LastViewedDate", "NamespacePrefix", "RunningUserId", "Title", "Type",
		},
		extra:  []string{"LastModifiedDate", "SystemModstamp"},
		where:  "IsDeleted = FALSE",
		scopes: []string{"allPrivate"},
	},
	Components: {
		object: "DashboardComponent", file: "dashboard_components",
		fields: []string{"CustomReportId", "DashboardId", "Name"},
		extra:  []string{"Id"},
	},
	Users: {
		object: "User", file: "users",
		fields: []string{"Id", "Email", "FirstName", "LastName", "CreatedDate"},
		where:  "UserType = 'Standard'",
	},
}

// File is the name castor gives the file of this kind, without the timestamp and ".json".
func (k Kind) File() string { return shapes[k].file }

// Object is the Salesforce object behind the kind.
func (k Kind) Object() string { return shapes[k].object }

// Fields lists castor's fields in castor's order: what is written. A dotted name is a member of a nested record.
func (k Kind) Fields() []string { return slices.Clone(shapes[k].fields) }

// Query asks for all that a sync reads of the kind. Only Id is required: a field that the run-as user may not see is left out
// and written as null. The caller sets Scope and After.
func (k Kind) Query() salesforce.Query {
	s := shapes[k]
	hidden := slices.Concat(s.fields, s.extra)
	hidden = slices.DeleteFunc(hidden, func(field string) bool { return field == "Id" })
	return salesforce.Query{Object: s.object, Fields: []string{"Id"}, Optional: hidden, Where: s.where}
}
