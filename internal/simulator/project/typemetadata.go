package project

import (
	"encoding/json"
	"strings"

	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

// TypeMetadata is the reportTypeMetadata of a type: all columns of a custom report type, and of any other type those
// that the project's reports use.
func (ts *types) TypeMetadata(name string) json.RawMessage {
	if made, ok := ts.metadata.Load(name); ok {
		raw, _ := made.(json.RawMessage)
		return raw
	}
	t := ts.reportType(name)
	if _, used := ts.used[t.name]; !used && t.source == nil {
		return nil
	}
	raw, err := json.Marshal(ts.typeOf(t))
	if err != nil {
		return nil
	}
	ts.metadata.Store(name, json.RawMessage(raw))
	return raw
}

type typeMetadata struct {
	Objects        []joinedObject `json:"objects"`
	Categories     []category     `json:"categories"`
	Operators      object         `json:"dataTypeFilterOperatorMap"`
	Scope          scopeInfo      `json:"scopeInfo"`
	Granularities  []string       `json:"dateGranularityInfos"`
	Division       *string        `json:"divisionInfo"`
	DateGroups     []string       `json:"standardDateFilterDurationGroups"`
	FilterInfos    object         `json:"standardFilterInfos"`
	SupportsJoined bool           `json:"supportsJoinedFormat"`
}

type joinedObject struct {
	APIName  string `json:"apiName"`
	Label    string `json:"label"`
	JoinType string `json:"joinType"`
}

type category struct {
	Label   string `json:"label"`
	Columns object `json:"columns"`
}

type scopeInfo struct {
	Default string  `json:"defaultValue"`
	Values  []scope `json:"values"`
}

type scope struct {
	Value          string `json:"value"`
	Label          string `json:"label"`
	AllowsDivision bool   `json:"allowsDivision"`
}

// typeInfo is a column in reportTypeMetadata.
type typeInfo struct {
	Label          string         `json:"label"`
	DataType       string         `json:"dataType"`
	Entity         *string        `json:"entityColumnName"`
	Custom         bool           `json:"isCustom"`
	Lookup         bool           `json:"isLookup"`
	Filterable     bool           `json:"filterable"`
	Bucketable     bool           `json:"bucketable"`
	InFormula      bool           `json:"allowedInCustomDetailFormula"`
	FieldToField   bool           `json:"fieldToFieldFilterable"`
	UniqueCount    bool           `json:"uniqueCountable"`
	MaxLength      *int           `json:"maxLength"`
	FilterValues   []schema.Value `json:"filterValues"`
	InactiveValues []schema.Value `json:"inactiveFilterValues"`
}

func (ts *types) typeOf(t reportType) *typeMetadata {
	m := &typeMetadata{
		Objects: ts.joinedObjects(t), Categories: []category{}, Operators: operators(), FilterInfos: object{},
		Scope:         scopeInfo{"organization", []scope{{"organization", "All " + strings.ToLower(ts.schema.Object(t.base).Plural), false}}},
		Granularities: []string{}, DateGroups: []string{}, SupportsJoined: true,
	}
	if t.source != nil {
		for _, s := range t.source.Sections {
			c := category{Label: strings.TrimSpace(s.Label), Columns: object{}}
			for _, x := range s.Columns {
				field := strings.TrimSpace(x.Table) + "$" + strings.TrimSpace(x.Field)
				c.Columns = append(c.Columns, member{columnKey(field), ts.column(t, field).typeInfo()})
			}
			m.Categories = append(m.Categories, c)
		}
		return m
	}
	c := category{Label: ts.schema.Object(t.base).Label + " Information", Columns: object{}}
	for _, field := range ts.used[t.name] {
		c.Columns = append(c.Columns, member{columnKey(field), ts.column(t, field).typeInfo()})
	}
	m.Categories = append(m.Categories, c)
	return m
}

func (c column) typeInfo() typeInfo {
	info := c.info()
	return typeInfo{
		Label: info.Label, DataType: info.DataType, Entity: info.Entity, Custom: strings.HasSuffix(c.entity, "__c"),
		Lookup: info.Lookup, Filterable: true, Bucketable: true, InFormula: true, FieldToField: true,
		UniqueCount: info.UniqueCount, FilterValues: info.FilterValues, InactiveValues: info.InactiveValues,
	}
}

func (ts *types) joinedObjects(t reportType) []joinedObject {
	all := []joinedObject{{t.base, ts.schema.Object(t.base).Label, "ROOT"}}
	add := func(object string, outer bool) {
		kind := "INNER"
		if outer {
			kind = "OUTER"
		}
		all = append(all, joinedObject{object, ts.schema.Object(object).Label, kind})
	}
	if t.custom != "" && t.custom != t.base {
		add(t.custom, false)
	}
	if t.foreign != "" {
		add(t.foreign, false)
	}
	if t.source == nil {
		return all
	}
	object := t.base
	for j := t.source.Join; j != nil; j = j.Join {
		object = ts.schema.Child(object, strings.TrimSpace(j.Relationship))
		add(object, source.IsYes(j.OuterJoin))
	}
	return all
}

type operator struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// operators are those of a report's filters, by type of the column.
func operators() object {
	equal := []operator{{"equals", "equals"}, {"notEqual", "not equal to"}}
	order := append(equal[:2:2], operator{"lessThan", "less than"}, operator{"greaterThan", "greater than"},
		operator{"lessOrEqual", "less or equal"}, operator{"greaterOrEqual", "greater or equal"})
	texts := append(order[:6:6], operator{"contains", "contains"}, operator{"notContain", "does not contain"},
		operator{"startsWith", "starts with"})
	all := object{}
	for _, t := range []string{"string", "email", "phone", "picklist", "reference", "textarea", "url"} {
		all = all.with(t, texts)
	}
	for _, t := range []string{"currency", "date", "datetime", "double", "int", "percent"} {
		all = all.with(t, order)
	}
	return all.with("boolean", equal)
}
