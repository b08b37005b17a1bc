package connect

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"longhaul/internal/config"
	"longhaul/internal/export"
	"longhaul/internal/export/formats"
	"longhaul/internal/fault"
	"longhaul/internal/paths"
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
	needed bool
	check  func(string) error
	normal func(string) string
}

// loginFields are those of the guide's screen.
var loginFields = []field{
	{name: "base_url", flag: "base-url", label: "Current My Domain URL", needed: true, check: source.Name.Check, normal: strings.TrimSpace},
	{name: "client_id", flag: "client-id", label: "Consumer Key", needed: true, check: source.Key.Check},
	{name: "client_secret", flag: "client-secret", label: "Consumer Secret", secret: true, needed: true, check: source.Key.Check},
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
	f.StringVar(&g.credentials, "credentials", "", `file with {"baseUrl","clientId","clientSecret"}, as the guide shows it; - reads standard input`)
	for _, one := range loginFields {
		f.Var(into{g.login, one}, one.flag, one.usage("the org"))
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
	if f.secret {
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
	if i.of.secret {
		return "reference"
	}
	return "string"
}

// maxDocument bounds a document on standard input, in bytes.
const maxDocument = 64 << 10

// read reads what the flags refer to. Values that are not given stay absent.
func (g *given) read(ctx context.Context, p Program, name string) (answers, error) {
	found := answers{login: map[string]string{}, sections: map[string]map[string]string{}}
	references := source.References{Dir: p.Dir, Lookup: config.Environment(p.Environ).Lookup}
	if g.credentials != "" {
		document, err := g.document(ctx, p, name, references)
		if err != nil {
			return found, err
		}
		found.login = map[string]string{"base_url": document.BaseURL, "client_id": document.ClientID, "client_secret": document.ClientSecret}
		for _, one := range loginFields {
			if _, twice := g.login[one.name]; twice {
				return found, fault.Invalidf("--%s is given beside --credentials, which holds it: leave one of them out", one.flag)
			}
		}
	}
	if err := resolve(ctx, references, loginFields, g.login, found.login); err != nil {
		return found, err
	}
	for _, s := range declared() {
		if len(g.sections[s.name]) > 0 && *g.without[s.name] {
			return found, fault.Invalidf("--no-%s is given beside another flag of %s: leave one of them out", s.name, s.name)
		}
		into := map[string]string{}
		if err := resolve(ctx, references, s.fields, g.sections[s.name], into); err != nil {
			return found, err
		}
		if len(into) > 0 {
			found.sections[s.name] = into
		}
	}
	return found, nil
}

// document reads the guide's document.
func (g *given) document(ctx context.Context, p Program, name string, references source.References) (source.Credentials, error) {
	var from source.Secret
	if g.credentials == "-" {
		text, err := io.ReadAll(io.LimitReader(p.Stdin, maxDocument))
		if err != nil {
			return source.Credentials{}, fault.Invalidf("standard input cannot be read: %s", paths.Cause(err))
		}
		from = source.Given("standard input", string(text))
	} else {
		path, err := paths.Absolute(p.Dir, g.credentials)
		if err == nil {
			from, err = references.Parse("file:" + filepath.ToSlash(path))
		}
		if err != nil {
			return source.Credentials{}, fault.Invalidf("--credentials: %s", fault.Sentence(err))
		}
	}
	return source.Source{Name: name, Salesforce: source.Salesforce{Credentials: from}}.SalesforceCredentials(ctx)
}

// resolve checks values, and reads those of references.
func resolve(ctx context.Context, references source.References, fields []field, from, into map[string]string) error {
	for _, one := range fields {
		value, ok := from[one.name]
		if !ok {
			continue
		}
		if one.secret {
			secret, err := references.Parse(value)
			if err == nil {
				value, err = secret.Resolve(ctx)
			}
			if err != nil {
				return fault.Invalidf("--%s: %s", one.flag, fault.Sentence(err))
			}
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
	login    map[string]string
	sections map[string]map[string]string // those that the source has
}

// complete says what is missing, all at once.
func (a answers) complete() error {
	var missing []string
	for _, one := range loginFields {
		if a.login[one.name] == "" {
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
