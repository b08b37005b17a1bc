package org

import "encoding/json"

// Describe answers for report i: as the row that it is or copies, but for what was edited; see Org.
func (o *Edited) Describe(i int) Describe {
	row, values := o.locate("Report", i)
	d := o.base.Describe(row)
	shape, shaped := o.shapes[o.ID("Report", i)]
	changed := o.types[d.ReportType]
	switch {
	case o.Deleted("Report", i):
		return Gone
	case shape.Refusal != nil:
		return *shape.Refusal
	case d.Status != 0 && d.Status != 200, values == nil && !shaped && changed == nil:
		return d
	}
	var err error
	both := description{}
	if both.metadata, err = decode(d.ReportMetadata); err != nil {
		return MetadataError
	}
	if both.extended, err = decode(d.ReportExtendedMetadata); err != nil {
		return MetadataError
	}
	for name, field := range map[string]string{"id": "Id", "name": "Name", "developerName": "DeveloperName", "folderId": "OwnerId"} {
		both.metadata[name] = o.Field("Report", i, field)
	}
	for _, column := range shape.Gained {
		both.gain(column)
	}
	for _, key := range shape.Lost {
		both.lose(key)
	}
	both.retype(changed)
	if columns, _ := both.metadata["detailColumns"].([]any); len(columns) == 0 && len(Described(d)) > 0 {
		return NoColumns
	}
	metadata, err := json.Marshal(both.metadata)
	if err != nil {
		return MetadataError
	}
	extended, err := json.Marshal(both.extended)
	if err != nil {
		return MetadataError
	}
	d.ReportMetadata, d.ReportExtendedMetadata = json.RawMessage(metadata), json.RawMessage(extended)
	return d
}

// retype changes what the type of the report changed; nil is nothing.
func (d *description) retype(changed *retyped) {
	if changed == nil {
		return
	}
	for key, label := range changed.labels {
		d.relabel(key, label)
	}
	for key := range changed.lost {
		d.without(key)
	}
}
