// Package project makes a simulated org out of a project in Salesforce source format.
package project

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"longhaul/internal/simulator/org"
	"longhaul/internal/simulator/project/source"
)

// Project is the org that a source project describes. Ids and dates follow from names and contents, so that the same
// project is the same org at every load, wherever it lies.
type Project struct {
	types // of reports

	name   string
	tables map[string]*table
	orgID  string
	users  []*user

	folders map[string]*folder // by kind and path: Report:Fundraising/Grants
	reports map[string]*report // by full name: Fundraising/Grants/Open_Grants
}

var (
	_ org.Org         = (*Project)(nil)
	_ org.TypeCatalog = (*Project)(nil)
)

// Load reads the project in dir: any folder that holds reports/ at some depth. Unknown elements and references to missing
// parts are ignored; a file that is no XML is an error that names file and line.
func Load(dir string) (*Project, error) {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("project %s: %w", dir, err)
	}
	if info, err := os.Stat(abs); err != nil {
		return nil, fmt.Errorf("project %s cannot be read: %w", dir, err)
	} else if !info.IsDir() {
		return nil, fmt.Errorf("project %s is a file; give the folder that holds reports/", dir)
	}
	fsys := os.DirFS(abs)
	found, err := source.Scan(fsys)
	if err != nil {
		return nil, fmt.Errorf("project %s: %w", dir, err)
	}
	if len(found.Reports) == 0 {
		return nil, fmt.Errorf("project %s has no reports: no file named *%s lies in it; "+
			"give the folder of a project in Salesforce source format", dir, source.ReportSuffix)
	}
	p := &Project{
		name: filepath.Base(abs), tables: map[string]*table{},
		folders: map[string]*folder{}, reports: map[string]*report{},
		types: types{custom: map[string]*reportTypeXML{}, used: map[string][]string{}, summed: map[string]bool{}},
	}
	if err := p.build(source.Tree{FS: fsys}, found); err != nil {
		return nil, fmt.Errorf("project %s: %w", dir, err)
	}
	return p, nil
}

// build reads every file, so that all mistakes are reported at once, and then gives the rows their ids.
func (p *Project) build(src source.Tree, found *source.Files) error {
	mint := newMinter()
	p.orgID = mint.id("00D", "Organization")
	p.addUsers(mint)
	errs := []error{
		p.load(src, found),
		p.addFolders(src, mint, found),
		p.addReports(src, mint, found.Reports),
	}
	errs = append(errs, p.addDashboards(src, mint, found.Dashboards)) // last: its components look reports up
	if err := errors.Join(errs...); err != nil {
		return err
	}
	p.observe(p.reports)
	p.put("Organization", []row{&organization{p.orgID}})
	return nil
}

// Info describes the org.
func (p *Project) Info() org.Info {
	return org.Info{OrgID: p.orgID, Name: p.name, Edition: edition, RunAsUserID: p.users[0].id, Locale: locale}
}

// Count is the number of rows of an object.
func (p *Project) Count(object string) int {
	if t := p.tables[object]; t != nil {
		return len(t.rows)
	}
	return 0
}

// Record is row i of an object, in byte order of the ids.
func (p *Project) Record(object string, i int) org.Record {
	r := p.tables[object].rows[i]
	fields := r.fields(p)
	fields["Id"] = r.key()
	return org.Record{ID: r.key(), Fields: fields}
}

// ID is the id of row i.
func (p *Project) ID(object string, i int) string { return p.tables[object].rows[i].key() }

// Find finds the row of an id.
func (p *Project) Find(object, id18 string) (int, bool) {
	t := p.tables[object]
	if t == nil {
		return 0, false
	}
	i, ok := t.at[id18]
	return i, ok
}

// Private is always false: private folders are no part of a project's source.
func (p *Project) Private(string, int) bool { return false }
