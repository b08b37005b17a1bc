package config

import (
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"longhaul/internal/fault"
	"longhaul/internal/notify"
	"longhaul/internal/paths"
	"longhaul/internal/plaintext"
	"longhaul/internal/schedule/cron"
	"longhaul/internal/source"
)

// kind is the form that a setting's value has.
type kind int

const (
	text kind = iota
	secret
	integer
	boolean
	duration
	days    // of time.Duration; 0 stands for never
	list    // of texts
	section // the settings of fields
	named   // any number of sections, under names of the user's choice
)

// setting describes one setting: the only list of what the settings file and the environment may hold.
type setting struct {
	name        string
	kind        kind
	low, high   int                          // of an integer, and of days
	least, most time.Duration                // of a duration
	alsoDays    bool                         // a duration may be a number of days
	check       func(string) error           // of a text, which may be nil; of the names of named sections
	normal      func(string) (string, error) // of an item of a list: its one way to be written
	fields      []setting                    // of a section, or of each named section
}

// schema is the whole settings file, with the sections of all formats that are registered.
func schema() setting {
	return setting{kind: section, fields: []setting{
		{name: "data_dir", check: paths.Check},
		{name: "storage", check: checkStorage},
		{name: "sources", kind: named, check: source.CheckName, fields: slices.Concat(orgSettings, exportSections(), limitSettings)},
		{name: "log", kind: section, fields: []setting{
			{name: "level", check: oneOf("debug", "info", "warn", "error")},
			{name: "format", check: oneOf("auto", "console", "json")},
		}},
		{name: "metrics", kind: section, fields: []setting{{name: "address", check: checkAddress}}},
		{name: "report", kind: section, fields: []setting{{name: "listen", check: checkListen}, {name: "url", check: checkLink}}},
		{name: "secrets", kind: section, fields: append(keeperSettings(), setting{name: "previous", kind: section, fields: keeperSettings()})},
		{name: "worker", kind: section, fields: []setting{{name: "slots", kind: integer, low: 1, high: 1000}}},
		{name: "notify", kind: section, fields: notifySettings()},
		{name: "ui_url", check: checkLink},
	}}
}

// orgSettings are the settings of a source that say how to reach its org.
var orgSettings = []setting{
	{name: "salesforce", kind: section, fields: []setting{
		{name: "base_url", check: checkHost},
		{name: "auth", check: oneOf(string(source.ClientCredentials), string(source.JWTBearer), string(source.Password))},
		{name: "client_id", check: source.Key.Check},
		{name: "client_secret", kind: secret},
		{name: "username", check: source.Name.Check},
		{name: "password", kind: secret},
		{name: "security_token", kind: secret},
		{name: "private_key", kind: secret},
		{name: "audience", check: CheckAudience},
		{name: "credentials", kind: secret},
		{name: "ca_file", check: paths.Check},
		{name: "api_version", check: checkVersion},
	}},
}

// limitSettings are the settings of a source about what is read, and how much of it at a time.
var limitSettings = []setting{
	{name: "max_in_flight", kind: integer, low: 1, high: source.MostInFlight},
	{name: "max_shards", kind: integer, low: 1, high: source.MostShards},
	{name: "quota", kind: section, fields: []setting{
		{name: "ceiling", kind: integer, low: 1, high: 100},
		{name: "share", kind: integer, low: 1, high: 100},
		{name: "probe", kind: duration, least: time.Second, most: 24 * time.Hour},
	}},
	{name: "refresh", kind: section, fields: []setting{{name: "audit", kind: days, low: 1, high: 365}}},
	{name: "guard", kind: section, fields: []setting{
		{name: "max_shrink", kind: integer, low: 1, high: 100},
		{name: "timeout", kind: duration, least: time.Minute, most: 90 * 24 * time.Hour},
	}},
	{name: "scope", kind: section, fields: []setting{{name: "private", kind: boolean}}},
	{name: "keep", kind: section, fields: []setting{
		{name: "accounts", kind: integer, low: 1, high: 10_000},
		{name: "days", kind: integer, low: 1, high: 10_000},
	}},
	{name: "accept_missing", kind: list, normal: acceptable},
	{name: "schedule", kind: section, fields: []setting{
		{name: "every", kind: duration, alsoDays: true, least: source.LeastEvery, most: source.MostEvery},
		{name: "cron", check: cron.Check},
		{name: "timezone", check: cron.CheckZone},
	}},
	{name: "notify", kind: named, check: notify.CheckName, fields: []setting{{name: "events", kind: list, normal: notify.CheckEvent}}},
}

// field finds a setting of a section by name.
func (s setting) field(name string) (setting, bool) {
	i := slices.IndexFunc(s.fields, func(f setting) bool { return f.name == name })
	if i < 0 {
		return setting{}, false
	}
	return s.fields[i], true
}

func (s setting) names() []string {
	names := make([]string, len(s.fields))
	for i, f := range s.fields {
		names[i] = f.name
	}
	return names
}

// leaves walks the settings below a section that hold values, under their dotted paths.
func (s setting) leaves(prefix string, yield func(path string, leaf setting)) {
	for _, f := range s.fields {
		switch f.kind {
		case section:
			f.leaves(prefix+f.name+".", yield)
		case named:
		default:
			yield(prefix+f.name, f)
		}
	}
}

// parse reads a value that came as text, from the environment or a flag.
func (s setting) parse(value string) (any, error) {
	value = plaintext.Line(value)
	switch s.kind {
	case integer:
		n, err := wholeNumber(value)
		if errors.Is(err, errNoNumber) {
			return nil, fault.Invalidf("must be a whole number from %d to %d", s.low, s.high)
		}
		if err != nil {
			return nil, err
		}
		return n, s.verify(n)
	case boolean:
		if value != "true" && value != "false" {
			return nil, fault.Invalidf("must be true or false")
		}
		return value == "true", nil
	case duration:
		return s.parseDuration(value)
	case days:
		return s.parseDays(value)
	case list:
		return s.parseList(strings.Split(value, ","))
	default:
		return value, s.verify(value)
	}
}

// parseDuration reads a duration as Go writes it.
func (s setting) parseDuration(value string) (time.Duration, error) {
	d, err := time.ParseDuration(value)
	if number, days := strings.CutSuffix(value, "d"); days && s.alsoDays {
		n, notOne := wholeNumber(number)
		err, d = notOne, time.Duration(min(n, maxDays))*24*time.Hour
	}
	if err != nil {
		return 0, s.noSuchTime()
	}
	return d, s.verify(d)
}

// maxDays is how many days fit a duration.
const maxDays = 100_000

func (s setting) noSuchTime() error {
	if s.alsoDays {
		return fault.Invalidf("must be a time from %s to %dd, written as 90m, 24h or 7d", source.Period(s.least), int(s.most.Hours())/24)
	}
	return fault.Invalidf("must be a time from %s to %s, written as 90s, 15m or 36h", source.Period(s.least), source.Period(s.most))
}

// verify holds a value of the right form against the setting's rule.
func (s setting) verify(value any) error {
	switch v := value.(type) {
	case int:
		if v < s.low || v > s.high {
			return fault.Invalidf("must be a whole number from %d to %d", s.low, s.high)
		}
	case time.Duration:
		if s.kind == duration && (v < s.least || v > s.most) {
			return s.noSuchTime()
		}
	case string:
		if s.kind == secret {
			_, err := source.References{}.Parse(v)
			return err
		}
		if s.check != nil && v != "" {
			return s.check(v)
		}
	}
	return nil
}

func oneOf(known ...string) func(string) error {
	return func(v string) error {
		if slices.Contains(known, v) {
			return nil
		}
		return fault.Invalidf("%.40q is not one of %s", v, strings.Join(known, ", "))
	}
}

func checkStorage(v string) error {
	u, err := url.Parse(v)
	if err != nil || len(u.Scheme) < 2 || !strings.Contains(v, "://") {
		return fault.Invalidf("must be the URL of a bucket such as file:///var/lib/longhaul or s3://name: a folder is written file:///its/path")
	}
	if _, hasPassword := u.User.Password(); hasPassword {
		return fault.Invalidf("holds a password in the URL: leave it out and log in to the bucket as its provider's tools do")
	}
	if u.Fragment != "" || strings.HasSuffix(v, "#") {
		return fault.Invalidf("holds a #, after which a URL has no path any more: write it as %%23")
	}
	if u.Scheme == "file" {
		return checkFolder(u)
	}
	return nil
}

// CheckAudience says what is wrong with the audience of a login by JWT; nil for a good one.
func CheckAudience(v string) error {
	u, err := url.Parse(v)
	if err != nil || u.Scheme != "https" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.User != nil {
		return fault.Invalidf("must be https://login.salesforce.com, https://test.salesforce.com for sandboxes, or the org's My Domain with https://; " +
			"leave it out, unless the org stands behind a gateway of your own")
	}
	return nil
}

func checkVersion(v string) error {
	major, whole := strings.CutSuffix(strings.TrimPrefix(v, "v"), ".0")
	if n, err := wholeNumber(major); err != nil || n < 40 || n > 200 || !whole {
		return fault.Invalidf("%.20q is not a version of the Salesforce API: write it as 59.0, or leave it out", v)
	}
	return nil
}

func checkListen(v string) error {
	if v == Nowhere {
		return nil
	}
	if err := checkAddress(v); err != nil {
		return fault.Invalidf("must be none, a port of this machine such as 8234, or an address such as 0.0.0.0:8234")
	}
	return nil
}

func checkAddress(v string) error {
	host, port, err := net.SplitHostPort(v)
	if err != nil {
		host, port = "", v
	}
	if n, err := wholeNumber(port); err != nil || n < 0 || n > 65535 || strings.ContainsAny(host, "/ ") {
		return fault.Invalidf("must be a port of this machine such as 9464, or an address such as 0.0.0.0:9464")
	}
	return nil
}
