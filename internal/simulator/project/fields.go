package project

import "strings"

// field tells what is known of an object's field: first from the project, then from the tables, then from its name.
// A package's own source names its parts without the namespace by which reports call them.
func (p *Project) field(object, name string) fieldInfo {
	if f, ok := p.schema.fields[strings.ToLower(object+"."+name)]; ok {
		return f
	}
	for _, o := range []string{object, "*"} {
		if f, ok := packaged[o+"."+name]; ok {
			return f.info()
		}
	}
	for _, o := range []string{object, bare(object)} {
		if f, ok := p.schema.fields[strings.ToLower(o+"."+bare(name))]; ok {
			return f
		}
	}
	if f, ok := p.standardField(object, name); ok {
		return f
	}
	return guess(name)
}

// standardField looks a field of Salesforce's own up.
func (p *Project) standardField(object, name string) (fieldInfo, bool) {
	f, ok := standardFields[object+"."+name]
	if !ok {
		f, ok = standardFields["*."+name]
	}
	if !ok {
		return fieldInfo{}, false
	}
	info := f.info()
	if name == "Name" {
		if o := p.object(object); o.nameLabel != "" {
			info.label = o.nameLabel
			return info, true
		}
	}
	info.label = strings.ReplaceAll(info.label, "{}", p.object(object).label)
	return info, true
}

// object tells what is known of an object; its labels are never empty.
func (p *Project) object(name string) objectInfo {
	var o objectInfo
	for _, key := range []string{name, bare(name)} {
		if found := p.schema.objects[strings.ToLower(key)]; found != nil {
			o = *found
			break
		}
	}
	if known, ok := objectLabels[name]; ok {
		o.label, o.plural = firstOf(o.label, known.label), firstOf(o.plural, known.plural)
	}
	o.label = firstOf(o.label, words(strings.TrimSuffix(bare(name), "__c")), "Record")
	o.plural = firstOf(o.plural, plural(o.label))
	return o
}

// target is the object that a lookup leads to.
func (p *Project) target(object, lookup string) string {
	to := p.field(object, lookup).references
	if to == "" {
		return lookup // most lookups are called after their object
	}
	_, written := p.schema.fields[strings.ToLower(object+"."+lookup)]
	ns, _, packed := strings.Cut(strings.TrimSuffix(lookup, "__c"), "__")
	if !written && packed && strings.HasSuffix(to, "__c") && bare(to) == to {
		return ns + "__" + to // the package's own source leaves its namespace out
	}
	return to
}

// child is the object that a child relationship leads to.
func (p *Project) child(object, relationship string) string {
	name, custom := strings.CutSuffix(relationship, "__r")
	for _, o := range []string{object, bare(object)} {
		for _, n := range []string{name, bare(name)} {
			if c, ok := p.schema.children[strings.ToLower(o+"."+n)]; ok {
				return c
			}
		}
	}
	switch {
	case strings.HasSuffix(name, "ies"):
		name = strings.TrimSuffix(name, "ies") + "y"
	case strings.HasSuffix(name, "s"):
		name = strings.TrimSuffix(name, "s")
	}
	if custom {
		name += "__c"
	}
	return name
}

// bare drops a package's namespace from the name of a custom object or field.
func bare(name string) string {
	stem, suffix := name, ""
	if i := strings.LastIndex(name, "__"); i > 0 && len(name)-i <= len("__pc") {
		stem, suffix = name[:i], name[i:]
	}
	if ns, rest, ok := strings.Cut(stem, "__"); ok && ns != "" && rest != "" {
		return rest + suffix
	}
	return name
}

func plural(label string) string {
	switch {
	case strings.HasSuffix(label, "y") && !strings.HasSuffix(label, "ay") && !strings.HasSuffix(label, "ey"):
		return strings.TrimSuffix(label, "y") + "ies"
	case strings.HasSuffix(label, "s"):
		return label
	}
	return label + "s"
}
