package project

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

// report is a report and its definition.
type report struct {
	id, fullName string
	audit        audited
	folder       *folder // nil when it is unfiled
	def          *reportXML
}

func (p *Project) addReports(src source.Tree, mint *minter, found []source.File) error {
	var errs []error
	rows := make([]row, 0, len(found))
	paths := map[string]string{}
	for _, f := range found {
		if first, ok := paths[f.Name]; ok {
			errs = append(errs, fmt.Errorf("%s defines the same report as %s; remove one of them", f.Path, first))
			continue
		}
		paths[f.Name] = f.Path
		def := &reportXML{}
		text, err := src.Read(f, "Report", def)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		r := &report{
			id: mint.id("00O", f.Name), fullName: f.Name, def: def,
			audit: p.audit(f.Name, text), folder: p.folders["Report:"+path.Dir(f.Name)],
		}
		p.reports[f.Name] = r
		rows = append(rows, r)
	}
	p.put("Report", rows)
	return errors.Join(errs...)
}

// reportNamed finds the report that a dashboard names as Folder/Report. In a sub-folder the name may carry the whole
// path or the last folder only.
func (p *Project) reportNamed(name string) *report {
	name = strings.TrimSpace(name)
	if r := p.reports[name]; r != nil {
		return r
	}
	if bare, ok := strings.CutPrefix(name, unfiled+"/"); ok {
		return p.reports[bare]
	}
	if name == "" {
		return nil
	}
	var match *report
	for full, r := range p.reports {
		if !strings.HasSuffix(full, "/"+name) {
			continue
		}
		if match != nil {
			return nil // which of them is meant cannot be known
		}
		match = r
	}
	return match
}

func (r *report) key() string { return r.id }

func (r *report) label() string {
	if name := strings.TrimSpace(r.def.Name); name != "" {
		return name
	}
	return schema.Words(r.developerName())
}

func (r *report) developerName() string {
	_, name := namespace(path.Base(r.fullName))
	return name
}

// folderID is what stands in OwnerId: the folder, or the org where there is none.
func (r *report) folderID(p *Project) (id, name string) {
	if r.folder == nil {
		return p.orgID, unfiledName
	}
	return r.folder.id, r.folder.label
}

func (r *report) fields(p *Project) map[string]any {
	ns, name := namespace(path.Base(r.fullName))
	owner, folderName := r.folderID(p)
	return r.audit.into(map[string]any{
		"Name": r.label(), "DeveloperName": name, "NamespacePrefix": orNull(ns),
		"Description": orNull(strings.TrimSpace(r.def.Description)), "Format": formats[r.format()],
		"OwnerId": owner, "FolderName": folderName, "IsDeleted": false,
		"LastRunDate": r.audit.modified.AddDate(0, 1, 0).Format(moment),
	})
}

const joined = "MULTI_BLOCK"

// formats gives what the Report object calls the formats of the Analytics API.
var formats = map[string]string{
	"TABULAR": "Tabular", "SUMMARY": "Summary", "MATRIX": "Matrix", joined: "Multiblock",
}

// format is the report's format in the Analytics API's words.
func (r *report) format() string {
	switch strings.ToLower(strings.TrimSpace(r.def.Format)) {
	case "summary":
		return "SUMMARY"
	case "matrix":
		return "MATRIX"
	case "multiblock":
		return joined
	}
	return "TABULAR"
}

// Describe answers for report i.
func (p *Project) Describe(i int) org.Describe {
	r, ok := p.tables["Report"].rows[i].(*report)
	if !ok {
		return org.Describe{Status: 404, ErrorCode: "NOT_FOUND", Message: "The data you’re trying to access is unavailable."}
	}
	if r.format() == joined {
		return org.Describe{
			Status: 501, ErrorCode: "NOT_IMPLEMENTED", Message: "You’re requesting data for an unsupported report format.",
		}
	}
	d := describer{p: p, r: r, kind: p.reportType(r.def.ReportType)}
	return org.Describe{
		Status: 200, ReportMetadata: d.metadata(), ReportExtendedMetadata: d.extended(), ReportType: d.kind.name,
	}
}
