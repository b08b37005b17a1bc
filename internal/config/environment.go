package config

import (
	"maps"
	"slices"
	"strings"

	"longhaul/internal/plaintext"
	"longhaul/internal/source"
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
	const sourcesPrefix = prefix + "SOURCES_"
	general := variables(schema(), prefix)
	sources, _ := schema().field("sources")
	perSource := variables(sources, "")
	known := append(slices.Sorted(maps.Keys(general)), prefix+"CONFIG", prefix+"STATE")
	for _, name := range e.names() {
		raw, _ := e.Lookup(name)
		value := plaintext.Value([]byte(raw))
		if value == "" {
			continue // as good as unset
		}
		if setting, ok := general[name]; ok {
			e.take(v, setting.path, setting.setting, name, value, mistakes)
		} else if rest, ok := strings.CutPrefix(name, sourcesPrefix); ok {
			e.takeSource(v, rest, name, value, perSource, mistakes)
		} else if near := spelling.Nearest(name, known); near != "" && !slices.Contains(known, name) {
			warnings = append(warnings, "the environment variable "+name+" means nothing here; did you mean "+near+"?")
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

// takeSource reads LONGHAUL_SOURCES_<NAME>_<SETTING>: the longest setting that fits decides where the name ends.
func (e Environment) takeSource(v values, rest, name, value string, settings map[string]variable, mistakes *Mistakes) {
	longest := ""
	for suffix := range settings {
		if strings.HasSuffix(rest, "_"+suffix) && len(suffix) > len(longest) {
			longest = suffix
		}
	}
	who := strings.ToLower(strings.ReplaceAll(strings.TrimSuffix(rest, "_"+longest), "_", "-"))
	if longest != "" && who != "" {
		if err := source.CheckName(who); err != nil {
			mistakes.add(origin{name: name}, "%s", sentence(err))
			return
		}
	}
	if longest == "" || who == "" {
		mistakes.add(origin{name: name}, "is not LONGHAUL_SOURCES_<NAME>_<SETTING>; the settings are %s",
			strings.Join(slices.Sorted(maps.Keys(settings)), ", "))
		return
	}
	at := "sources." + who
	if _, inFile := v.origins[at]; !inFile {
		v.origins[at] = origin{name: prefix + "SOURCES_" + shout(who) + "_*"}
	}
	e.take(v, at+"."+settings[longest].path, settings[longest].setting, name, value, mistakes)
}
