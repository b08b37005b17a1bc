package origin

import (
	"regexp"
	"slices"
	"strings"
)

// The lists below know Salesforce's hosts by their suffixes. A host on none of them is unknown: it may be a customer's own gateway.
// It gets no login before it has given the list of API versions, which needs none; see login.Flow.

// apiSuffixes are the hosts that take logins and requests of the API: an org's My Domain, and the older names that Salesforce still
// serves. The public cloud, the cloud of the US government (.mil) and that in China (.cn) differ.
//
// Sources: Salesforce Help, "My Domain URL Formats"; Apex Reference, DomainCreator.getOrgMyDomainHostname; @salesforce/core,
// SfdcUrl, for .mil, .cn and cloudforce; jsforce, for .cn.
var apiSuffixes = []string{
	".my.salesforce.com", ".my.salesforce.mil", ".my.sfcrmproducts.cn", ".cloudforce.com", ".cloudforce.mil", ".database.com",
}

// ownSuffixes are the domains below which a token may go: only Salesforce has hosts there.
var ownSuffixes = []string{".salesforce.com", ".salesforce.mil", ".sfcrmproducts.cn", ".cloudforce.com", ".cloudforce.mil", ".database.com"}

// frontDoors are shared by all orgs of a cloud.
var frontDoors = []string{
	"login.salesforce.com", "test.salesforce.com", "login.salesforce.mil", "test.salesforce.mil",
	"login.sfcrmproducts.cn", "test.sfcrmproducts.cn",
}

// instanceHost matches an instance of Salesforce, as na123.salesforce.com, cs42.salesforce.com and usa2s.salesforce.com.
var instanceHost = regexp.MustCompile(`^[a-z]{2,4}\d{1,4}[a-z]?\.salesforce\.(com|mil)$`)

// pageSuffixes are the hosts of an org's pages from which the host of its API follows: the part before the suffix is the same.
//
// Sources: Apex Reference, DomainCreator.getLightningHostname and getSetupHostname; @salesforce/core, SfdcUrl.toLightningDomain,
// for crmforce.mil; jsforce, Connection.isLightningInstance, for crmforce.mil and sfcrmapps.cn; the browser extension Salesforce
// Inspector, for force.mil and the setup of .cn.
var pageSuffixes = []struct{ page, api string }{
	{".lightning.force.com", ".my.salesforce.com"},
	{".lightning.force.mil", ".my.salesforce.mil"},
	{".lightning.crmforce.mil", ".my.salesforce.mil"},
	{".lightning.sfcrmapps.cn", ".my.sfcrmproducts.cn"},
	{".my.salesforce-setup.com", ".my.salesforce.com"},
	{".my.salesforce-setup.mil", ".my.salesforce.mil"},
	{".setup.sfcrmproducts.cn", ".my.sfcrmproducts.cn"},
}

// brokerSuffix is what Microsoft Defender for Cloud Apps appends to the host of a page that it stands in front of.
// Source: Microsoft Learn, "Troubleshooting access and session controls".
const brokerSuffix = ".mcas.ms"

// shownBy are the hosts of pages, files, sites and brokers from which the host of the API does not follow for certain: their first
// part may be the name of a site or a package. Every name below a suffix is refused.
//
// Sources: Salesforce Help, "My Domain URL Formats" and "Allow the Required Domains"; Apex Reference, DomainCreator, for content,
// Visualforce, sites and builder; Microsoft Learn, "What is *.cas.ms, *.mcas.ms, or *.mcas-gov.us", for brokers.
var shownBy = []struct {
	what     string
	suffixes []string
}{
	{"Visualforce pages", []string{
		".vf.force.com", ".visual.force.com", ".visualforce.com", ".visualforce.mil", ".vf.crmforce.mil", ".vf.sfcrmapps.cn",
	}},
	{"files", []string{
		".file.force.com", ".content.force.com", ".documentforce.com", ".documentforce.mil", ".forceusercontent.com", ".force-user-content.com",
	}},
	{"sites", []string{
		".my.site.com", ".site.com", ".secure.force.com", ".salesforce-sites.com", ".salesforce-experience.com", ".siteforce.com",
		".sfcrmsites.cn",
	}},
	{"setup pages", []string{".salesforce-setup.com", ".salesforce-setup.mil"}},
	{"chats", []string{".salesforce-scrt.com", ".salesforceliveagent.com"}},
	{"pages", []string{".force.com", ".force.mil", ".crmforce.mil", ".sfcrmapps.cn", ".lightning.com", ".my-lightning.com", ".salesforce-hub.com"}},
	{"a security broker", []string{brokerSuffix, ".cas.ms", ".mcas-gov.us", ".mcas-gov.ms"}},
}

// apiOf returns the host of the API for the host of a page, or the host itself and false where none follows.
func apiOf(host string) (api string, known bool) {
	for _, suffix := range pageSuffixes {
		if name, ok := strings.CutSuffix(host, suffix.page); ok && name != "" {
			return name + suffix.api, true
		}
	}
	return host, false
}

// pagesOf names what is shown by a host that takes no login of the API.
func pagesOf(host string) (what string, is bool) {
	for _, shown := range shownBy {
		if hasSuffix(host, shown.suffixes) {
			return shown.what, true
		}
	}
	return "", false
}

// IsFrontDoor reports whether a host is shared by all orgs of a cloud.
func IsFrontDoor(host string) bool { return slices.Contains(frontDoors, host) }

// IsSalesforce reports whether a host is known to take logins of the API.
func IsSalesforce(host string) bool {
	return hasSuffix(host, apiSuffixes) || IsFrontDoor(host) || instanceHost.MatchString(host)
}

// IsOwn reports whether a host is below a domain that only Salesforce has hosts in, so that a token may go there.
func IsOwn(host string) bool { return hasSuffix(host, ownSuffixes) }

// hasSuffix reports whether a host lies below one of the suffixes, or is the domain of one.
func hasSuffix(host string, suffixes []string) bool {
	return slices.ContainsFunc(suffixes, func(suffix string) bool {
		return strings.HasSuffix(host, suffix) || host == suffix[1:]
	})
}
