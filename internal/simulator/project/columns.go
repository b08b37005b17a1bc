package project

import (
	"strings"

	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

// column is the Analytics API's description of a column.
type column struct {
	label, dataType   string
	entity, qualified string // entityColumnName and fullyQualifiedName; empty is null
	lookup, derived   bool   // derived ones are made in the report: buckets and row formulas
	values, inactive  []schema.Value
	known             schema.Origin
}

// columnKey is the Analytics API's key of a column that the XML names.
func columnKey(field string) string { return strings.ReplaceAll(strings.TrimSpace(field), "$", ".") }

// column describes a column of a report.
func (d *describer) column(field string) column {
	field = strings.TrimSpace(field)
	for _, b := range d.r.def.Buckets {
		if strings.TrimSpace(b.DeveloperName) == field {
			return column{label: source.First(b.MasterLabel, schema.Words(field)), dataType: "string", derived: true}
		}
	}
	for _, f := range d.r.def.DetailFormulas {
		if f.key() == field {
			return column{
				label: f.label(), dataType: f.dataType(), entity: field, qualified: field, derived: true,
			}
		}
	}
	return d.p.column(d.kind, field)
}

// column describes a column of a report type.
func (ts *types) column(t reportType, field string) column {
	std, ok := standardColumns[t.base+":"+field]
	if !ok {
		std, ok = standardColumns[field]
	}
	if ok {
		return ts.standardColumn(t, std)
	}
	c := ts.pathColumn(field)
	if c.known == schema.FromNothing && ts.summed[field] {
		c.dataType, c.known = "double", schema.FromName // what is added up is a number
	}
	return c
}

func (ts *types) standardColumn(t reportType, std standardColumn) column {
	object, field, _ := strings.Cut(std.entity, ".")
	of := t.base // whose label stands for the braces
	switch object {
	case "base":
		object = t.base
	case "custom":
		object = source.First(t.custom, t.base)
		of = object
	case "foreign":
		object = source.First(t.foreign, t.base)
		of = object
	case "User":
		if strings.HasPrefix(std.label, "{}:") {
			of = source.First(t.custom, t.base)
		}
	}
	o := ts.schema.Object(of)
	c := column{
		label: strings.ReplaceAll(std.label, "{}", o.Label), dataType: std.dataType, known: schema.FromTable,
		entity: object + "." + field, qualified: object + "." + field,
		lookup: field == "Name" || strings.HasSuffix(field, ".Name"),
	}
	if field == "Name" && std.label == "{} Name" {
		c.label = source.First(o.NameLabel, c.label)
	}
	if field == "RecordType" {
		c.values, c.entity, c.qualified = ts.schema.Object(object).RecordTypes, "RecordType.Name", object+".RecordType.Name"
	}
	return c
}

// pathColumn follows a key that spells its way: Object.Field__c, Object$Field, Object.Children$Lookup__c.Field,
// Object.Children*Other$Field, FK_$Object.Field__c.
func (ts *types) pathColumn(field string) column {
	path := strings.TrimPrefix(field, "FK_$")
	place, rest, hasPlace := lastCut(path, "$")
	if !hasPlace {
		place, rest, hasPlace = strings.Cut(path, ".")
	}
	if !hasPlace {
		f := schema.Guess(field)
		return column{label: source.First(f.Label, field), dataType: f.DataType, known: f.Origin}
	}
	object := ts.walk(place)
	steps := strings.Split(rest, ".")
	var prefix string
	for _, lookup := range steps[:len(steps)-1] {
		prefix = ts.schema.Field(object, lookup).Label + ": "
		object = ts.schema.Target(object, lookup)
	}
	last := steps[len(steps)-1]
	f := ts.schema.Field(object, last)
	c := column{
		label: source.First(prefix+f.Label, schema.Words(field), field), dataType: f.DataType, known: f.Origin,
		values: f.Values, inactive: f.Inactive, entity: object + "." + last,
		qualified: columnKey(strings.ReplaceAll(path, "*", ".")),
		lookup:    f.DataType == "reference" || last == "Name",
	}
	if last == "RecordType" {
		c.values = ts.schema.Object(object).RecordTypes
	}
	return c
}

// walk finds the object at the end of a way through child relationships, after dots, and lookups, after stars.
func (ts *types) walk(place string) string {
	object, rest := place, ""
	if i := strings.IndexAny(place, ".*"); i >= 0 {
		object, rest = place[:i], place[i:]
	}
	for rest != "" {
		mark, step := rest[0], rest[1:]
		if rest = ""; strings.ContainsAny(step, ".*") {
			i := strings.IndexAny(step, ".*")
			step, rest = step[:i], step[i:]
		}
		if mark == '*' {
			object = ts.schema.Target(object, step)
		} else {
			object = ts.schema.Child(object, step)
		}
	}
	return object
}

func lastCut(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// observe records which columns the reports use, by type, and which they sum.
func (ts *types) observe(reports map[string]*report) {
	seen := map[string]bool{}
	note := func(reportType, field string) {
		reportType, field = strings.TrimSpace(reportType), strings.TrimSpace(field)
		if key := reportType + "\x00" + field; field != "" && !seen[key] {
			seen[key] = true
			ts.used[reportType] = append(ts.used[reportType], field)
		}
	}
	for _, name := range sortedKeys(reports) {
		def := reports[name].def
		if _, ok := ts.used[strings.TrimSpace(def.ReportType)]; !ok {
			ts.used[strings.TrimSpace(def.ReportType)] = nil
		}
		own := def.own()
		for _, field := range def.fields() {
			if !own[field] {
				note(def.ReportType, field)
			}
		}
		for _, block := range def.Blocks {
			for _, c := range block.Columns {
				note(block.ReportType, c.Field)
			}
		}
		ts.sum(def)
	}
}

func (ts *types) sum(def *reportXML) {
	for _, c := range def.Columns {
		for _, kind := range c.Aggregates {
			if kind == "Sum" || kind == "Average" {
				ts.summed[strings.TrimSpace(c.Field)] = true
			}
		}
	}
}

// fields are the columns that a report shows, groups by or filters.
func (x *reportXML) fields() []string {
	var all []string
	for _, c := range x.Columns {
		all = append(all, strings.TrimSpace(c.Field))
	}
	for _, g := range append(x.GroupingsDown[:len(x.GroupingsDown):len(x.GroupingsDown)], x.GroupingsAcross...) {
		all = append(all, strings.TrimSpace(g.Field))
	}
	for _, c := range x.Filter.Criteria {
		all = append(all, strings.TrimSpace(c.Column))
	}
	if x.TimeFrame != nil {
		all = append(all, strings.TrimSpace(x.TimeFrame.Column))
	}
	return all
}

// own are the keys that a report defines itself.
func (x *reportXML) own() map[string]bool {
	keys := map[string]bool{"RowCount": true}
	for _, b := range x.Buckets {
		keys[strings.TrimSpace(b.DeveloperName)] = true
	}
	for _, formulas := range [][]formulaXML{x.DetailFormulas, x.Aggregates} {
		for i := range formulas {
			keys[formulas[i].key()] = true
		}
	}
	return keys
}
