package project

import (
	"errors"
	"strings"
)

// knowledge tells where the description of a field or column comes from.
type knowledge int

const (
	fromSource  knowledge = iota // the project's own metadata, or the report itself
	fromTable                    // a table of standard or widely installed fields
	fromName                     // its name says enough
	fromNothing                  // a label out of the key, and the type string
)

// fieldInfo is what is known of a field.
type fieldInfo struct {
	label, dataType  string
	references       string // the object that a lookup leads to
	values, inactive []pickValue
	known            knowledge
}

// pickValue is a value of a picklist as filterValues show it.
type pickValue struct {
	APIName string `json:"apiName"`
	Name    string `json:"name"`
	Label   string `json:"label"`
}

// schema is the objects of the project. Keys are in lower case, for Salesforce ignores the case of names.
type schema struct {
	objects  map[string]*objectInfo
	fields   map[string]fieldInfo // object.field
	children map[string]string    // object.relationship -> the object that the children are of
}

type objectInfo struct {
	label, plural, nameLabel string
	recordTypes              []pickValue
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

func (p *Project) loadSchema(src source, found *files) error {
	s := &schema{objects: map[string]*objectInfo{}, fields: map[string]fieldInfo{}, children: map[string]string{}}
	p.schema = s
	var errs []error
	var summaries []summary
	for _, f := range found.objects {
		var x objectXML
		_, err := src.read(f, "CustomObject", &x)
		errs = append(errs, err)
		s.addObject(f.name, &x)
		for i := range x.Fields {
			summaries = s.addField(f.name, &x.Fields[i], summaries)
		}
	}
	for _, f := range found.fields {
		var x fieldXML
		_, err := src.read(f, "CustomField", &x)
		errs = append(errs, err)
		object, name, _ := strings.Cut(f.name, ".")
		if x.FullName == "" {
			x.FullName = name
		}
		summaries = s.addField(object, &x, summaries)
	}
	s.resolve(summaries)
	for _, f := range found.reportTypes {
		x := &reportTypeXML{}
		_, err := src.read(f, "ReportType", x)
		errs = append(errs, err)
		p.types[f.name] = x
	}
	return errors.Join(errs...)
}

// addObject may come more than once for an object: packages describe parts of the same one.
func (s *schema) addObject(name string, x *objectXML) {
	o := s.objects[strings.ToLower(name)]
	if o == nil {
		o = &objectInfo{}
		s.objects[strings.ToLower(name)] = o
	}
	o.label, o.plural = firstOf(o.label, x.Label), firstOf(o.plural, x.Plural)
	o.nameLabel = firstOf(o.nameLabel, x.NameLabel)
	for _, t := range x.Types {
		if !isNo(t.Active) {
			o.recordTypes = append(o.recordTypes, pickValue{t.FullName, t.FullName, firstOf(t.Label, words(t.FullName))})
		}
	}
}

// summary is a roll-up field whose type is that of the field it sums up, wherever that is defined.
type summary struct{ key, field string }

func (s *schema) addField(object string, x *fieldXML, summaries []summary) []summary {
	name := plainName(strings.TrimSpace(x.FullName))
	key := strings.ToLower(object + "." + name)
	info := fieldInfo{
		label: firstOf(x.Label, words(name)), dataType: dataTypes[strings.TrimSpace(x.Type)],
		references: plainName(strings.TrimSpace(x.ReferenceTo)),
	}
	if info.dataType == "" {
		info.dataType = "string"
	}
	for _, v := range x.Values {
		value := pickValue{v.FullName, v.FullName, firstOf(v.Label, v.FullName)}
		if isNo(v.IsActive) {
			info.inactive = append(info.inactive, value)
		} else {
			info.values = append(info.values, value)
		}
	}
	s.fields[key] = info
	if rel := strings.TrimSpace(x.RelationshipName); rel != "" && info.references != "" {
		s.children[strings.ToLower(info.references+"."+rel)] = object
	}
	if op := strings.TrimSpace(x.SummaryOperation); op != "" && op != "count" {
		return append(summaries, summary{key, strings.ToLower(plainName(strings.TrimSpace(x.SummarizedField)))})
	}
	return summaries
}

func (s *schema) resolve(summaries []summary) {
	for _, sum := range summaries {
		if of, ok := s.fields[sum.field]; ok {
			info := s.fields[sum.key]
			info.dataType = of.dataType
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

// firstOf is the first text that is not blank, without the blanks around it.
func firstOf(texts ...string) string {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" {
			return t
		}
	}
	return ""
}

func isNo(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "false") }

func isYes(s string) bool { return strings.EqualFold(strings.TrimSpace(s), "true") }
