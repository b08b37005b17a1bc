package origin

import (
	"strings"

	"longhaul/internal/httpkit"
)

// Kind is what a host of Salesforce is.
type Kind string

// The kinds of hosts.
const (
	MyDomain    Kind = "my_domain"    // of a production org
	Sandbox     Kind = "sandbox"      // the My Domain of a sandbox
	Developer   Kind = "developer"    // the My Domain of an org for development, trials or demos
	SharedLogin Kind = "shared_login" // login.salesforce.com and its like, for all orgs
	Instance    Kind = "instance"     // a machine of Salesforce, as na123.salesforce.com, whose name changes
	ThisMachine Kind = "this_machine"
	OtherHost   Kind = "other" // perhaps a gateway of the customer
)

// developerParts are the partitions of orgs that are no production, in the part of a My Domain behind its name.
//
// Source: Salesforce Help, "My Domain URL Formats".
var developerParts = []string{".develop.", ".scratch.", ".trailblaze.", ".patch.", ".demo.", ".free.", ".stage."}

// KindOf says what the host of an origin is.
func (o Origin) KindOf() Kind {
	host := o.Name()
	switch {
	case httpkit.IsLoopback(host):
		return ThisMachine
	case IsFrontDoor(host):
		return SharedLogin
	case instanceHost.MatchString(host):
		return Instance
	case !hasSuffix(host, apiSuffixes):
		return OtherHost
	}
	name, _, _ := strings.Cut(host, ".")
	if strings.Contains(host, ".sandbox.") || strings.Contains(name, "--") { // acme--uat.sandbox.my..., before 2023 acme--uat.my...
		return Sandbox
	}
	for _, part := range developerParts {
		if strings.Contains(host, part) || strings.HasSuffix(name, "-dev-ed") {
			return Developer
		}
	}
	return MyDomain
}
