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

// Fields are fields of kinds that are read for others, beside those that Longhaul needs itself.
type Fields map[Kind][]string

// shape is what Salesforce is asked for a kind.
type shape struct {
	object string
	fields []string // that Longhaul needs itself, to plan and to keep account
	where  string
	scopes []string // further passes when private records are wanted
}

var shapes = map[Kind]shape{
	Folders: {
		object: "Folder", fields: []string{"Id", "Name", "ParentId", "CreatedById", "LastModifiedById"},
		where: "Type IN ('Dashboard', 'Report')",
	},
	Reports: {
		object: "Report",
		fields: []string{"Id", "Name", "OwnerId", "Format", "CreatedById", "LastModifiedById", "LastModifiedDate", "SystemModstamp"},
		where:  "IsDeleted = FALSE",
		scopes: []string{"allPrivate"},
	},
	Dashboards: {
		object: "Dashboard",
		fields: []string{
			"Id", "Title", "FolderId", "RunningUserId", "CreatedById", "LastModifiedById", "LastModifiedDate", "SystemModstamp",
		},
		where:  "IsDeleted = FALSE",
		scopes: []string{"allPrivate"},
	},
	Components: {
		object: "DashboardComponent", fields: []string{"Id", "CustomReportId", "DashboardId", "Name"},
	},
	Users: {
		object: "User", fields: []string{"Id"},
		where: "UserType = 'Standard'",
	},
}

// Object is the Salesforce object behind the kind.
func (k Kind) Object() string { return shapes[k].object }

// Query asks for fields of the kind, and for those that Longhaul needs itself. Only Id is required: a field that the run-as user
// may not see is left out. The caller sets Scope and After.
func (k Kind) Query(fields []string) salesforce.Query {
	s := shapes[k]
	var hidden []string
	for _, field := range slices.Concat(fields, s.fields) {
		if field != "Id" && !slices.Contains(hidden, field) {
			hidden = append(hidden, field)
		}
	}
	return salesforce.Query{Object: s.object, Fields: []string{"Id"}, Optional: hidden, Where: s.where}
}

// OthersPrivate asks for the reports in the private folders of other users than one.
func OthersPrivate(user string) salesforce.Query {
	q := Reports.Query(nil)
	q.Scope, q.Where = "allPrivate", q.Where+" AND OwnerId != "+salesforce.Quote(user)
	return q
}

// OwnPrivate is the scope of the run-as user's own private folder. The pass without a scope returns what lies there, and so does the one of
// all private folders.
const OwnPrivate = "mine"

// Passes are the queries of a listing of the kind, without fields: one for what the run-as user sees, and with private one for each
// further scope.
func (k Kind) Passes(private bool) []salesforce.Query {
	all := []salesforce.Query{{Object: shapes[k].object, Where: shapes[k].where}}
	for _, scope := range shapes[k].scopes {
		if private {
			all = append(all, salesforce.Query{Object: shapes[k].object, Where: shapes[k].where, Scope: scope})
		}
	}
	return all
}
