package project

import (
	"errors"
	"strings"
	"sync"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

// reportTypeXML is a custom report type.
type reportTypeXML struct {
	BaseObject  string       `xml:"baseObject"`
	Category    string       `xml:"category"`
	Deployed    string       `xml:"deployed"`
	Description string       `xml:"description"`
	Label       string       `xml:"label"`
	Join        *joinXML     `xml:"join"`
	Sections    []typeColumn `xml:"sections"`
}

type joinXML struct {
	OuterJoin    string   `xml:"outerJoin"`
	Relationship string   `xml:"relationship"`
	Join         *joinXML `xml:"join"`
}

// typeColumn is a section of a custom report type and its columns.
type typeColumn struct {
	Label   string `xml:"masterLabel"`
	Columns []struct {
		Field string `xml:"field"`
		Table string `xml:"table"`
	} `xml:"columns"`
}

// reportType is the part of a report's type that its columns depend on: the standard object that it is based on, the
// custom object of its rows, and the object that these look up.
type reportType struct {
	name, label           string
	base, custom, foreign string
	source                *reportTypeXML // of a custom report type
}

// reportType reads the name of a type. Those of custom objects spell their parts:
// OpportunityCustomEntity$Payment__c, CustomEntity$Gift__c@Gift__c.Fund__c, Opportunity@Opportunity.Plan__c.
func (ts *types) reportType(name string) reportType {
	name = strings.TrimSpace(name)
	t := reportType{name: name}
	if x := ts.custom[strings.TrimSuffix(name, "__c")]; x != nil {
		t.base, t.source = strings.TrimSpace(x.BaseObject), x
		t.label = source.First(x.Label, schema.Words(name))
		return t
	}
	if known, ok := standardTypes[name]; ok {
		t.label, t.base = known.label, known.base
		return t
	}
	main, lookup, hasLookup := strings.Cut(name, "@")
	base, custom, hasCustom := strings.Cut(main, "$")
	if !hasLookup && !hasCustom {
		t.base, t.label = schema.Bare(name), source.First(schema.Words(strings.TrimSuffix(schema.Bare(name), "__c")), "Reports")
		return t
	}
	t.base, t.custom = strings.TrimSuffix(base, "CustomEntity"), custom
	if t.custom == "" {
		t.custom = t.base
	}
	if t.base == "" {
		t.base = t.custom
	}
	t.label = ts.schema.Object(t.base).Plural
	if t.base != t.custom {
		t.label += " with " + ts.schema.Object(t.custom).Plural
	}
	if object, field, ok := strings.Cut(lookup, "."); ok {
		t.foreign = ts.schema.Target(object, field)
		t.label += " with " + ts.schema.Field(object, field).Label
	}
	return t
}

// types are the report types of a project, and the columns of each.
type types struct {
	schema *schema.Schema
	custom map[string]*reportTypeXML // by file name
	used   map[string][]string       // by report type, the columns that reports use
	summed map[string]bool           // columns that some report sums, hence numbers

	metadata sync.Map // report type -> json.RawMessage
}

// load reads the schema and the custom report types.
func (ts *types) load(src source.Tree, found *source.Files) error {
	var err error
	ts.schema, err = schema.Load(src, found)
	errs := []error{err}
	for _, f := range found.ReportTypes {
		x := &reportTypeXML{}
		_, err := src.Read(f, "ReportType", x)
		errs = append(errs, err)
		ts.custom[f.Name] = x
	}
	return errors.Join(errs...)
}

// typeFolders are the folders where the list of report types shows a category of custom ones.
var typeFolders = map[string]string{
	"accounts": "Accounts & Contacts", "opportunities": "Opportunities", "leads": "Leads", "campaigns": "Campaigns",
	"activities": "Activities", "cases": "Customer Support Reports", "busop": "Business Opportunities",
}

// ReportTypes lists the custom report types of the project and those that its reports use.
func (ts *types) ReportTypes() []org.ReportType {
	var all []org.ReportType
	seen := map[string]bool{}
	add := func(name string) {
		t := ts.reportType(name)
		if seen[t.name] || t.name == "" {
			return
		}
		seen[t.name] = true
		entry := org.ReportType{Type: t.name, Label: t.label, Folder: ts.schema.Object(t.base).Plural, SupportsJoined: true}
		if t.source != nil {
			entry.Description, entry.Hidden = strings.TrimSpace(t.source.Description), source.IsNo(t.source.Deployed)
			entry.Folder = source.First(typeFolders[strings.ToLower(t.source.Category)], "Other Reports")
		}
		all = append(all, entry)
	}
	for _, name := range sortedKeys(ts.custom) {
		add(strings.TrimSuffix(name, "__c") + "__c")
	}
	for _, name := range sortedKeys(ts.used) {
		add(name)
	}
	return all
}
