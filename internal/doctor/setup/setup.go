// Package setup asks whether the settings of a source can be used as they are: settings, secrets, and the host of the org.
package setup

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce"
	"longhaul/internal/salesforce/place"
	"longhaul/internal/source"
)

// noSync is what a sync loses that cannot begin.
const noSync = "no sync can begin"

// Check looks at the settings and the secrets of a source. It contacts nobody. problem is what keeps the settings from being used,
// where something does.
func Check(ctx context.Context, s source.Source, problem error) []doctor.Finding {
	values := s.Values()
	all := make([]doctor.Finding, 1+len(values))
	var reading sync.WaitGroup // at one time, as each file may lie on a disk that hangs
	reading.Go(func() { all[0] = caught("settings", func() doctor.Finding { return settings(s, problem) }) })
	for i, v := range values {
		reading.Go(func() { all[1+i] = caught("secret."+v.Setting, func() doctor.Finding { return secret(ctx, s, v) }) })
	}
	reading.Wait()
	return all
}

// caught makes a panic a failure of its row alone.
func caught(id string, row func() doctor.Finding) (f doctor.Finding) {
	err := fault.Caught(func() error {
		f = row()
		return nil
	})
	if err != nil {
		f = doctor.Finding{ID: id, Title: "The check itself", Where: "the worker's log"}
		f = f.Failed(err, "it is not known whether a sync can begin", "report it with the version of the worker")
	}
	return f
}

func settings(s source.Source, problem error) doctor.Finding {
	f := doctor.Finding{ID: "settings", Title: "Settings", Where: "sources." + s.Name}
	if s.Salesforce.ClientSecret.IsHeld() {
		f.Where = byFlags
	}
	if problem == nil {
		_, problem = httpkit.Roots("ca_file", s.Salesforce.CAFile)
	}
	if problem != nil {
		return f.Failed(problem, noSync, "")
	}
	f.Status, f.Found = doctor.Pass, summary(s)
	return f
}

// byFlags is where the settings of a source stand that no settings file describes.
const byFlags = "the flags and the environment of this command"

// summary says in a line by which settings a sync would run.
func summary(s source.Source) string {
	private := "without private folders"
	if s.Scope.Private {
		private = "with private folders"
	}
	share := ""
	if s.Salesforce.ClientSecret.IsHeld() && s.Quota.Share == 100 {
		share = " (which extract takes; a sync takes quota.share)"
	}
	return fmt.Sprintf("auth %s, %d requests at one time, a ceiling of %d and a share of %d percent%s, %s",
		s.Salesforce.Auth, s.MaxInFlight, s.Quota.Ceiling, s.Quota.Share, share, private)
}

func secret(ctx context.Context, s source.Source, v source.Value) doctor.Finding {
	f := doctor.Finding{
		ID: "secret." + v.Setting, Title: "Secret " + v.Setting, Where: fmt.Sprintf("%s of sources.%s: %s", v.Setting, s.Name, v.Secret),
	}
	if v.Secret.IsHeld() {
		f.Where = byFlags
	}
	odd, err := v.Check(ctx, s)
	switch {
	case err != nil:
		return f.Failed(withoutSource(err, s, v), noSync, "")
	case strings.Contains(odd, "leaves out"):
		f.Status, f.Found = doctor.Pass, "can be read; it "+odd
	case odd != "":
		f.Status, f.Found = doctor.Warn, "can be read; it "+odd
		f.Cost = "Salesforce may refuse the login"
		f.Fix = "copy the value again, if the login is refused"
	default:
		f.Status, f.Found = doctor.Pass, "can be read and is clean"
	}
	return f
}

// withoutSource leaves out of an error of a secret which secret it is: the row says so.
func withoutSource(err error, s source.Source, v source.Value) error {
	text, prefixed := strings.CutPrefix(fault.Sentence(err), fmt.Sprintf("%s of source %q: ", v.Setting, s.Name))
	if !prefixed {
		return err
	}
	return fault.Invalidf("%s", text)
}

// Host says what the host of base_url is. Without an address nothing can be asked over the network.
func Host(s source.Source, baseURL string) (finding doctor.Finding, host salesforce.Host, ok bool) {
	f := doctor.Finding{ID: "host", Title: "Host of the org", Where: place.MyDomain}
	host, err := salesforce.ParseHost(baseURL)
	if err != nil {
		return f.Failed(err, noSync, "set base_url to the org's My Domain"), host, false
	}
	f.Status = doctor.Pass
	switch host.Kind {
	case salesforce.MyDomain:
		f.Found = host.Name + " is a My Domain"
	case salesforce.Sandbox:
		f.Status, f.Found = doctor.Warn, host.Name+" is the My Domain of a sandbox"
		f.Cost, f.Fix = "the sync reads the reports of the sandbox, which are not those of production", "for production, set base_url to its own My Domain"
	case salesforce.Developer:
		f.Found = host.Name + " is the My Domain of an org for development or trial"
	case salesforce.SharedLogin:
		return sharedLogin(f, s, host), host, s.Salesforce.Auth != source.ClientCredentials
	case salesforce.Instance:
		f.Status, f.Found = doctor.Warn, host.Name+" is an instance of Salesforce and no My Domain"
		f.Cost, f.Fix = "its name changes when Salesforce moves the org, and then no login arrives", "set base_url to the org's My Domain"
	case salesforce.ThisMachine:
		f.Found = host.Name + " is this machine"
	case salesforce.OtherHost:
		f.Status, f.Found = doctor.Warn, host.Name+" is no host that Salesforce is known by"
		f.Cost, f.Fix = "logins go there only where it answers as Salesforce does", "unless it is your own gateway, set base_url to the org's My Domain"
	}
	if host.Written != "" {
		f.Found += fmt.Sprintf("; %s, as base_url says, shows pages and takes no API login", host.Written)
	}
	return f, host, true
}

// sharedLogin is the finding of login.salesforce.com and its like.
func sharedLogin(f doctor.Finding, s source.Source, host salesforce.Host) doctor.Finding {
	if s.Salesforce.Auth == source.ClientCredentials {
		return f.Failed(fault.Invalidf("%s is the login that all orgs share, and takes no client credentials", host.Name), noSync,
			"set base_url to the org's My Domain")
	}
	f.Status, f.Found = doctor.Warn, host.Name+" is the login that all orgs share"
	f.Cost, f.Fix = "an org may refuse logins there", "set base_url to the org's My Domain"
	return f
}

// Instance completes the finding of the host by where a login says that the org lives.
func Instance(f doctor.Finding, host salesforce.Host, instanceURL string) doctor.Finding {
	lives, err := salesforce.ParseHost(instanceURL)
	if err != nil || f.Status == doctor.Fail {
		return f
	}
	if lives.Name == host.Name {
		f.Found += ", and the org lives there"
		return f
	}
	if f.Status == doctor.Pass || host.Kind == salesforce.Sandbox {
		f.Cost = "logins end when the older name does"
	}
	f.Status, f.Found = doctor.Warn, fmt.Sprintf("%s; the org itself lives at %s", f.Found, lives.Name)
	f.Fix = "set base_url to " + lives.Name
	return f
}
