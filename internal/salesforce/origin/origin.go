// Package origin knows the addresses of Salesforce: what people write as base_url, the hosts of pages that lead to those of the API,
// and where a token may go.
package origin

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
	"longhaul/internal/salesforce/redact"
)

// The paths that requests begin with.
const (
	TokenPath = "/services/oauth2/token"
	DataPath  = "/services/data/" // the list of API versions; a version's resources lie below it
)

// longestHost bounds the name of a host that a server wrote, in characters.
const longestHost = 100

// Origin is the part of a URL that says where a request goes: scheme, host and port.
type Origin struct{ Scheme, Host string }

// Parse reads a base_url, as normalize does.
func Parse(raw string) (Origin, error) {
	written, err := normalize(raw)
	if err != nil {
		return Origin{}, err
	}
	u, err := url.Parse(written)
	if err != nil {
		return Origin{}, fault.Invalidf("base_url is not an address: write the org's My Domain, such as acme.my.salesforce.com")
	}
	return Origin{Scheme: u.Scheme, Host: u.Host}, nil
}

// String is the address without a path.
func (o Origin) String() string { return o.Scheme + "://" + o.Host }

// Name is the host without a port.
func (o Origin) Name() string { return (&url.URL{Host: o.Host}).Hostname() }

// ParseInstance reads the instance_url of a login to base. The token goes there, so it must be protected, and lead to a host of
// Salesforce or to base itself, or stay on this machine when the login did.
func ParseInstance(written string, base Origin) (Origin, error) {
	u, err := url.Parse(written)
	if err != nil || u.Host == "" || u.User != nil {
		return Origin{}, errors.New("its instance_url is no address")
	}
	scheme := strings.ToLower(u.Scheme)
	here := httpkit.IsLoopback(u.Hostname()) && httpkit.IsLoopback(base.Name())
	if scheme != "https" && (scheme != "http" || base.Scheme != "http" || !here) {
		return Origin{}, errors.New("its instance_url is not https")
	}
	host := strings.TrimSuffix(strings.ToLower(u.Host), ":443")
	if api, known := apiOf(host); known {
		host = api
	}
	instance := Origin{Scheme: scheme, Host: host}
	if !here && instance != base && !IsOwn(instance.Name()) {
		return Origin{}, fmt.Errorf("its instance_url leads to %s, which is no host of Salesforce", redact.Clean(host, longestHost))
	}
	return instance, nil
}
