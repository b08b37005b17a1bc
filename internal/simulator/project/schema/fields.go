package schema

import (
	"strings"

	"longhaul/internal/simulator/project/source"
)

// Field is what is known of an object's field: first from the project, then from the tables, then from its name. The source of
// a package names its parts without the namespace by which reports name them.
func (s *Schema) Field(object, name string) Field {
	if f, ok := s.fields[strings.ToLower(object+"."+name)]; ok {
		return f
	}
	for _, o := range []string{object, "*"} {
		if f, ok := packaged[o+"."+name]; ok {
			return f.info()
		}
	}
	for _, o := range []string{object, Bare(object)} {
		if f, ok := s.fields[strings.ToLower(o+"."+Bare(name))]; ok {
			return f
		}
	}
	if f, ok := s.standardField(object, name); ok {
		return f
	}
	return Guess(name)
}

// standardField finds a field of Salesforce's own.
func (s *Schema) standardField(object, name string) (Field, bool) {
	f, ok := standardFields[object+"."+name]
	if !ok {
		f, ok = standardFields["*."+name]
	}
	if !ok {
		return Field{}, false
	}
	info := f.info()
	if name == "Name" {
		if o := s.Object(object); o.NameLabel != "" {
			info.Label = o.NameLabel
			return info, true
		}
	}
	info.Label = strings.ReplaceAll(info.Label, "{}", s.Object(object).Label)
	return info, true
}

// Object is what is known of an object; its labels are never empty.
func (s *Schema) Object(name string) Object {
	var o Object
	for _, key := range []string{name, Bare(name)} {
		if found := s.objects[strings.ToLower(key)]; found != nil {
			o = *found
			break
		}
	}
	if known, ok := objectLabels[name]; ok {
		o.Label, o.Plural = source.First(o.Label, known.label), source.First(o.Plural, known.plural)
	}
	o.Label = source.First(o.Label, Words(strings.TrimSuffix(Bare(name), "__c")), "Record")
	o.Plural = source.First(o.Plural, plural(o.Label))
	return o
}

// Target is the object that a lookup leads to.
func (s *Schema) Target(object, lookup string) string {
	to := s.Field(object, lookup).References
	if to == "" {
		return lookup // most lookups are named after their object
	}
	_, written := s.fields[strings.ToLower(object+"."+lookup)]
	ns, _, packed := strings.Cut(strings.TrimSuffix(lookup, "__c"), "__")
	if !written && packed && strings.HasSuffix(to, "__c") && Bare(to) == to {
		return ns + "__" + to // the package's own source omits its namespace
	}
	return to
}

// Child is the object that a child relationship leads to.
func (s *Schema) Child(object, relationship string) string {
	name, custom := strings.CutSuffix(relationship, "__r")
	for _, o := range []string{object, Bare(object)} {
		for _, n := range []string{name, Bare(name)} {
			if c, ok := s.children[strings.ToLower(o+"."+n)]; ok {
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

// Bare drops a package's namespace from the name of a custom object or field.
func Bare(name string) string {
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
