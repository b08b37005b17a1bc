package org

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// TypeEdit is a change of a field in a report type, which dates no report: another label, or none any more.
type TypeEdit struct {
	Type, Column string
	Label        string // ignored where the type loses the field
	Lost         bool
}

// retyped is what was changed of one report type.
type retyped struct {
	labels   map[string]string
	lost     map[string]bool
	metadata json.RawMessage // of the type, with that
}

// WithTypeEdits changes fields of report types. The org itself stays as it is.
func WithTypeEdits(o *Edited, edits []TypeEdit) (*Edited, error) {
	next := *o
	next.types = maps.Clone(o.types)
	if next.types == nil {
		next.types = map[string]*retyped{}
	}
	for _, e := range edits {
		if !slices.ContainsFunc(ColumnsOf(&next, e.Type), func(c Column) bool { return c.Key == e.Column }) {
			return nil, fmt.Errorf("there is no report type %s with a field %s", e.Type, e.Column)
		}
		changed := &retyped{labels: map[string]string{}, lost: map[string]bool{}}
		if before := next.types[e.Type]; before != nil {
			maps.Copy(changed.labels, before.labels)
			maps.Copy(changed.lost, before.lost)
		}
		if e.Lost {
			changed.lost[e.Column] = true
		} else {
			changed.labels[e.Column] = e.Label
		}
		var err error
		if changed.metadata, err = changed.of(o.base, e.Type); err != nil {
			return nil, err
		}
		next.types[e.Type] = changed
	}
	return &next, nil
}

// of makes the metadata of the type from the one that it had at first.
func (r *retyped) of(base Org, name string) (json.RawMessage, error) {
	catalog, ok := base.(TypeCatalog)
	if !ok {
		return nil, fmt.Errorf("the org knows no report type %s", name)
	}
	metadata, err := decode(catalog.TypeMetadata(name))
	if err != nil {
		return nil, err
	}
	for columns := range categoriesOf(metadata) {
		for key := range r.lost {
			delete(columns, key)
		}
		for key, label := range r.labels {
			if one, ok := columns[key].(object); ok {
				one["label"] = label
			}
		}
	}
	return json.Marshal(metadata)
}

// ReportTypes lists the types; see TypeCatalog.
func (o *Edited) ReportTypes() []ReportType {
	if catalog, ok := o.base.(TypeCatalog); ok {
		return catalog.ReportTypes()
	}
	return nil
}

// TypeMetadata gives a type's metadata; see TypeCatalog.
func (o *Edited) TypeMetadata(name string) json.RawMessage {
	if changed := o.types[name]; changed != nil {
		return changed.metadata
	}
	if catalog, ok := o.base.(TypeCatalog); ok {
		return catalog.TypeMetadata(name)
	}
	return nil
}
