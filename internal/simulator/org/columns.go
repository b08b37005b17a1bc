package org

import (
	"encoding/json"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"
)

// column is one column of a report type, with its description written once.
type column struct {
	key, label, dataType, source string
	detail                       []byte // "KEY":{...} of detailColumnInfo
}

// kinds are the data types that columns take in turn; a lookup is a string that leads to another object.
var kinds = []struct {
	dataType string
	lookup   bool
}{
	{"string", true},
	{"picklist", false},
	{"currency", false},
	{"date", false},
	{"boolean", false},
	{"string", false},
	{"datetime", false},
	{"double", false},
	{"email", false},
	{"phone", false},
	{"percent", false},
	{"textarea", false},
	{"multipicklist", false},
	{"url", false},
	{"int", false},
	{"id", false},
	{"html", false},
	{"time", false},
}

var picks = []string{"EMEA", "APAC", "Amérique", "日本", `"other"`}

// newColumn makes column n of a type. Standard types name their columns by upper-case aliases, custom ones by path.
func newColumn(object string, custom bool, n int) column {
	kind, number := kinds[n%len(kinds)], strconv.Itoa(n)
	c := column{label: "Field " + number, dataType: kind.dataType}
	switch {
	case custom && kind.lookup:
		c.source = object + ".Lookup_" + number + "__c.Name"
		c.key = c.source
	case custom || n%3 == 2:
		c.source = object + ".Field_" + number + "__c"
		c.key = c.source
	default:
		c.source = object + ".Field" + number
		c.key = "FIELD_" + number
	}
	if n%12 == 1 {
		c.label = "Région <№ " + number + ">"
	}
	entity := c.source
	if kind.lookup {
		entity = "Account.Name"
	}
	c.detail = appendColumn(nil, c, entity, kind.lookup)
	return c
}

func appendColumn(b []byte, c column, entity string, lookup bool) []byte {
	b = append(quote(b, c.key), `:{"dataType":"`...)
	b = append(append(b, c.dataType...), `","entityColumnName":`...)
	b = append(quote(b, entity), `,"filterValues":`...)
	if c.dataType == "picklist" || c.dataType == "multipicklist" {
		b = appendValues(b, picks)
	} else {
		b = append(b, "[]"...)
	}
	b = append(b, `,"filterable":`...)
	b = strconv.AppendBool(b, c.dataType != "textarea" && c.dataType != "html")
	b = append(quote(append(b, `,"fullyQualifiedName":`...), c.source), `,"inactiveFilterValues":[],"isLookup":`...)
	b = append(strconv.AppendBool(b, lookup), `,"label":`...)
	b = append(quote(b, c.label), `,"uniqueCountable":`...)
	return append(strconv.AppendBool(b, c.dataType != "boolean"), '}')
}

func appendValues(b []byte, values []string) []byte {
	b = append(b, '[')
	for i, v := range values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(quote(append(b, `{"apiName":`...), v), `,"label":`...)
		b = append(quote(append(quote(b, v), `,"name":`...), v), '}')
	}
	return append(b, ']')
}

// quote appends a JSON string.
func quote(b []byte, s string) []byte {
	out, err := jsontext.AppendQuote(b, s)
	if err != nil { // invalid UTF-8, which has been replaced
		return out
	}
	return out
}

// reportType is a type with its columns and, once they are needed, its metadata.
type reportType struct {
	ReportType
	object   string
	columns  []column
	size     int
	metadata lazy[json.RawMessage]
}

var standardTypes = []struct{ name, label, object, folder string }{
	{"Opportunity", "Opportunities", "Opportunity", "Opportunities"},
	{"AccountList", "Accounts", "Account", "Accounts & Contacts"},
	{"ContactList", "Contacts & Accounts", "Contact", "Accounts & Contacts"},
	{"CaseList", "Cases", "Case", "Customer Support Reports"},
	{"LeadList", "Leads", "Lead", "Leads"},
	{"Activity", "Tasks and Events", "Activity", "Activities"},
	{"CampaignList", "Campaigns", "Campaign", "Campaigns"},
	{"UserList", "Users", "User", "Administrative Reports"},
}

const customTypes = 16

func newReportTypes(spec Spec) []*reportType {
	var types []*reportType
	add := func(t ReportType, object string, custom bool) {
		rt := &reportType{ReportType: t, object: object, size: spec.TypeMetadata}
		for n := range spec.Columns + 20 {
			rt.columns = append(rt.columns, newColumn(object, custom, n))
		}
		types = append(types, rt)
	}
	for _, s := range standardTypes {
		add(ReportType{Type: s.name, Label: s.label, Folder: s.folder, SupportsJoined: true}, s.object, false)
	}
	for n := range customTypes {
		name := "Shipment_" + strconv.Itoa(n)
		add(ReportType{
			Type: name + "_with_Lines__c", Label: "Shipments " + strconv.Itoa(n) + " with Lines", Folder: "Other Reports",
			Description: "Lines of shipments", Hidden: n == customTypes-1, SupportsJoined: n%2 == 0,
		}, name+"__c", true)
	}
	return types
}

// ReportTypes lists the types; see TypeCatalog.
func (g *generated) ReportTypes() []ReportType {
	list := make([]ReportType, 0, len(g.types))
	for _, t := range g.types {
		list = append(list, t.ReportType)
	}
	return list
}

// TypeMetadata gives a type's metadata; see TypeCatalog.
func (g *generated) TypeMetadata(name string) json.RawMessage {
	for _, t := range g.types {
		if t.Type == name {
			return t.metadata.get(t.writeMetadata)
		}
	}
	return nil
}

// writeMetadata writes the columns of the type, then more until the metadata has its size.
func (t *reportType) writeMetadata() json.RawMessage {
	var columns []TypeColumn
	add := func(c column) { columns = append(columns, TypeColumn{c.key, c.label, c.dataType, c.source}) }
	for _, c := range t.columns {
		add(c)
	}
	for len(columns)*perColumn < t.size-perType {
		add(newColumn(t.object, true, len(columns)))
	}
	return WriteTypeMetadata(t.ReportType, t.object, columns)
}

// Average bytes of the metadata of a type for each column, and beside the columns.
const perColumn, perType = 370, 4000
