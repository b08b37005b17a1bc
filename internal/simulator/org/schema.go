package org

import "strings"

// Field is one field of an object, with the properties that a query depends on.
type Field struct {
	Name, Label string
	Type        string // id, reference, string, textarea, picklist, boolean, datetime, int, double, email, url
	Length      int
	Nillable    bool
	NoFilter    bool
	NoSort      bool
	NoGroup     bool
	Values      []string // of a picklist

	Relationship string   // name of the relationship that a reference field carries
	To           []string // objects that it may lead to
	Permission   string   // the user permission without which the field does not exist
}

// Polymorphic reports whether a reference may lead to more than one object, so that Salesforce answers type Name.
func (f *Field) Polymorphic() bool { return len(f.To) > 1 }

// Child is a child relationship, usable as a subquery.
type Child struct{ Name, Object, Field string }

// Object is one object of the schema.
type Object struct {
	Name, Label, Plural string
	KeyPrefix           string
	Fields              []Field
	Scopes              []string // values of USING SCOPE; everything is always one
	Children            []Child
	Permission          string // the user permission without which the object is not visible
	NotQueryable        bool

	byName, byRelation map[string]*Field
}

// Field finds a field whatever the case of its name.
func (o *Object) Field(name string) (*Field, bool) {
	f, ok := o.byName[strings.ToLower(name)]
	return f, ok
}

// Relation finds the reference field that carries a relationship.
func (o *Object) Relation(name string) (*Field, bool) {
	f, ok := o.byRelation[strings.ToLower(name)]
	return f, ok
}

// Child finds a child relationship.
func (o *Object) Child(name string) (Child, bool) {
	for _, c := range o.Children {
		if strings.EqualFold(c.Name, name) {
			return c, true
		}
	}
	return Child{}, false
}

// Lookup finds an object whatever the case of its name.
func Lookup(name string) (*Object, bool) {
	o, ok := objects[strings.ToLower(name)]
	return o, ok
}

// Objects lists the schema in order of name.
func Objects() []*Object { return schema }

// ObjectOf names the object whose ids begin like this one.
func ObjectOf(id string) (string, bool) {
	if len(id) < 3 {
		return "", false
	}
	name, ok := prefixes[id[:3]]
	return name, ok
}

var (
	objects  = map[string]*Object{}
	prefixes = map[string]string{}
)

func init() {
	for _, o := range append(schema, nameObject) {
		o.byName, o.byRelation = map[string]*Field{}, map[string]*Field{}
		for i := range o.Fields {
			f := &o.Fields[i]
			o.byName[strings.ToLower(f.Name)] = f
			if f.Relationship != "" {
				o.byRelation[strings.ToLower(f.Relationship)] = f
			}
		}
		objects[strings.ToLower(o.Name)] = o
		if o.KeyPrefix != "" {
			prefixes[o.KeyPrefix] = o.Name
		}
	}
}

func id(label string) Field { return Field{Name: "Id", Label: label, Type: "id", Length: 18} }

func text(name, label string, length int) Field {
	return Field{Name: name, Label: label, Type: "string", Length: length}
}

func boolean(name, label string) Field { return Field{Name: name, Label: label, Type: "boolean"} }

func moment(name, label string) Field { return Field{Name: name, Label: label, Type: "datetime"} }

func number(name, label string) Field { return Field{Name: name, Label: label, Type: "int"} }

func picklist(name, label string, values ...string) Field {
	return Field{Name: name, Label: label, Type: "picklist", Length: 40, Values: values}
}

func reference(name, label, relationship string, to ...string) Field {
	return Field{Name: name, Label: label, Type: "reference", Length: 18, Relationship: relationship, To: to}
}

func nillable(f Field) Field { f.Nillable = true; return f }

func needs(permission string, f Field) Field { f.Permission = permission; return f }

func opaque(f Field) Field { f.NoFilter, f.NoSort, f.NoGroup = true, true, true; return f }

func audit(fields ...Field) []Field {
	return append(fields,
		moment("CreatedDate", "Created Date"), reference("CreatedById", "Created By ID", "CreatedBy", "User"),
		moment("LastModifiedDate", "Last Modified Date"),
		reference("LastModifiedById", "Last Modified By ID", "LastModifiedBy", "User"),
		moment("SystemModstamp", "System Modstamp"))
}
