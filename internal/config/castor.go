package config

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"longhaul/internal/paths"
	"longhaul/internal/plaintext"
	"longhaul/internal/source"
)

// castorOption is one of castor's options: a flag, and the environment variable that stands in for it.
type castorOption struct {
	flag, short, env, usage string
	secret                  bool
	check                   func(string) error // of its form; may be nil
}

// display names an option in a message as people can type it.
func (o castorOption) display() string {
	return fmt.Sprintf("--%s (-%s, %s)", o.flag, o.short, o.env)
}

func define(flags *pflag.FlagSet, options []castorOption) {
	for _, o := range options {
		flags.StringP(o.flag, o.short, "", o.usage+" ("+o.env+")")
	}
}

// castorValues are castor's options as given: a flag beats the environment, and an empty value is still a value.
type castorValues struct {
	flags    *pflag.FlagSet
	env      Environment
	dir      string // where relative paths start; empty where the working directory is gone
	warnings []string
}

func (c *castorValues) flagged(o castorOption) bool {
	f := c.flags.Lookup(o.flag)
	return f != nil && f.Changed
}

func (c *castorValues) get(o castorOption) (value string, given bool) {
	if c.flagged(o) {
		value, given = c.flags.Lookup(o.flag).Value.String(), true
	} else {
		value, given = c.env.LookupFold(o.env)
	}
	return plaintext.Value([]byte(value)), given
}

// text is the value, empty when there is none.
func (c *castorValues) text(o castorOption) string {
	value, _ := c.get(o)
	return value
}

// where is the place that a value was given at.
func (c *castorValues) where(o castorOption) origin {
	if c.flagged(o) {
		return origin{name: "--" + o.flag}
	}
	return origin{name: o.env}
}

// missing notes the options that have no value, all in one mistake.
func (c *castorValues) missing(options []castorOption, mistakes *Mistakes) {
	var names []string
	for _, o := range options {
		if c.text(o) == "" {
			names = append(names, o.display())
		}
	}
	if len(names) > 0 {
		mistakes.add(origin{}, "missing: %s; give the flag or set the environment variable", enumerated(names))
	}
}

// checkForms notes the values that were copied with more or less than there is.
func (c *castorValues) checkForms(options []castorOption, mistakes *Mistakes) {
	for _, o := range options {
		if o.check == nil {
			continue
		}
		if value := c.text(o); value != "" {
			if err := o.check(value); err != nil {
				mistakes.add(c.where(o), "%s", sentence(err))
			}
		}
	}
}

// path is the absolute path that an option gives; empty when it gives none.
func (c *castorValues) path(o castorOption, mistakes *Mistakes) string {
	return c.located(c.text(o), c.where(o), mistakes)
}

func (c *castorValues) located(path string, from origin, mistakes *Mistakes) string {
	if path == "" {
		return ""
	}
	absolute, err := paths.Absolute(c.dir, path)
	if err != nil {
		mistakes.add(from, "%s", sentence(err))
	}
	return absolute
}

// warnSecrets says once that secrets on the command line can be seen.
func (c *castorValues) warnSecrets(options []castorOption) {
	var seen []string
	for _, o := range options {
		if o.secret && c.flagged(o) {
			seen = append(seen, o.env)
		}
	}
	if len(seen) > 0 {
		c.warnings = append(c.warnings,
			"secrets given as flags show in the list of processes (ps): use the environment instead ("+strings.Join(seen, ", ")+")")
	}
}

// The options of castor-extract-salesforce-viz.
var (
	extractUsername = castorOption{flag: "username", short: "u", env: "CASTOR_SALESFORCE_USERNAME", usage: "Salesforce user; without one the client credentials flow is used", check: source.Name.Check}
	extractPassword = castorOption{
		flag: "password", short: "p", env: "CASTOR_SALESFORCE_PASSWORD", usage: "the user's password", secret: true, check: source.Phrase.Check,
	}
	extractClientID = castorOption{
		flag: "client-id", short: "c", env: "CASTOR_SALESFORCE_CLIENT_ID", usage: "consumer key of the app", check: source.Key.Check,
	}
	extractClientSecret = castorOption{
		flag: "client-secret", short: "s", env: "CASTOR_SALESFORCE_CLIENT_SECRET",
		usage: "consumer secret of the app", secret: true, check: source.Key.Check,
	}
	extractSecurityToken = castorOption{
		flag: "security-token", short: "t", env: "CASTOR_SALESFORCE_SECURITY_TOKEN",
		usage: "the user's security token, may be empty", secret: true, check: source.Key.Check,
	}
	extractBaseURL = castorOption{flag: "base-url", short: "b", env: "CASTOR_SALESFORCE_BASE_URL", usage: "My Domain of the org", check: checkHost}
	extractOutput  = castorOption{flag: "output", short: "o", env: "CASTOR_OUTPUT_DIRECTORY", usage: "folder that the files go to"}

	extractOptions = []castorOption{
		extractUsername, extractPassword, extractClientID, extractClientSecret, extractSecurityToken, extractBaseURL, extractOutput,
	}
)

// checkHost looks at the form of an address alone: spaces around it do no harm.
func checkHost(v string) error { return source.Name.Check(strings.TrimSpace(v)) }

// ExtractSource is the name of the source that castor's options describe.
const ExtractSource = "extract"

// CastorExtract is what castor-extract-salesforce-viz was asked for.
type CastorExtract struct {
	Source   source.Source // without a catalog; secrets are held in memory
	Output   string        // absolute
	Warnings []string
}

// AddCastorExtractFlags defines the flags of castor-extract-salesforce-viz, and ca-file, which castor takes from
// variables alone.
func AddCastorExtractFlags(flags *pflag.FlagSet) {
	define(flags, extractOptions)
	addCAFile(flags)
}

// ReadCastorExtract reads castor's flags and environment names. Relative paths start at dir, the working directory. Its error
// is Mistakes, all there are.
func ReadCastorExtract(flags *pflag.FlagSet, env Environment, dir string) (CastorExtract, error) {
	return readCastorExtract(flags, env, dir, extractOutput)
}

// ReadCastorLogin is ReadCastorExtract for a command that logs in and writes no files.
func ReadCastorLogin(flags *pflag.FlagSet, env Environment, dir string) (CastorExtract, error) {
	return readCastorExtract(flags, env, dir)
}

func readCastorExtract(flags *pflag.FlagSet, env Environment, dir string, more ...castorOption) (CastorExtract, error) {
	c := &castorValues{flags: flags, env: env, dir: dir}
	needed := append([]castorOption{extractClientID, extractClientSecret, extractBaseURL}, more...)
	var mistakes Mistakes
	login := source.Salesforce{
		Auth:     source.ClientCredentials,
		BaseURL:  c.text(extractBaseURL),
		ClientID: c.text(extractClientID),
		CAFile:   c.caFile(&mistakes),
	}
	used := needed
	if login.Username = c.text(extractUsername); login.Username != "" {
		login.Auth = source.Password
		login.Password = source.Held(c.text(extractPassword))
		login.SecurityToken = source.Held(c.text(extractSecurityToken))
		needed = append([]castorOption{extractPassword}, needed...)
		used = extractOptions
		if odd := source.Phrase.Doubt(c.text(extractPassword)); odd != "" {
			c.warnings = append(c.warnings, "the password ("+c.where(extractPassword).name+") "+odd)
		}
		if _, given := c.get(extractSecurityToken); !given {
			mistakes.add(origin{}, "missing: %s; give an empty one if the org needs none", extractSecurityToken.display())
		}
	} else if c.text(extractPassword) != "" || c.text(extractSecurityToken) != "" {
		c.warnings = append(c.warnings, "the password and the security token are not used: no username is given, so the client credentials flow is")
	}
	c.missing(inOrder(extractOptions, needed), &mistakes)
	c.checkForms(inOrder(extractOptions, used), &mistakes)
	output := c.path(extractOutput, &mistakes)
	c.warnSecrets(extractOptions)
	if err := mistakes.orNil(); err != nil {
		return CastorExtract{}, err
	}
	login.ClientSecret = source.Held(c.text(extractClientSecret))
	return CastorExtract{
		Source:   source.Source{Name: ExtractSource, Salesforce: login}.WithDefaults(),
		Output:   output,
		Warnings: c.warnings,
	}, nil
}

// AsCastorsFlags puts castor's flags for the settings that a sentence names, for people who write no settings file.
func AsCastorsFlags(sentence string) string {
	return settingNames.ReplaceAllStringFunc(sentence, func(name string) string {
		flag := "--" + strings.ReplaceAll(strings.TrimPrefix(name, "the catalog's "), "_", "-")
		if flag == "--"+caFileFlag {
			flag += " (" + caBundles[0] + ")" // where castor's users have it
		}
		return flag
	})
}

// settingNames finds the settings that are flags too. As a part of another name, such as of OAuth's invalid_client_id, they stay.
var settingNames = regexp.MustCompile(`\b(the catalog's )?(ca_file|client_secret|client_id|base_url|security_token)\b`)

// inOrder gives those of the options that are needed, in the order of all.
func inOrder(all, needed []castorOption) []castorOption {
	return slices.DeleteFunc(slices.Clone(all), func(o castorOption) bool {
		return !slices.ContainsFunc(needed, func(n castorOption) bool { return n.flag == o.flag })
	})
}

const caFileFlag = "ca-file"

// caBundles are the variables that Python's requests reads, in its order: the first that is not empty counts.
var caBundles = []string{"REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"}

func addCAFile(flags *pflag.FlagSet) {
	flags.String(caFileFlag, "", "extra CA certificates, a file or a folder, for a proxy that terminates TLS (REQUESTS_CA_BUNDLE, CURL_CA_BUNDLE)")
}

func (c *castorValues) caFile(mistakes *Mistakes) string {
	var from origin
	var path string
	for _, from.name = range caBundles {
		if path, _ = c.env.Lookup(from.name); path != "" {
			break
		}
	}
	if f := c.flags.Lookup(caFileFlag); f != nil && f.Changed {
		path, from = f.Value.String(), origin{name: "--" + caFileFlag}
	}
	return c.located(plaintext.Line(path), from, mistakes)
}
