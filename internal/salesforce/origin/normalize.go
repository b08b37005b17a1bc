package origin

import (
	"net"
	"net/netip"
	"net/url"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

// normalize turns what people write or paste for an org into the address of its API, as https://acme.my.salesforce.com. A bare host
// gets a scheme; path and trailing slash are dropped; the hosts of pages become that of the API, or are refused. Plain http is for
// this machine only. An error repeats no more than the host of what was written: the rest may hold a password.
func normalize(raw string) (string, error) {
	text := strings.TrimSpace(raw)
	if text == "" {
		return "", fault.Invalidf("base_url is empty: set it to the org's My Domain, such as acme.my.salesforce.com")
	}
	if !strings.Contains(text, "://") {
		text = "https://" + text
	}
	u, err := url.Parse(text)
	if err != nil || u.Opaque != "" {
		return "", fault.Invalidf("base_url is not an address: write the org's My Domain, such as acme.my.salesforce.com")
	}
	switch {
	case u.User != nil:
		return "", fault.Invalidf("base_url holds a user or a password: write the host alone, and the login in its own settings")
	case u.RawQuery != "" || u.ForceQuery:
		return "", fault.Invalidf("base_url holds a query (the part after ?): write the host alone, such as acme.my.salesforce.com")
	case u.Fragment != "" || strings.HasSuffix(text, "#"):
		return "", fault.Invalidf("base_url holds a fragment (the part after #): write the host alone, such as acme.my.salesforce.com")
	}
	host, err := normalizeName(strings.ToLower(u.Hostname()))
	if err != nil {
		return "", err
	}
	address, err := joinPort(host, u.Port(), u.Host)
	if err != nil {
		return "", err
	}
	switch scheme := strings.ToLower(u.Scheme); {
	case scheme == "https":
		return strings.TrimSuffix("https://"+address, ":443"), nil
	case scheme != "http":
		return "", fault.Invalidf("base_url must begin with https://, or have no scheme at all")
	case !httpkit.IsLoopback(host):
		return "", fault.Invalidf("base_url uses http://, over which the login would travel unprotected: write https://%s", address)
	default:
		return strings.TrimSuffix("http://"+address, ":80"), nil
	}
}

// normalizeName maps the host of a page to that of the API and refuses what can be no host.
func normalizeName(host string) (string, error) {
	host = strings.TrimSuffix(host, ".")
	if httpkit.IsLoopback(host) {
		return host, nil
	}
	if !isHostName(host) {
		return "", fault.Invalidf("base_url holds no valid host: write the org's My Domain, such as acme.my.salesforce.com")
	}
	if name, behind := strings.CutSuffix(host, brokerSuffix); behind {
		if api, known := apiOf(name); known || IsSalesforce(name) {
			return api, nil
		}
	}
	if api, known := apiOf(host); known {
		return api, nil
	}
	switch what, shown := pagesOf(host); {
	case shown:
		return "", fault.Invalidf("%s is the host of %s and takes no API login: "+
			"set base_url to the org's My Domain, such as acme.my.salesforce.com (in Setup, under My Domain)", host, what)
	case host == "salesforce.com", host == "www.salesforce.com":
		return "", fault.Invalidf("%s is no org: set base_url to the org's My Domain, such as acme.my.salesforce.com", host)
	case !strings.Contains(host, "."):
		return "", fault.Invalidf("%q is not a whole host: write the org's My Domain, such as %s.my.salesforce.com", host, host)
	}
	return host, nil
}

// isHostName reports whether a host could be looked up: labels of letters, digits, hyphens and underscores, or an IP address.
func isHostName(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	if host == "" || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for i := range len(label) {
			if !isLabelByte(label[i]) {
				return false
			}
		}
	}
	return true
}

func joinPort(host, port, written string) (string, error) {
	for i := range len(port) {
		if !isDigit(port[i]) {
			port = ""
		}
	}
	switch {
	case port == "" && strings.HasSuffix(written, ":"):
		return "", fault.Invalidf("base_url ends in a colon: write a port after it or leave it away")
	case port != "":
		return net.JoinHostPort(host, port), nil
	case strings.Contains(host, ":"):
		return "[" + host + "]", nil
	default:
		return host, nil
	}
}

func isLabelByte(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '_'
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
