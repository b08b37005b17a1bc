package exporttest

import (
	"maps"
	"slices"
	"strings"

	"longhaul/internal/description"
	"longhaul/internal/orgtest"
	"longhaul/internal/salesforce"
	simulated "longhaul/internal/simulator/org"
)

// Names of the reports of the org, by what is special about them.
const (
	Plain    = "plain"
	Reused   = "reused"   // described by an earlier sync
	Empty    = "empty"    // has no column
	Joined   = "joined"   // Salesforce describes none of its kind
	Obsolete = "obsolete" // its report type is gone
	Unfiled  = "unfiled"  // lies in no folder: its owner is the org
	Private  = "private"  // lies in a user's own folder
	Null     = "null"     // each field that may be null is
	Denied   = "denied"
	Failed   = "failed"
	Found    = "found"    // no listing returned it, and it is there
	Changed  = "changed"  // got this name while the sync ran
	Awkward  = "awkward"  // its name has what files must escape
	Filtered = "filtered" // outside of the scope
	Gone     = "gone"     // was deleted while the sync ran
	Vanished = "vanished" // the sync before had it, and it is not there any more
)

// sort is one sort of reports.
type sort struct {
	name   string
	state  description.State
	exists bool
	fields map[string]any
}

const (
	orgID       = "00D000000000001"
	changedDate = "2026-11-23T18:30:00.000+0000" // while the sync ran
	before      = "the name before it changed"
	awkward     = "=\"A\", 'B';\r\n\tC\\ é 😀 <b>&amp;</b> \u2028\u007f"
)

// sorts are the reports of the org, in the order of their Ids.
var sorts = []sort{
	{Plain, description.StateDescribed, true, nil},
	{Reused, description.StateReused, true, nil},
	{Empty, description.StateDescribed, true, nil},
	{Joined, description.StateUnsupported, true, map[string]any{"Format": "Multiblock"}},
	{Obsolete, description.StateObsolete, true, nil},
	{Unfiled, description.StateDescribed, true, map[string]any{"OwnerId": idOf(orgID), "FolderName": "Public Reports"}},
	{Private, description.StateDescribed, true, map[string]any{"OwnerId": id("005", 0), "FolderName": nil}},
	{Null, description.StateDescribed, true, nil},
	{Denied, description.StateDenied, true, nil},
	{Failed, description.StateFailed, true, nil},
	{Found, description.StateDescribed, true, nil},
	{Changed, description.StateDescribed, true, map[string]any{"LastModifiedDate": changedDate}},
	{Awkward, description.StateDescribed, true, map[string]any{"Name": awkward, "Description": awkward}},
	{Filtered, description.StateFiltered, false, nil},
	{Gone, description.StateGone, false, nil},
	{Vanished, "", false, nil},
}

// ID is the Id of the report of a name.
func ID(name string) string {
	return id("00O", slices.IndexFunc(sorts, func(s sort) bool { return s.name == name }))
}

func id(prefix string, n int) string { return idOf(orgtest.ID(prefix, n)[:15]) }

// idOf is the long form of an Id.
func idOf(short string) string {
	long, err := salesforce.ID18(short)
	if err != nil {
		return err.Error() // for no Id of these tests
	}
	return long
}

// others are the records beside the reports.
func others() []orgtest.Row {
	return []orgtest.Row{
		row("Folder", 0, map[string]any{"Type": "Report"}), row("Folder", 1, map[string]any{"Type": "Dashboard", "ParentId": nil}),
		row("Dashboard", 0, map[string]any{"FolderId": id("00l", 1), "Title": awkward}), nulled(row("Dashboard", 1, nil)),
		row("DashboardComponent", 0, nil), nulled(row("DashboardComponent", 1, nil)),
		row("User", 0, nil), nulled(row("User", 1, nil)),
	}
}

// reports are the rows of the reports that a listing finds or found: the sync before has other ones.
func reports(earlier bool) (rows []orgtest.Row) {
	for n, s := range sorts {
		one := row("Report", n, map[string]any{"Name": s.name})
		maps.Copy(one.Fields, s.fields)
		switch {
		case s.name == Null:
			one = nulled(one)
		case s.name == Vanished && !earlier:
			continue
		case s.name == Found:
			one.Unlisted = !earlier
		case s.name == Changed && earlier:
			one.Fields["Name"], one.Fields["LastModifiedDate"] = before, orgtest.Changed
		}
		rows = append(rows, one)
	}
	return rows
}

// row is a record with a value for each field that Salesforce documents.
func row(object string, n int, fields map[string]any) orgtest.Row {
	schema, _ := simulated.Lookup(object)
	r := orgtest.Row{Object: object, ID: id(schema.KeyPrefix, n), Fields: valuesOf(schema)}
	for i := range schema.Fields {
		field := &schema.Fields[i]
		if field.Relationship == "" || len(field.To) == 0 {
			continue
		}
		to := field.To[0]
		if field.Polymorphic() {
			to = "Name"
		}
		nested, _ := simulated.Lookup(to)
		values := valuesOf(nested)
		values["attributes"] = map[string]any{"type": to, "url": "/services/data/v59.0/sobjects/" + to + "/x"}
		values["Id"] = r.Fields[field.Name]
		r.Fields[field.Relationship] = values
	}
	maps.Copy(r.Fields, fields)
	return r
}

// nulled is the row with null in each field that may be null.
func nulled(r orgtest.Row) orgtest.Row {
	schema, _ := simulated.Lookup(r.Object)
	for _, field := range schema.Fields {
		if field.Nillable {
			r.Fields[field.Name] = nil
			delete(r.Fields, field.Relationship)
		}
	}
	return r
}

func valuesOf(schema *simulated.Object) map[string]any {
	values := map[string]any{}
	for _, field := range schema.Fields {
		switch field.Type {
		case "boolean":
			values[field.Name] = false
		case "int", "double":
			values[field.Name] = 7
		case "datetime":
			values[field.Name] = orgtest.Changed
		case "picklist":
			values[field.Name] = append(field.Values, "Other")[0]
		case "reference":
			values[field.Name] = referred(field.To)
		case "email":
			values[field.Name] = "someone@example.invalid"
		default:
			values[field.Name] = strings.ToLower(field.Label)
		}
	}
	return values
}

// referred is the Id of a record that is there.
func referred(to []string) any {
	for _, object := range to {
		if schema, ok := simulated.Lookup(object); ok {
			return id(schema.KeyPrefix, 0)
		}
	}
	return nil
}
