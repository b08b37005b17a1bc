package origin

import (
	"net/url"
	"strings"
	"testing"

	"longhaul/internal/fault"
	"longhaul/internal/httpkit"
)

func TestNormalize_accepts(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, raw, want string }{
		{"a bare host", "acme.my.salesforce.com", "https://acme.my.salesforce.com"},
		{"a scheme", "https://acme.my.salesforce.com", "https://acme.my.salesforce.com"},
		{"a trailing slash", "https://acme.my.salesforce.com/", "https://acme.my.salesforce.com"},
		{"a path", "https://acme.my.salesforce.com/services/data/v59.0", "https://acme.my.salesforce.com"},
		{"space around it", "  acme.my.salesforce.com\n", "https://acme.my.salesforce.com"},
		{"upper case", "HTTPS://Acme.My.Salesforce.com", "https://acme.my.salesforce.com"},
		{"a dot at the end", "acme.my.salesforce.com.", "https://acme.my.salesforce.com"},
		{"the usual port", "https://acme.my.salesforce.com:443/", "https://acme.my.salesforce.com"},
		{"the host of pages", "https://acme.lightning.force.com/lightning/page/home", "https://acme.my.salesforce.com"},
		{"the host of a sandbox's pages", "acme--dev.sandbox.lightning.force.com", "https://acme--dev.sandbox.my.salesforce.com"},
		{"the host of setup", "https://acme.my.salesforce-setup.com/lightning/setup", "https://acme.my.salesforce.com"},
		{"a sandbox", "acme--dev.sandbox.my.salesforce.com", "https://acme--dev.sandbox.my.salesforce.com"},
		{"plain http on this machine", "http://127.0.0.1:8080/", "http://127.0.0.1:8080"},
		{"plain http on this machine by name", "http://localhost:8080", "http://localhost:8080"},
		{"plain http on this machine in IPv6", "http://[::1]:8080", "http://[::1]:8080"},
		{"this machine with TLS", "localhost:8443", "https://localhost:8443"},
		{"IPv6 without a port", "https://[::1]/", "https://[::1]"},
	} {
		got, err := normalize(row.raw)
		if err != nil || got != row.want {
			t.Errorf("%s: normalize(%q) = %q, %v; want %q", row.name, row.raw, got, err, row.want)
		}
	}
}

func TestNormalize_refuses(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, raw, says string }{
		{"nothing", " ", "empty"},
		{"plain http to another machine", "http://acme.my.salesforce.com", "https://acme.my.salesforce.com"},
		{"a name that only looks like this machine", "http://localhost.acme.example", "http://"},
		{"another scheme", "ftp://acme.my.salesforce.com", "https://"},
		{"a user", "https://hidden:secretvalue@acme.my.salesforce.com", "user or a password"},
		{"a user without a scheme", "hidden:secretvalue@acme.my.salesforce.com", "user or a password"},
		{"a query", "acme.my.salesforce.com/?token=secretvalue", "query"},
		{"a fragment", "acme.my.salesforce.com/#secretvalue", "fragment"},
		{"an empty fragment", "acme.my.salesforce.com/#", "fragment"},
		{"a bad port", "https://acme.my.salesforce.com:secretvalue", "not an address"},
		{"a colon without a port", "https://acme.my.salesforce.com:", "colon"},
		{"a name without a domain", "acme", "acme.my.salesforce.com"},
		{"a host of setup that is no My Domain", "eu12.salesforce-setup.com", "My Domain"},
		{"a host of Visualforce", "acme--c.vf.force.com", "My Domain"},
		{"the public site", "www.salesforce.com", "My Domain"},
		{"a space inside", "acme my.salesforce.com", "address"},
		{"a line break inside", "acme.my\n.salesforce.com", "address"},
		{"letters that no host has", "äcme.my.salesforce.com", "valid host"},
		{"an empty label", "acme..salesforce.com", "valid host"},
	} {
		got, err := normalize(row.raw)
		switch {
		case err == nil:
			t.Errorf("%s: normalize(%q) = %q, want a refusal", row.name, row.raw, got)
		case !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.says):
			t.Errorf("%s: got %q, want class invalid and %q", row.name, err, row.says)
		case strings.Contains(err.Error(), "secretvalue") || strings.Contains(err.Error(), "hidden"):
			t.Errorf("%s: the error repeats what may be a secret: %q", row.name, err)
		}
	}
}

func FuzzNormalize(f *testing.F) {
	for _, seed := range []string{"acme.my.salesforce.com", "http://127.0.0.1:1", "https://u:p@h/?q#f", "[::1]:80", "://", "a:b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := normalize(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Host == "" {
			t.Fatalf("normalize(%q) = %q, which is more than scheme and host", raw, got)
		}
		if u.Scheme != "https" && (u.Scheme != "http" || !httpkit.IsLoopback(u.Hostname())) {
			t.Fatalf("normalize(%q) = %q, which is not protected", raw, got)
		}
		if again, err := normalize(got); err != nil || again != got {
			t.Fatalf("normalize(%q) = %q, %v: a normal host changes", got, again, err)
		}
	})
}

func TestNormalize_mapsHostsOfPages(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"https://acme.lightning.force.com/lightning/page/home": "acme.my.salesforce.com",
		"acme--uat.sandbox.lightning.force.com":                "acme--uat.sandbox.my.salesforce.com",
		"acme-dev-ed.develop.lightning.force.com":              "acme-dev-ed.develop.my.salesforce.com",
		"acme.lightning.sfcrmapps.cn":                          "acme.my.sfcrmproducts.cn",
		"acme--uat.sandbox.lightning.sfcrmapps.cn":             "acme--uat.sandbox.my.sfcrmproducts.cn",
		"ACME.Lightning.CrmForce.mil.":                         "acme.my.salesforce.mil",
		"acme--uat.sandbox.lightning.crmforce.mil":             "acme--uat.sandbox.my.salesforce.mil",
		"acme.lightning.force.mil":                             "acme.my.salesforce.mil",
		"acme.my.salesforce-setup.com/lightning/setup":         "acme.my.salesforce.com",
		"acme.setup.sfcrmproducts.cn":                          "acme.my.sfcrmproducts.cn",
		"acme.my.salesforce.com.mcas.ms":                       "acme.my.salesforce.com",
		"https://acme.lightning.force.com.mcas.ms/lightning":   "acme.my.salesforce.com",
		"acme.lightning.sfcrmapps.cn.mcas.ms":                  "acme.my.sfcrmproducts.cn",

		"acme.my.salesforce.com":                  "acme.my.salesforce.com",
		"acme--uat.sandbox.my.salesforce.com":     "acme--uat.sandbox.my.salesforce.com",
		"acme-12.scratch.my.salesforce.com":       "acme-12.scratch.my.salesforce.com",
		"acme.my.salesforce.mil":                  "acme.my.salesforce.mil",
		"acme.my.sfcrmproducts.cn":                "acme.my.sfcrmproducts.cn",
		"acme--uat.sandbox.my.sfcrmproducts.cn":   "acme--uat.sandbox.my.sfcrmproducts.cn",
		"acme.cloudforce.com":                     "acme.cloudforce.com",
		"na123.salesforce.com":                    "na123.salesforce.com",
		"cs42.salesforce.com":                     "cs42.salesforce.com",
		"crm.acme.example":                        "crm.acme.example",
		"salesforce.gateway.acme.example:8443":    "salesforce.gateway.acme.example:8443",
		"acme.lightning.force.com.acme.example":   "acme.lightning.force.com.acme.example", // not Salesforce's: it must prove itself
		"notlightning.force.company":              "notlightning.force.company",
		"10.1.2.3":                                "10.1.2.3",
		"acme.my.salesforce.com.mcas.ms.acme.org": "acme.my.salesforce.com.mcas.ms.acme.org",
	} {
		if got, err := normalize(raw); err != nil || got != "https://"+want {
			t.Errorf("normalize(%q) = %q, %v; want https://%s", raw, got, err, want)
		}
	}
}

func TestParseInstance(t *testing.T) {
	t.Parallel()
	remote, local := Origin{"https", "acme.my.salesforce.com"}, Origin{"http", "127.0.0.1:80"}
	for _, row := range []struct {
		name, written string
		base          Origin
		want          string // empty when it is refused
	}{
		{"https", "https://Acme.my.salesforce.com/", remote, "https://acme.my.salesforce.com"},
		{"plain http of a remote org", "http://acme.my.salesforce.com", remote, ""},
		{"plain http to this machine from a remote org", "http://127.0.0.1:80", remote, ""},
		{"plain http on this machine", "http://127.0.0.1:8080", local, "http://127.0.0.1:8080"},
		{"plain http to another machine from this one", "http://acme.example", local, ""},
		{"https from this machine", "https://127.0.0.1:8443", local, "https://127.0.0.1:8443"},
		{"a user", "https://u@acme.my.salesforce.com", remote, ""},
		{"no address", "acme", remote, ""},
	} {
		got, err := ParseInstance(row.written, row.base)
		if (err == nil) != (row.want != "") || err == nil && got.String() != row.want {
			t.Errorf("%s: got %s, %v; want %q", row.name, got, err, row.want)
		}
	}
}
