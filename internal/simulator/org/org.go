// Package org holds the content of a simulated Salesforce org: its schema, its records and its report descriptions.
package org

import "encoding/json"

// Record is one row. Values are nil, string, bool, int, float64 or Ref; a field that is absent is null.
// Dates and times are strings in Salesforce's answer form, 2026-08-01T10:11:12.000+0000.
type Record struct {
	ID     string
	Fields map[string]any
}

// Ref is the row behind a relationship. An Org need not give any: the server then finds the row by the id in the reference
// field, CreatedBy by CreatedById.
type Ref struct {
	Object string // the type that attributes name: User, or Name where the reference may lead to several objects
	ID     string
}

// Info describes an org.
type Info struct {
	OrgID, Name, Edition string
	Sandbox              bool
	RunAsUserID, Locale  string
}

// Org is the content of one org. The index i counts in byte order of the 18-character Id.
// It is safe for concurrent use; records are computed, not kept.
type Org interface {
	Info() Info
	// Count is the number of rows of an object, whether the user may see them or not.
	Count(object string) int
	Record(object string, i int) Record
	// ID is cheap: no record is built for it.
	ID(object string, i int) string
	Find(object, id18 string) (i int, ok bool)
	// Private reports whether the row lies in the private folder of a user other than the run-as user: reports,
	// dashboards, and the components of such dashboards.
	Private(object string, i int) bool
	// Describe answers for report i.
	Describe(i int) Describe
}

// Describe is the answer to a report's describe: an error when Status is neither 0 nor 200, else the parts of the body.
type Describe struct {
	Status             int
	ErrorCode, Message string

	ReportMetadata         any // anything that encodes as JSON, or json.RawMessage
	ReportExtendedMetadata any
	ReportType             string // names the report type, whose metadata ends the body
}

// FieldReader is an Org that reads one field without building the record.
type FieldReader interface {
	Field(object string, i int, field string) any
}

// Deleter is an Org with rows in the recycle bin, which only queryAll returns.
type Deleter interface {
	Deleted(object string, i int) bool
}

// Purger is an Org from whose recycle bin rows go: no query returns these.
type Purger interface {
	Purged(object string, i int) bool
}

// Closer is an Org with folders that the run-as user may not see, whatever permissions it has.
type Closer interface {
	Closed(object string, i int) bool
}

// ReportType is one entry of the list of report types.
type ReportType struct {
	Type, Label, Description, Folder string
	Hidden, SupportsJoined           bool
}

// TypeCatalog is an Org that knows its report types. The server makes up plain ones for an Org that does not.
type TypeCatalog interface {
	ReportTypes() []ReportType
	// TypeMetadata is the reportTypeMetadata of a type, nil when the type is unknown. Callers do not change it.
	TypeMetadata(reportType string) json.RawMessage
}
