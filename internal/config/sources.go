package config

import (
	"errors"
	"slices"
	"strings"
	"time"

	"longhaul/internal/source"
)

// sourceNames lists the sources that any layer mentions.
func sourceNames(v values) []string { return namesUnder(v, "sources") }

// checkSource finds what single settings cannot show: what is missing, and what does not go together.
func checkSource(v values, name string, mistakes *Mistakes) {
	at := "sources." + name + "."
	checkSalesforce(v, at+"salesforce", mistakes)
	checkExports(v, at, mistakes)
	checkSchedule(v, at+"schedule", mistakes)
	inFlight := v.integer(at+"max_in_flight", source.DefaultMaxInFlight)
	if shards := v.integer(at+"max_shards", 1); shards > inFlight {
		mistakes.add(v.near(at+"max_shards"), "%smax_shards: %d shards cannot share %d requests in flight: lower it, or raise max_in_flight",
			at, shards, inFlight)
	}
	accepted, _ := v.data[at+"accept_missing"].([]string)
	private, _ := v.data[at+"scope.private"].(bool)
	if err := checkAccepted(accepted, private); err != nil {
		mistakes.add(v.near(at+"accept_missing"), "%saccept_missing: %s", at, sentence(err))
	}
}

func checkSalesforce(v values, at string, mistakes *Mistakes) {
	needed := []string{"base_url", "client_id", "client_secret"}
	if v.has(at + ".credentials") {
		for _, name := range needed {
			if v.has(at + "." + name) {
				mistakes.add(v.near(at+"."+name), "%s.%s is set beside credentials, which already holds it: keep one of them", at, name)
			}
		}
		needed = nil
	}
	switch auth := v.text(at + ".auth"); auth {
	case string(source.Password):
		needed = append(needed, "username", "password")
		onlyFor(v, at, mistakes, "jwt_bearer", "private_key", "audience")
	case string(source.JWTBearer):
		needed = []string{"base_url", "client_id", "username", "private_key"}
		if v.has(at + ".credentials") {
			mistakes.add(v.near(at+".credentials"), "%s.credentials holds a client secret, and auth: jwt_bearer needs none: set base_url and client_id", at)
		}
		onlyFor(v, at, mistakes, "client_credentials", "client_secret")
		onlyFor(v, at, mistakes, "password", "password", "security_token")
	default:
		onlyFor(v, at, mistakes, "jwt_bearer", "private_key", "audience")
		onlyFor(v, at, mistakes, "password", "password", "security_token")
		onlyFor(v, at, mistakes, "password or jwt_bearer", "username")
	}
	needAll(v, at, needed, mistakes)
}

// onlyFor notes settings that another way to log in needs.
func onlyFor(v values, at string, mistakes *Mistakes, auth string, names ...string) {
	for _, name := range names {
		if v.has(at + "." + name) {
			mistakes.add(v.near(at+"."+name), "%s.%s is for auth: %s only: remove it, or set auth: %s", at, name, auth, auth)
		}
	}
}

// checkSchedule finds settings of a schedule that exclude each other.
func checkSchedule(v values, at string, mistakes *Mistakes) {
	every, cron, zone := v.has(at+".every"), v.has(at+".cron"), v.has(at+".timezone")
	switch {
	case every && cron:
		mistakes.add(v.near(at+".cron"), "%s.cron is set beside every: keep one of them", at)
	case zone && !cron && !noted(*mistakes, at+".cron"):
		mistakes.add(v.near(at+".timezone"), "%s.timezone is for cron only: remove it, or set cron", at)
	}
}

// needAll notes what a section lacks. A setting that was left out for its mistake is not said to be missing as well.
func needAll(v values, at string, names []string, mistakes *Mistakes) {
	var missing []string
	for _, name := range names {
		if !v.has(at+"."+name) && !noted(*mistakes, at+"."+name) {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		mistakes.add(v.near(at), "%s lacks %s", at, enumerated(missing))
	}
}

// noted says whether a mistake about a setting is there already, from the file or the environment.
func noted(mistakes Mistakes, path string) bool {
	return slices.ContainsFunc(mistakes, func(m Mistake) bool {
		return strings.HasPrefix(m.What, path+": ") || m.Where == prefix+shout(path)
	})
}

func hasAny(v values, under string) bool {
	for path := range v.data {
		if strings.HasPrefix(path, under) {
			return true
		}
	}
	return false
}

// rawSource is a source as the settings hold it.
type rawSource struct {
	Salesforce struct {
		BaseURL       string `mapstructure:"base_url"`
		Auth          string `mapstructure:"auth"`
		ClientID      string `mapstructure:"client_id"`
		ClientSecret  string `mapstructure:"client_secret"`
		Username      string `mapstructure:"username"`
		Password      string `mapstructure:"password"`
		SecurityToken string `mapstructure:"security_token"`
		PrivateKey    string `mapstructure:"private_key"`
		Audience      string `mapstructure:"audience"`
		Credentials   string `mapstructure:"credentials"`
		CAFile        string `mapstructure:"ca_file"`
		APIVersion    string `mapstructure:"api_version"`
	} `mapstructure:"salesforce"`
	Exports     []string       `mapstructure:"exports"`
	Sections    map[string]any `mapstructure:",remain"` // of the exports; their values are read one by one
	MaxInFlight int            `mapstructure:"max_in_flight"`
	MaxShards   int            `mapstructure:"max_shards"`
	Quota       struct {
		Ceiling int           `mapstructure:"ceiling"`
		Share   int           `mapstructure:"share"`
		Probe   time.Duration `mapstructure:"probe"`
	} `mapstructure:"quota"`
	Refresh struct {
		Audit time.Duration `mapstructure:"audit"`
	} `mapstructure:"refresh"`
	Guard struct {
		MaxShrink int           `mapstructure:"max_shrink"`
		Timeout   time.Duration `mapstructure:"timeout"`
	} `mapstructure:"guard"`
	Scope struct {
		Private bool `mapstructure:"private"`
	} `mapstructure:"scope"`
	Keep struct {
		Accounts int `mapstructure:"accounts"`
		Days     int `mapstructure:"days"`
	} `mapstructure:"keep"`
	AcceptMissing []string `mapstructure:"accept_missing"`
	Schedule      struct {
		Every    time.Duration `mapstructure:"every"`
		Cron     string        `mapstructure:"cron"`
		Timezone string        `mapstructure:"timezone"`
	} `mapstructure:"schedule"`
	Notify map[string]any `mapstructure:"notify"` // its values are read one by one
}

// source makes the source of its checked settings.
func (in Input) source(name string, r rawSource, v values, fileDir string) (source.Source, error) {
	at := "sources." + name + "."
	var wrong error
	path := func(setting, file string) string {
		located, err := in.located(v, at+setting, file, fileDir, "")
		wrong = errors.Join(wrong, err)
		return located
	}
	s := source.Source{
		Name: name,
		Salesforce: source.Salesforce{
			BaseURL: r.Salesforce.BaseURL, Auth: source.Auth(r.Salesforce.Auth), ClientID: r.Salesforce.ClientID,
			Username: r.Salesforce.Username, CAFile: path("salesforce.ca_file", r.Salesforce.CAFile),
			Audience: r.Salesforce.Audience, APIVersion: strings.TrimPrefix(r.Salesforce.APIVersion, "v"),
		},
		MaxInFlight: r.MaxInFlight, MaxShards: r.MaxShards,
		Quota: source.Quota(r.Quota), Refresh: source.Refresh(r.Refresh), Guard: source.Guard(r.Guard), Scope: source.Scope(r.Scope),
		Keep: source.Keep(r.Keep), Schedule: source.Schedule(r.Schedule), Notify: notifyOf(v, at),
		AcceptMissing: r.AcceptMissing,
	}
	secrets := []secretOf{
		{"salesforce.client_secret", r.Salesforce.ClientSecret, &s.Salesforce.ClientSecret},
		{"salesforce.password", r.Salesforce.Password, &s.Salesforce.Password},
		{"salesforce.security_token", r.Salesforce.SecurityToken, &s.Salesforce.SecurityToken},
		{"salesforce.private_key", r.Salesforce.PrivateKey, &s.Salesforce.PrivateKey},
		{"salesforce.credentials", r.Salesforce.Credentials, &s.Salesforce.Credentials},
	}
	exports, err := in.exports(v, at, fileDir)
	s.Exports = exports
	return s, errors.Join(wrong, err, in.refer(v, at, fileDir, secrets))
}

// secretOf is a secret's setting, its reference and where the secret goes.
type secretOf struct {
	setting, reference string
	into               *source.Secret
}

// refer turns references into secrets. A relative path starts where that of any other setting does.
func (in Input) refer(v values, at, fileDir string, secrets []secretOf) error {
	for _, secret := range secrets {
		if secret.reference == "" {
			continue
		}
		references := source.References{Dir: in.startOf(v, at+secret.setting, fileDir, ""), Lookup: in.Environment.Lookup}
		parsed, err := references.Parse(secret.reference)
		if err != nil {
			return Mistakes{{Where: v.near(at + secret.setting).String(), What: sentence(err)}}
		}
		*secret.into = parsed
	}
	return nil
}
