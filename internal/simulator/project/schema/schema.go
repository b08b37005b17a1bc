// Package schema is what is known of the objects and fields of a project: from its own metadata, from tables of standard and
// widely installed fields, and from names.
package schema

import (
	"errors"
	"strings"

	"longhaul/internal/simulator/project/source"
)

// Origin is where the description of a field or column comes from.
type Origin int

// The origins, from the best to the worst.
const (
	FromSource  Origin = iota // the project's own metadata, or the report itself
	FromTable                 // a table of standard or widely installed fields
	FromName                  // its name says enough
	FromNothing               // a label out of the key, and the type string
)

// Field is what is known of a field.
type Field struct {
	Label, DataType  string
	References       string // the object that a lookup leads to
	Values, Inactive []Value
	Origin           Origin
}

// Value is a value of a picklist as filterValues show it.
type Value struct {
	APIName string `json:"apiName"`
	Name    string `json:"name"`
	Label   string `json:"label"`
}

// Object is what is known of an object.
type Object struct {
	Label, Plural, NameLabel string
	RecordTypes              []Value
}

// Schema holds the objects of a project. Keys are in lower case, because Salesforce ignores the case of names.
type Schema struct {
	objects  map[string]*Object
	fields   map[string]Field  // object.field
	children map[string]string // object.relationship -> the object that the children are of
}

type fieldXML struct {
	FullName         string `xml:"fullName"`
	Label            string `xml:"label"`
	Type             string `xml:"type"`
	ReferenceTo      string `xml:"referenceTo"`
	RelationshipName string `xml:"relationshipName"`
	SummaryOperation string `xml:"summaryOperation"`
	SummarizedField  string `xml:"summarizedField"`
	Values           []struct {
		FullName string `xml:"fullName"`
		Label    string `xml:"label"`
		IsActive string `xml:"isActive"`
	} `xml:"valueSet>valueSetDefinition>value"`
}

type objectXML struct {
	Label     string     `xml:"label"`
	Plural    string     `xml:"pluralLabel"`
	NameLabel string     `xml:"nameField>label"`
	Fields    []fieldXML `xml:"fields"`
	Types     []struct {
		FullName string `xml:"fullName"`
		Label    string `xml:"label"`
		Active   string `xml:"active"`
	} `xml:"recordTypes"`
}

// Load reads the objects and fields of a project. The schema is good without the files that the error names.
func Load(tree source.Tree, found *source.Files) (*Schema, error) {
	s := &Schema{objects: map[string]*Object{}, fields: map[string]Field{}, children: map[string]string{}}
	var errs []error
	var summaries []summary
	for _, f := range found.Objects {
		var x objectXML
		_, err := tree.Read(f, "CustomObject", &x)
		errs = append(errs, err)
		s.addObject(f.Name, &x)
		for i := range x.Fields {
			summaries = s.addField(f.Name, &x.Fields[i], summaries)
		}
	}
	for _, f := range found.Fields {
		var x fieldXML
		_, err := tree.Read(f, "CustomField", &x)
		errs = append(errs, err)
		object, name, _ := strings.Cut(f.Name, ".")
		if x.FullName == "" {
			x.FullName = name
		}
		summaries = s.addField(object, &x, summaries)
	}
	s.resolve(summaries)
	return s, errors.Join(errs...)
}

// addObject may be called several times for an object, because packages describe parts of the same one.
func (s *Schema) addObject(name string, x *objectXML) {
	o := s.objects[strings.ToLower(name)]
	if o == nil {
		o = &Object{}
		s.objects[strings.ToLower(name)] = o
	}
	o.Label, o.Plural = source.First(o.Label, x.Label), source.First(o.Plural, x.Plural)
	o.NameLabel = source.First(o.NameLabel, x.NameLabel)
	for _, t := range x.Types {
		if !source.IsNo(t.Active) {
			o.RecordTypes = append(o.RecordTypes, Value{t.FullName, t.FullName, source.First(t.Label, Words(t.FullName))})
		}
	}
}

// summary is a roll-up field whose type is that of the field it sums up, wherever that is defined.
type summary struct{ key, field string }

func (s *Schema) addField(object string, x *fieldXML, summaries []summary) []summary {
	name := source.PlainName(strings.TrimSpace(x.FullName))
	key := strings.ToLower(object + "." + name)
	info := Field{
		Label: source.First(x.Label, Words(name)), DataType: dataTypes[strings.TrimSpace(x.Type)],
		References: source.PlainName(strings.TrimSpace(x.ReferenceTo)),
	}
	if info.DataType == "" {
		info.DataType = "string"
	}
	for _, v := range x.Values {
		value := Value{v.FullName, v.FullName, source.First(v.Label, v.FullName)}
		if source.IsNo(v.IsActive) {
			info.Inactive = append(info.Inactive, value)
		} else {
			info.Values = append(info.Values, value)
		}
	}
	s.fields[key] = info
	if rel := strings.TrimSpace(x.RelationshipName); rel != "" && info.References != "" {
		s.children[strings.ToLower(info.References+"."+rel)] = object
	}
	if op := strings.TrimSpace(x.SummaryOperation); op != "" && op != "count" {
		return append(summaries, summary{key, strings.ToLower(source.PlainName(strings.TrimSpace(x.SummarizedField)))})
	}
	return summaries
}

func (s *Schema) resolve(summaries []summary) {
	for _, sum := range summaries {
		if of, ok := s.fields[sum.field]; ok {
			info := s.fields[sum.key]
			info.DataType = of.DataType
			s.fields[sum.key] = info
		}
	}
}

// dataTypes gives the Analytics API's word for a field type. A formula's type is that of its result.
var dataTypes = map[string]string{
	"AutoNumber": "string", "Checkbox": "boolean", "Currency": "currency", "Date": "date", "DateTime": "datetime",
	"Email": "email", "EncryptedText": "string", "ExternalLookup": "reference", "Hierarchy": "reference", "Html": "html",
	"IndirectLookup": "reference", "Location": "string", "LongTextArea": "textarea", "Lookup": "reference",
	"MasterDetail": "reference", "MetadataRelationship": "reference", "MultiselectPicklist": "multipicklist",
	"Number": "double", "Percent": "percent", "Phone": "phone", "Picklist": "picklist", "Summary": "double",
	"Text": "string", "TextArea": "textarea", "Time": "time", "Url": "url",
}
