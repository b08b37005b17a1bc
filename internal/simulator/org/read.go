package org

// ReadField reads one field of a row, through the whole record where the org gives nothing less.
func ReadField(o Org, object string, i int, field string) any {
	if reader, ok := o.(FieldReader); ok {
		return reader.Field(object, i, field)
	}
	return fieldOf(o.Record(object, i), object, field)
}

// fieldOf reads a field of a record; the id of a reference may stand in its relationship.
func fieldOf(r Record, object, field string) any {
	if value, ok := r.Fields[field]; ok {
		return value
	}
	if field == "Id" {
		return r.ID
	}
	o, _ := Lookup(object)
	f, ok := o.Field(field)
	if !ok {
		return nil
	}
	if ref, ok := r.Fields[f.Relationship].(Ref); ok {
		return ref.ID
	}
	if f.Type == "boolean" {
		return false
	}
	return nil
}

// IsDeleted reports whether a row lies in the recycle bin.
func IsDeleted(o Org, object string, i int) bool {
	if deleter, ok := o.(Deleter); ok {
		return deleter.Deleted(object, i)
	}
	if object != "Report" && object != "Dashboard" {
		return false
	}
	gone, _ := ReadField(o, object, i, "IsDeleted").(bool)
	return gone
}

// IsPurged reports whether a row has left the recycle bin for good.
func IsPurged(o Org, object string, i int) bool {
	purger, ok := o.(Purger)
	return ok && purger.Purged(object, i)
}

// IsClosed reports whether a row lies in a folder that is closed to the run-as user, or is such a folder.
func IsClosed(o Org, object string, i int) bool {
	closer, ok := o.(Closer)
	return ok && closer.Closed(object, i)
}

// ShapeOf is what was changed of the description of a report.
func ShapeOf(o Org, id string) Shape {
	if edited, ok := o.(*Edited); ok {
		return edited.Shape(id)
	}
	return Shape{}
}
