package config

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"longhaul/internal/plaintext"
	"longhaul/internal/spelling"
)

const prefix = "LONGHAUL_"

// Environment is a process environment as os.Environ gives it. Nothing in this package reads another.
type Environment []string

// Lookup finds a variable by its exact name; of several, the last counts.
func (e Environment) Lookup(name string) (string, bool) {
	for _, entry := range slices.Backward(e) {
		if key, value, ok := strings.Cut(entry, "="); ok && key == name {
			return value, true
		}
	}
	return "", false
}

// LookupFold finds a variable whatever the case of its name; the exact one comes first.
func (e Environment) LookupFold(name string) (string, bool) {
	if value, ok := e.Lookup(name); ok {
		return value, true
	}
	for _, entry := range slices.Backward(e) {
		if key, value, ok := strings.Cut(entry, "="); ok && strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}

// variable is a setting that can come from the environment.
type variable struct {
	path string
	setting
}

// variables are the settings of a section under the names of their variables, which begin with before.
func variables(s setting, before string) map[string]variable {
	all := map[string]variable{}
	s.leaves("", func(path string, leaf setting) {
		all[before+shout(path)] = variable{path: path, setting: leaf}
	})
	return all
}

// shout writes a path or a name as environment variables are written.
func shout(path string) string {
	return strings.ToUpper(strings.NewReplacer(".", "_", "-", "_").Replace(path))
}

// override lays the environment over the values. It gives warnings about variables that look like a setting and are
// none.
func (e Environment) override(v values, mistakes *Mistakes) (warnings []string) {
	general, named := variables(schema(), prefix), families()
	known := []string{"config", "state"}
	for _, name := range slices.Sorted(maps.Keys(general)) {
		known = append(known, strings.ToLower(strings.TrimPrefix(name, prefix)))
	}
	for _, name := range e.names() {
		raw, _ := e.Lookup(name)
		value := plaintext.Value([]byte(raw))
		if value == "" {
			continue // as good as unset
		}
		if setting, ok := general[name]; ok {
			e.take(v, setting.path, setting.setting, name, value, mistakes)
		} else if i := slices.IndexFunc(named, func(f family) bool { return strings.HasPrefix(name, f.prefix) }); i >= 0 {
			e.takeNamed(v, named[i], name, value, mistakes)
		} else if word := strings.ToLower(strings.TrimPrefix(name, prefix)); !slices.Contains(known, word) {
			if near := spelling.Nearest(word, known); near != "" {
				warnings = append(warnings, "the environment variable "+name+" means nothing here; did you mean "+prefix+strings.ToUpper(near)+"?")
			}
		}
	}
	return warnings
}

// names lists the variables with our prefix in order, each once.
func (e Environment) names() []string {
	var names []string
	for _, entry := range e {
		if key, _, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(key, prefix) {
			names = append(names, key)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

func (e Environment) take(v values, path string, s setting, name, value string, mistakes *Mistakes) {
	from := origin{name: name}
	parsed, err := s.parse(value)
	if err != nil {
		mistakes.add(from, "%s", sentence(err))
		return
	}
	v.set(path, parsed, from)
}

// family are the settings of named sections, whose variables have the name in them.
type family struct {
	path     string // of the sections
	prefix   string // of the variables
	settings map[string]variable
	check    func(name string) error
}

// families are those of the schema.
func families() []family {
	var all []family
	for _, path := range []string{"sources", receiversPath} {
		at := schema()
		for name := range strings.SplitSeq(path, ".") {
			at, _ = at.field(name)
		}
		all = append(all, family{path: path, prefix: prefix + shout(path) + "_", settings: variables(at, ""), check: at.check})
	}
	return all
}

// perReceiver is the form of the variables that name a receiver beside their source.
var perReceiver = regexp.MustCompile(`^(.+)_(NOTIFY_(.+)_EVENTS)$`)

// takeNamed reads LONGHAUL_SOURCES_<NAME>_<SETTING> and its like: the longest setting that fits decides where the name ends.
func (e Environment) takeNamed(v values, of family, name, value string, mistakes *Mistakes) {
	rest, settings := strings.TrimPrefix(name, of.prefix), of.settings
	if m := perReceiver.FindStringSubmatch(rest); m != nil && of.path == "sources" {
		path := "notify." + strings.ToLower(strings.ReplaceAll(m[3], "_", "-")) + ".events"
		settings = map[string]variable{m[2]: {path: path, setting: receiverSettings[len(receiverSettings)-1]}}
	}
	longest := ""
	for suffix := range settings {
		if strings.HasSuffix(rest, "_"+suffix) && len(suffix) > len(longest) {
			longest = suffix
		}
	}
	who := strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(rest, "_"+longest), "_", "-"))
	if longest != "" && who != "" {
		if err := of.check(who); err != nil {
			mistakes.add(origin{name: name}, "%s", sentence(err))
			return
		}
	}
	if longest == "" || who == "" {
		known := slices.Collect(maps.Keys(settings))
		if of.path == "sources" {
			known = append(known, "NOTIFY_<RECEIVER>_EVENTS")
		}
		slices.Sort(known)
		mistakes.add(origin{name: name}, "is not %s<NAME>_<SETTING>; the settings are %s", of.prefix, strings.Join(known, ", "))
		return
	}
	at := of.path + "." + who
	if _, inFile := v.origins[at]; !inFile {
		v.origins[at] = origin{name: prefix + shout(at) + "_*"}
	}
	e.take(v, at+"."+settings[longest].path, settings[longest].setting, name, value, mistakes)
}
