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
