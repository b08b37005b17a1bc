package salesforce

import (
	"net/url"
	"strings"

	"longhaul/internal/salesforce/origin"
)

// HostKind is what a host of Salesforce is.
type HostKind = origin.Kind

// The kinds of hosts.
const (
	MyDomain    = origin.MyDomain
	Sandbox     = origin.Sandbox
	Developer   = origin.Developer
	SharedLogin = origin.SharedLogin
	Instance    = origin.Instance
	ThisMachine = origin.ThisMachine
	OtherHost   = origin.OtherHost
)

// VersionsPath is the list of API versions. It needs no login and is no API call.
const VersionsPath = origin.DataPath

// Host is where a base_url leads to.
type Host struct {
	Address string // as https://acme.my.salesforce.com
	Name    string // without a port
	Written string // the host as it was written, where that is the host of a page; else empty
	Kind    HostKind
}

// ParseHost reads a base_url as New does. Its error has class invalid and says what to write.
func ParseHost(baseURL string) (Host, error) {
	o, err := origin.Parse(baseURL)
	if err != nil {
		return Host{}, err
	}
	return Host{Address: o.String(), Name: o.Name(), Written: writtenHost(baseURL, o.Name()), Kind: o.KindOf()}, nil
}

// writtenHost is the host of a base_url unless it is the one of the API.
func writtenHost(baseURL, name string) string {
	text := strings.TrimSpace(baseURL)
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || strings.TrimSuffix(strings.ToLower(u.Hostname()), ".") == name {
		return ""
	}
	return strings.ToLower(u.Hostname())
}
