package org

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"
)

// Shape is what was changed of the description of one report.
type Shape struct {
	Refusal *Describe // answered instead of a description
	Gained  []Column
	Lost    []string // keys
}

// Column is a column that a report may show: its key, and its entry of detailColumnInfo.
type Column struct {
	Key  string
	Info json.RawMessage
}

// object is a JSON object that is edited. Numbers keep their digits.
type object = map[string]any

func decode(value any) (object, error) {
	text, err := json.Marshal(value)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	out := object{}
	return out, decoder.Decode(&out)
}

func member(of object, name string) object {
	m, _ := of[name].(object)
	if m == nil {
		m = object{}
	}
	return m
}

// Described lists the keys of the columns that a description has, in its order.
func Described(d Describe) []string {
	metadata, err := decode(d.ReportMetadata)
	if err != nil {
		return nil
	}
	return textsOf(metadata["detailColumns"])
}

func textsOf(value any) []string {
	list, _ := value.([]any)
	var out []string
	for _, one := range list {
		if s, ok := one.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// ColumnsOf lists the columns that a type offers to its reports, in order of their keys; none of a type that the org does not know.
func ColumnsOf(o Org, reportType string) []Column {
	catalog, ok := o.(TypeCatalog)
	if !ok {
		return nil
	}
	metadata, err := decode(catalog.TypeMetadata(reportType))
	if err != nil {
		return nil
	}
	var out []Column
	for columns := range categoriesOf(metadata) {
		for _, key := range slices.Sorted(maps.Keys(columns)) {
			info := object{"fullyQualifiedName": member(columns, key)["entityColumnName"]}
			for _, name := range []string{
				"dataType", "entityColumnName", "filterValues", "filterable", "inactiveFilterValues", "isLookup", "label", "uniqueCountable",
			} {
				info[name] = member(columns, key)[name]
			}
			text, err := json.Marshal(info)
			if err != nil {
				return nil
			}
			out = append(out, Column{key, text})
		}
	}
	slices.SortFunc(out, func(a, b Column) int { return strings.Compare(a.Key, b.Key) })
	return out
}

// categoriesOf goes through the columns of each category of a type's metadata.
func categoriesOf(metadata object) func(yield func(object) bool) {
	return func(yield func(object) bool) {
		categories, _ := metadata["categories"].([]any)
		for _, category := range categories {
			if one, ok := category.(object); ok && !yield(member(one, "columns")) {
				return
			}
		}
	}
}

// description is a description while it is edited.
type description struct{ metadata, extended object }

// gain adds a column at the end.
func (d *description) gain(c Column) {
	columns, _ := d.metadata["detailColumns"].([]any)
	d.metadata["detailColumns"] = append(columns, c.Key)
	info := member(d.extended, "detailColumnInfo")
	if one, err := decode(c.Info); err == nil {
		info[c.Key] = one
	}
	d.extended["detailColumnInfo"] = info
}

// lose takes a column from what the report shows; its filters and groupings stay.
func (d *description) lose(key string) {
	columns, _ := d.metadata["detailColumns"].([]any)
	d.metadata["detailColumns"] = slices.DeleteFunc(columns, func(c any) bool { return c == any(key) })
	delete(member(d.extended, "detailColumnInfo"), key)
}

// without takes a field from the whole report, because its type has it no more.
func (d *description) without(key string) {
	d.lose(key)
	drop := func(list, field, value string) {
		entries, _ := d.metadata[list].([]any)
		d.metadata[list] = slices.DeleteFunc(entries, func(entry any) bool {
			one, isObject := entry.(object)
			return isObject && one[field] == any(value) || entry == any(value)
		})
	}
	drop("aggregates", "", "s!"+key)
	drop("reportFilters", "column", key)
	drop("groupingsDown", "name", key)
	drop("groupingsAcross", "name", key)
	delete(member(d.extended, "aggregateColumnInfo"), "s!"+key)
	delete(member(d.extended, "groupingColumnInfo"), key)
	buckets, _ := d.metadata["buckets"].([]any)
	for _, bucket := range buckets {
		if one, ok := bucket.(object); ok && one["sourceColumnName"] == any(key) {
			name, _ := one["developerName"].(string)
			d.lose(name)
		}
	}
	drop("buckets", "sourceColumnName", key)
	formulas := member(d.metadata, "customDetailFormula")
	for _, name := range slices.Sorted(maps.Keys(formulas)) {
		if formula, _ := member(formulas, name)["formula"].(string); strings.Contains(formula, key+" ") {
			delete(formulas, name)
			d.lose(name)
		}
	}
}

// relabel gives a field another label wherever the report shows it.
func (d *description) relabel(key, label string) {
	for info, name := range map[string]string{"detailColumnInfo": key, "groupingColumnInfo": key, "aggregateColumnInfo": "s!" + key} {
		one, ok := member(d.extended, info)[name].(object)
		switch {
		case !ok:
		case name != key:
			one["label"] = "Sum of " + label
		default:
			one["label"] = label
		}
	}
}
