package org

import (
	"encoding/json"
	"maps"
	"strings"
)

// Field reads one field; see FieldReader.
func (o *Edited) Field(object string, i int, field string) any {
	if field == "Id" {
		return o.ID(object, i)
	}
	row, values := o.locate(object, i)
	if value, ok := values[field]; ok {
		return value
	}
	return ReadField(o.base, object, row, field)
}

// Record gives a whole row; see Org.
func (o *Edited) Record(object string, i int) Record {
	row, values := o.locate(object, i)
	out := Record{ID: o.ID(object, i), Fields: maps.Clone(o.base.Record(object, row).Fields)}
	if out.Fields == nil {
		out.Fields = map[string]any{}
	}
	delete(out.Fields, "Id")
	schema, _ := Lookup(object)
	for name, value := range values {
		out.Fields[name] = value
		if f, ok := schema.Field(name); ok && f.Relationship != "" {
			delete(out.Fields, f.Relationship) // it leads to the old row
		}
	}
	return out
}

// FolderField is the field that holds the folder of a row; empty for what lies in none.
func FolderField(object string) string {
	switch object {
	case "Report":
		return "OwnerId"
	case "Dashboard":
		return "FolderId"
	}
	return ""
}

// Private reports which rows lie in private folders of others; see Org.
func (o *Edited) Private(object string, i int) bool {
	if object == "DashboardComponent" && o.layers["Dashboard"] != nil {
		id, _ := o.Field(object, i, "DashboardId").(string)
		if dashboard, ok := o.Find("Dashboard", id); ok {
			return o.Private("Dashboard", dashboard)
		}
	}
	row, values := o.locate(object, i)
	if folder, ok := values[FolderField(object)].(string); ok {
		return strings.HasPrefix(folder, "005") && folder != o.Info().RunAsUserID
	}
	return o.base.Private(object, row)
}

// Deleted reports which rows lie in the recycle bin; see Deleter.
func (o *Edited) Deleted(object string, i int) bool {
	if object == "DashboardComponent" && len(o.gone) > 0 {
		if dashboard, _ := o.Field(object, i, "DashboardId").(string); o.gone[dashboard] {
			return true
		}
	}
	row, values := o.locate(object, i)
	if gone, ok := values["IsDeleted"].(bool); ok {
		return gone
	}
	return IsDeleted(o.base, object, row)
}

// Describe answers for report i: as the row that it is or copies, but for what was edited; see Org.
func (o *Edited) Describe(i int) Describe {
	row, values := o.locate("Report", i)
	d := o.base.Describe(row)
	switch {
	case values == nil:
		return d
	case o.Deleted("Report", i):
		return Gone
	case d.Status != 0 && d.Status != 200:
		return d
	}
	metadata, err := o.describeEdits(i, d.ReportMetadata)
	if err != nil {
		return MetadataError
	}
	d.ReportMetadata = metadata
	return d
}

func (o *Edited) describeEdits(i int, metadata any) (json.RawMessage, error) {
	text, err := json.Marshal(metadata)
	if err != nil {
		return nil, err
	}
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(text, &members); err != nil {
		return nil, err
	}
	for name, field := range map[string]string{"id": "Id", "name": "Name", "developerName": "DeveloperName", "folderId": "OwnerId"} {
		if members[name], err = json.Marshal(o.Field("Report", i, field)); err != nil {
			return nil, err
		}
	}
	return json.Marshal(members)
}
