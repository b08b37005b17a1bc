package project

import (
	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

// extendedMetadata holds labels and types of all columns that the report's metadata names.
type extendedMetadata struct {
	Details    object `json:"detailColumnInfo"`
	Aggregates object `json:"aggregateColumnInfo"`
	Groupings  object `json:"groupingColumnInfo"`
}

type detailInfo struct {
	Label          string         `json:"label"`
	DataType       string         `json:"dataType"`
	Entity         *string        `json:"entityColumnName"`
	Qualified      *string        `json:"fullyQualifiedName"`
	Lookup         bool           `json:"isLookup"`
	Filterable     bool           `json:"filterable"`
	UniqueCount    bool           `json:"uniqueCountable"`
	FilterValues   []schema.Value `json:"filterValues"`
	InactiveValues []schema.Value `json:"inactiveFilterValues"`
}

type aggregateInfo struct {
	Label    string  `json:"label"`
	DataType string  `json:"dataType"`
	Across   *string `json:"acrossGroupingContext"`
	Down     *string `json:"downGroupingContext"`
}

type groupingInfo struct {
	Label    string `json:"label"`
	DataType string `json:"dataType"`
	Level    int    `json:"groupingLevel"`
}

func (d *describer) extended() *extendedMetadata {
	x := &extendedMetadata{Details: object{}, Aggregates: d.aggregateInfo(), Groupings: object{}}
	for _, field := range d.shown() {
		x.Details = x.Details.with(columnKey(field), d.column(field).info())
	}
	for _, list := range [][]groupingXML{d.r.def.GroupingsDown, d.r.def.GroupingsAcross} {
		for level, g := range list {
			c := d.column(g.Field)
			x.Groupings = x.Groupings.with(columnKey(g.Field), groupingInfo{c.label, c.dataType, level})
		}
	}
	return x
}

func (c column) info() detailInfo {
	return detailInfo{
		Label: c.label, DataType: c.dataType, Entity: opt(c.entity), Qualified: opt(c.qualified), Lookup: c.lookup,
		Filterable: true, UniqueCount: !c.derived && c.countable(),
		FilterValues: append([]schema.Value{}, c.values...), InactiveValues: append([]schema.Value{}, c.inactive...),
	}
}

// countable reports whether distinct values may be counted.
func (c column) countable() bool {
	switch c.dataType {
	case "boolean", "html", "multipicklist", "textarea":
		return false
	}
	return true
}

func (d *describer) aggregateInfo() object {
	all := object{}
	for _, a := range d.aggregated() {
		c := d.column(a.field)
		info := aggregateInfo{Label: aggregateMarks[a.kind].label + c.label, DataType: c.dataType}
		switch {
		case a.kind == "Unique":
			info.DataType = "int"
		case a.kind == "Average" && c.dataType == "int", c.dataType == "boolean":
			info.DataType = "double"
		}
		all = all.with(a.key, info)
	}
	for i := range d.r.def.Aggregates {
		f := &d.r.def.Aggregates[i]
		if source.IsNo(f.IsActive) || f.key() == "" {
			continue
		}
		down, across := columnKey(source.First(f.Down, allLevels)), columnKey(source.First(f.Across, allLevels))
		all = all.with(f.key(), aggregateInfo{f.label(), f.dataType(), &across, &down})
	}
	return all.with("RowCount", aggregateInfo{Label: "Record Count", DataType: "int"})
}
