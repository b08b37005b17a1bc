package org

import (
	"maps"
	"strings"
)

// Field reads one field; see FieldReader.
func (o *Edited) Field(object string, i int, field string) any {
	if field == "Id" {
		return o.ID(object, i)
	}
	row, values := o.locate(object, i)
	if field == "FolderName" && o.layers["Folder"] != nil {
		id, _ := o.Field(object, i, FolderField(object)).(string)
		if folder, ok := o.Find("Folder", id); ok {
			return o.Field("Folder", folder, "Name") // which may have another name since
		}
	}
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

// Purged reports which rows have left the recycle bin for good; see Purger.
func (o *Edited) Purged(object string, i int) bool {
	if len(o.purged) == 0 {
		return false
	}
	if object == "DashboardComponent" {
		dashboard, _ := o.Field(object, i, "DashboardId").(string)
		return o.purged[dashboard]
	}
	return o.purged[o.ID(object, i)]
}

// Closed reports which rows lie in folders that are closed to the run-as user, those folders too; see Closer. Folders below a closed
// one are closed with it, as sharing is of the folder at the root.
func (o *Edited) Closed(object string, i int) bool {
	if len(o.closed) == 0 {
		return false
	}
	var id string
	switch object {
	case "Folder":
		id = o.ID(object, i)
	case "DashboardComponent":
		dashboard, _ := o.Field(object, i, "DashboardId").(string)
		if row, ok := o.Find("Dashboard", dashboard); ok {
			id, _ = o.Field("Dashboard", row, "FolderId").(string)
		}
	case "Report", "Dashboard":
		id, _ = o.Field(object, i, FolderField(object)).(string)
	}
	for range deepest {
		row, ok := o.Find("Folder", id)
		switch {
		case !ok:
			return false
		case o.closed[id]:
			return true
		}
		id, _ = o.Field("Folder", row, "ParentId").(string)
	}
	return false
}

// deepest bounds how deep folders nest.
const deepest = 32
