package project

import (
	"strings"

	"longhaul/internal/simulator/org"
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

// reportType is what a report's type says about its columns: the standard object that it is based on, the custom
// object of its rows, and the object that these look up.
type reportType struct {
	name, label           string
	base, custom, foreign string
	source                *reportTypeXML // of a custom report type
}

// reportType reads the name of a type. Those of custom objects spell their parts:
// OpportunityCustomEntity$Payment__c, CustomEntity$Gift__c@Gift__c.Fund__c, Opportunity@Opportunity.Plan__c.
func (p *Project) reportType(name string) reportType {
	name = strings.TrimSpace(name)
	t := reportType{name: name}
	if x := p.types[strings.TrimSuffix(name, "__c")]; x != nil {
		t.base, t.source = strings.TrimSpace(x.BaseObject), x
		t.label = firstOf(x.Label, words(name))
		return t
	}
	if known, ok := standardTypes[name]; ok {
		t.label, t.base = known.label, known.base
		return t
	}
	main, lookup, hasLookup := strings.Cut(name, "@")
	base, custom, hasCustom := strings.Cut(main, "$")
	if !hasLookup && !hasCustom {
		t.base, t.label = bare(name), firstOf(words(strings.TrimSuffix(bare(name), "__c")), "Reports")
		return t
	}
	t.base, t.custom = strings.TrimSuffix(base, "CustomEntity"), custom
	if t.custom == "" {
		t.custom = t.base
	}
	if t.base == "" {
		t.base = t.custom
	}
	t.label = p.object(t.base).plural
	if t.base != t.custom {
		t.label += " with " + p.object(t.custom).plural
	}
	if object, field, ok := strings.Cut(lookup, "."); ok {
		t.foreign = p.target(object, field)
		t.label += " with " + p.field(object, field).label
	}
	return t
}

// typeFolders are where the catalogue of report types shows a category of custom ones.
var typeFolders = map[string]string{
	"accounts": "Accounts & Contacts", "opportunities": "Opportunities", "leads": "Leads", "campaigns": "Campaigns",
	"activities": "Activities", "cases": "Customer Support Reports", "busop": "Business Opportunities",
}

// ReportTypes lists the custom report types of the project and those that its reports use.
func (p *Project) ReportTypes() []org.ReportType {
	var all []org.ReportType
	seen := map[string]bool{}
	add := func(name string) {
		t := p.reportType(name)
		if seen[t.name] || t.name == "" {
			return
		}
		seen[t.name] = true
		entry := org.ReportType{Type: t.name, Label: t.label, Folder: p.object(t.base).plural, SupportsJoined: true}
		if t.source != nil {
			entry.Description, entry.Hidden = strings.TrimSpace(t.source.Description), isNo(t.source.Deployed)
			entry.Folder = firstOf(typeFolders[strings.ToLower(t.source.Category)], "Other Reports")
		}
		all = append(all, entry)
	}
	for _, name := range sortedKeys(p.types) {
		add(strings.TrimSuffix(name, "__c") + "__c")
	}
	for _, name := range sortedKeys(p.used) {
		add(name)
	}
	return all
}
