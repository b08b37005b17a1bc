package connect

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"longhaul/internal/export"
	"longhaul/internal/export/formats"
	"longhaul/internal/fault"
	"longhaul/internal/source"
)

// given is what flags say about a source.
type given struct {
	credentials string            // a file with the guide's document, or -
	login       map[string]string // by name: see loginFields; a secret is a reference
	sections    map[string]map[string]string
	without     map[string]*bool // sections that the source shall not have
}

// field is one thing that is asked about a source.
type field struct {
	name   string
	flag   string
	label  string // in the guide's or the catalog's words; empty: only a flag gives it
	secret bool
	file   bool // a secret of many lines: a file holds it, or standard input
	needed bool
	auth   source.Auth // the only way to log in that has it; empty: all
	check  func(string) error
	normal func(string) string
}

// declared are the formats that have settings, each with what connect may ask: no paths, which would be of one machine.
func declared() (all []section) {
	for _, format := range formats.All() {
		settings := format.Settings()
		ofOneMachine := func(one export.Setting) bool { return one.Needed && one.Kind == export.Path }
		if settings.Section == "" || slices.ContainsFunc(settings.Fields, ofOneMachine) {
			continue
		}
		s := section{format: format.Name(), name: settings.Section, exclusive: settings.Exclusive}
		for _, one := range settings.Fields {
			if one.Kind == export.Path {
				continue
			}
			f := field{
				name: one.Name, flag: flagOf(settings.Section + "-" + one.Name), label: one.Label, needed: one.Needed,
				secret: one.Kind == export.Secret, check: one.Check, normal: one.Normal,
			}
			if f.secret {
				f.check = source.Key.Check
			}
			s.fields = append(s.fields, f)
		}
		slices.SortStableFunc(s.fields, func(a, b field) int { return strings.Compare(a.rank(), b.rank()) })
		all = append(all, s)
	}
	return all
}

// section is what one format asks.
type section struct {
	format, name string
	fields       []field
	exclusive    [][2]string
}

// rank puts what is needed first: without it the rest is of no use.
func (f field) rank() string { return fmt.Sprint(!f.needed, f.secret) }

func flagOf(name string) string { return strings.ReplaceAll(name, "_", "-") }

func (g *given) addFlags(f *pflag.FlagSet) {
	g.login, g.sections, g.without = map[string]string{}, map[string]map[string]string{}, map[string]*bool{}
	f.StringVar(&g.credentials, "credentials", "", `file with {"baseUrl","clientId","clientSecret"}, as the guide shows it, or with "username" `+
		`and "privateKey" in place of the secret; - reads standard input`)
	for _, one := range loginFields {
		f.Var(into{g.login, one}, one.flag, one.usage("a login by --private-key, where base_url does not show it"))
	}
	for _, s := range declared() {
		g.sections[s.name] = map[string]string{}
		for _, one := range s.fields {
			f.Var(into{g.sections[s.name], one}, one.flag, one.usage(s.name))
		}
		g.without[s.name] = f.Bool("no-"+s.name, false, "the source has no "+s.name+": its files stay in the bucket")
	}
}

func (f field) usage(of string) string {
	words := f.label
	if words == "" {
		words = f.name + " of " + of
	}
	switch {
	case f.file:
		words += " that signs logins (auth: jwt_bearer), in place of a secret; - reads standard input"
	case f.secret:
		words += ", by reference: env:NAME or file:PATH"
	}
	return words
}

// into is a flag whose value goes into a map, so that an empty one is a value too.
type into struct {
	values map[string]string
	of     field
}

// Set takes the value.
func (i into) Set(value string) error {
	i.values[i.of.name] = value
	return nil
}

// String hides what may be a secret that somebody gave by mistake.
func (i into) String() string { return "" }

// Type is what the help shows.
func (i into) Type() string {
	switch {
	case i.of.file:
		return "FILE"
	case i.of.secret:
		return "reference"
	}
	return "string"
}

// read reads what the flags refer to. Values that are not given stay absent.
func (g *given) read(ctx context.Context, p Program, name string) (answers, error) {
	if g.credentials == "-" && g.login["private_key"] == "-" {
		return answers{}, fault.Invalidf("--private-key and --credentials cannot both read standard input: give a file to one of them")
	}
	found, err := g.readLogin(ctx, p, name)
	if err != nil {
		return found, err
	}
	for _, s := range declared() {
		if len(g.sections[s.name]) > 0 && *g.without[s.name] {
			return found, fault.Invalidf("--no-%s is given beside another flag of %s: leave one of them out", s.name, s.name)
		}
		into := map[string]string{}
		if err := resolve(ctx, p, s.fields, g.sections[s.name], into); err != nil {
			return found, err
		}
		if len(into) > 0 {
			found.sections[s.name] = into
		}
	}
	return found, nil
}

// resolve checks values, and reads those of references.
func resolve(ctx context.Context, p Program, fields []field, from, into map[string]string) error {
	for _, one := range fields {
		value, ok := from[one.name]
		if !ok {
			continue
		}
		value, err := one.referred(ctx, p, value)
		if err != nil {
			return fault.Invalidf("--%s: %s", one.flag, fault.Sentence(err))
		}
		clean, err := one.clean(value)
		if err != nil {
			return fault.Invalidf("--%s: %s", one.flag, fault.Sentence(err))
		}
		into[one.name] = clean
	}
	return nil
}

// clean checks a value, and gives it in its one form.
func (f field) clean(value string) (string, error) {
	if f.normal != nil && f.name == "base_url" {
		value = f.normal(value)
	}
	if value == "" {
		return "", fault.Invalidf("is empty: give the value, or leave it out")
	}
	if f.check != nil {
		if err := f.check(value); err != nil {
			return "", err
		}
	}
	if f.normal != nil {
		value = f.normal(value)
	}
	return value, nil
}

// answers are the values about a source.
type answers struct {
	auth     source.Auth // the way to log in; empty: nobody said
	login    map[string]string
	sections map[string]map[string]string // those that the source has
}

// complete says what is missing, all at once.
func (a answers) complete() error {
	var missing []string
	for _, one := range loginFieldsOf(a.auth) {
		if one.needed && a.login[one.name] == "" {
			missing = append(missing, fmt.Sprintf("--%s (%s)", one.flag, one.label))
		}
	}
	for _, s := range declared() {
		values, has := a.sections[s.name]
		for _, one := range s.fields {
			if has && one.needed && values[one.name] == "" {
				missing = append(missing, "--"+one.flag)
			}
		}
		for _, pair := range s.exclusive {
			if values[pair[0]] != "" && values[pair[1]] != "" {
				return fault.Invalidf("%s has both a %s and a %s: give one of them", s.name, pair[0], pair[1])
			}
		}
	}
	if len(missing) > 0 {
		return fault.Invalidf("missing: %s; give them, or --credentials FILE for the org, or run the command on a terminal, which asks",
			strings.Join(missing, ", "))
	}
	return nil
}
