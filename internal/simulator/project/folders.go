package project

import (
	"errors"
	"path"
	"regexp"
	"strings"

	"longhaul/internal/simulator/project/schema"
	"longhaul/internal/simulator/project/source"
)

// unfiled is the folder of reports that lie in none; its name and id are the org's.
const (
	unfiled     = "unfiled$public"
	unfiledName = "Public Reports"
)

// folder is a folder of reports or of dashboards.
type folder struct {
	id, kind, path, label, parentID string
	audit                           audited
}

// addFolders makes a folder of each folder file, and of each directory that has none.
func (p *Project) addFolders(src source.Tree, mint *minter, found *source.Files) error {
	var errs []error
	for _, part := range []struct {
		kind, root string
		own, items []source.File
	}{
		{"Report", "ReportFolder", found.ReportFolders, found.Reports},
		{"Dashboard", "DashboardFolder", found.DashboardFolders, found.Dashboards},
	} {
		labels, texts := map[string]string{}, map[string]string{}
		for _, f := range part.own {
			var x folderXML
			text, err := src.Read(f, part.root, &x)
			errs = append(errs, err)
			labels[f.Name], texts[f.Name] = strings.TrimSpace(x.Name), text
		}
		paths := make([]string, 0, len(part.own)+len(part.items))
		for _, f := range part.own {
			paths = append(paths, f.Name)
		}
		for _, f := range part.items {
			paths = append(paths, path.Dir(f.Name))
		}
		for _, full := range paths {
			p.folder(mint, part.kind, full, labels, texts)
		}
	}
	rows := make([]row, 0, len(p.folders))
	for _, f := range p.folders {
		rows = append(rows, f)
	}
	p.put("Folder", rows)
	return errors.Join(errs...)
}

// folder finds the folder of a path, and makes it and those above it when it is new. It is nil where things lie in none.
func (p *Project) folder(mint *minter, kind, full string, labels, texts map[string]string) *folder {
	if full == "." || full == "" || full == unfiled {
		return nil
	}
	if f := p.folders[kind+":"+full]; f != nil {
		return f
	}
	f := &folder{
		id: mint.id("00l", kind+":"+full), kind: kind, path: full, label: labels[full],
		audit: p.audit(kind+":"+full, texts[full]),
	}
	if f.label == "" {
		f.label = schema.Words(f.developerName())
	}
	if parent := p.folder(mint, kind, path.Dir(full), labels, texts); parent != nil {
		f.parentID = parent.id
	}
	p.folders[kind+":"+full] = f
	return f
}

func (f *folder) key() string { return f.id }

func (f *folder) developerName() string {
	_, name := namespace(path.Base(f.path))
	return name
}

func (f *folder) fields(*Project) map[string]any {
	ns, name := namespace(path.Base(f.path))
	return f.audit.into(map[string]any{
		"Name": f.label, "DeveloperName": name, "NamespacePrefix": orNull(ns), "Type": f.kind,
		"ParentId": orNull(f.parentID), "AccessType": "Public", "IsReadonly": false,
	})
}

var namespaced = regexp.MustCompile(`^([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)__(.+)$`)

// namespace splits the name of a folder, report or dashboard that a package brought.
func namespace(developerName string) (ns, name string) {
	if m := namespaced.FindStringSubmatch(developerName); m != nil && len(m[1]) <= 15 {
		return m[1], m[2]
	}
	return "", developerName
}
