package config

import (
	"errors"
	"slices"

	"longhaul/internal/export"
	"longhaul/internal/export/formats"
	"longhaul/internal/fault"
	"longhaul/internal/source"
	"longhaul/internal/spelling"
)

// exportsSetting names the exports of a source.
const exportsSetting = "exports"

// exportSections are the settings of a source that the formats declare, and the one that names the formats.
func exportSections() []setting {
	var sections []setting
	for _, format := range formats.All() {
		declared := format.Settings()
		if declared.Section == "" {
			continue
		}
		s := setting{name: declared.Section, kind: section}
		for _, field := range declared.Fields {
			one := setting{name: field.Name, check: field.Check}
			if field.Kind == export.Secret {
				one.kind = secret
			}
			s.fields = append(s.fields, one)
		}
		sections = append(sections, s)
	}
	return append(sections, setting{name: exportsSetting, kind: list, normal: knownExport})
}

// knownExport finds the format of a name.
func knownExport(name string) (string, error) {
	if _, err := formats.Find(name); err != nil {
		if near := spelling.Nearest(name, formats.Names()); near != "" {
			return "", fault.Invalidf("%.40q is not an export; did you mean %s?", name, near)
		}
		return "", err
	}
	return name, nil
}

// exportNames lists the exports that a source has, or would have without its mistakes.
func exportNames(v values, at string) []string {
	if names, _ := v.data[at+exportsSetting].([]string); len(names) > 0 {
		return names
	}
	return []string{source.DefaultExport}
}

// hasSection says whether a section of a source is there, in the file or by a variable.
func hasSection(v values, path string) bool {
	_, written := v.origins[path]
	return written || hasAny(v, path+".")
}

// checkExports finds what is wrong with the sections of the exports as wholes.
func checkExports(v values, at string, mistakes *Mistakes) {
	if names, given := v.data[at+exportsSetting].([]string); given && len(names) == 0 {
		mistakes.add(v.near(at+exportsSetting), "%s%s names no export: name one, or remove the line, which means %s",
			at, exportsSetting, source.DefaultExport)
	}
	for _, format := range formats.All() {
		declared := format.Settings()
		path := at + declared.Section
		if declared.Section == "" || !hasSection(v, path) {
			continue
		}
		if !slices.Contains(exportNames(v, at), format.Name()) && !noted(*mistakes, at+exportsSetting) {
			mistakes.add(v.near(path), "%s is for the export %s, which %s%s does not name: name it there, or remove the section",
				path, format.Name(), at, exportsSetting)
			continue
		}
		for _, pair := range declared.Exclusive {
			if v.has(path+"."+pair[0]) && v.has(path+"."+pair[1]) {
				mistakes.add(v.near(path+"."+pair[1]), "%s has both a %s and a %s: keep one of them", path, pair[0], pair[1])
			}
		}
		var needed []string
		for _, field := range declared.Fields {
			if field.Needed {
				needed = append(needed, field.Name)
			}
		}
		needAll(v, path, needed, mistakes)
	}
}

// exports makes the exports of a source from checked settings.
func (in Input) exports(v values, at, fileDir string) ([]source.Export, error) {
	var exports []source.Export
	var wrong error
	for _, name := range exportNames(v, at) {
		format, err := formats.Find(name)
		if err != nil {
			return nil, err
		}
		e := source.Export{Name: name}
		if declared := format.Settings(); declared.Section != "" && hasSection(v, at+declared.Section) {
			e, err = in.export(v, at, fileDir, name, declared)
			wrong = errors.Join(wrong, err)
		}
		exports = append(exports, e)
	}
	return exports, wrong
}

// export makes one export from the settings in its section.
func (in Input) export(v values, at, fileDir, name string, declared export.Settings) (source.Export, error) {
	e := source.Export{Name: name, Section: declared.Section, Texts: map[string]string{}, Secrets: map[string]source.Secret{}}
	var wrong error
	for _, field := range declared.Fields {
		path := declared.Section + "." + field.Name
		value := v.text(at + path)
		if value == "" {
			continue
		}
		switch field.Kind {
		case export.Secret:
			var parsed source.Secret
			wrong = errors.Join(wrong, in.refer(v, at, fileDir, []secretOf{{path, value, &parsed}}))
			e.Secrets[field.Name] = parsed
		case export.Path:
			located, err := in.located(v, at+path, value, fileDir, "")
			wrong = errors.Join(wrong, err)
			e.Texts[field.Name] = located
		default:
			if field.Normal != nil {
				value = field.Normal(value)
			}
			e.Texts[field.Name] = value
		}
	}
	return e, wrong
}
