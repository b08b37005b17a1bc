package salesforce

import (
	"net/url"
	"strings"
	"testing"

	"longhaul/internal/fault"
)

func TestNormalizeHost_accepts(t *testing.T) {
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
		got, err := NormalizeHost(row.raw)
		if err != nil || got != row.want {
			t.Errorf("%s: NormalizeHost(%q) = %q, %v; want %q", row.name, row.raw, got, err, row.want)
		}
	}
}

func TestNormalizeHost_refuses(t *testing.T) {
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
		got, err := NormalizeHost(row.raw)
		switch {
		case err == nil:
			t.Errorf("%s: NormalizeHost(%q) = %q, want a refusal", row.name, row.raw, got)
		case !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.says):
			t.Errorf("%s: got %q, want class invalid and %q", row.name, err, row.says)
		case strings.Contains(err.Error(), "secretvalue") || strings.Contains(err.Error(), "hidden"):
			t.Errorf("%s: the error repeats what may be a secret: %q", row.name, err)
		}
	}
}

func FuzzNormalizeHost(f *testing.F) {
	for _, seed := range []string{"acme.my.salesforce.com", "http://127.0.0.1:1", "https://u:p@h/?q#f", "[::1]:80", "://", "a:b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, err := NormalizeHost(raw)
		if err != nil {
			return
		}
		u, err := url.Parse(got)
		if err != nil || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Host == "" {
			t.Fatalf("NormalizeHost(%q) = %q, which is more than scheme and host", raw, got)
		}
		if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
			t.Fatalf("NormalizeHost(%q) = %q, which is not protected", raw, got)
		}
		if again, err := NormalizeHost(got); err != nil || again != got {
			t.Fatalf("NormalizeHost(%q) = %q, %v: a normal host changes", got, again, err)
		}
	})
}

func TestNew_refusesWhatCannotWork(t *testing.T) {
	t.Parallel()
	good := Config{BaseURL: "acme.my.salesforce.com", Credentials: giveCredentials}
	for _, row := range []struct {
		name, says string
		change     func(*Config)
	}{
		{"client credentials on the login host", "My Domain", func(c *Config) { c.BaseURL = "login.salesforce.com" }},
		{"client credentials on the test host", "My Domain", func(c *Config) { c.BaseURL = "https://test.salesforce.com/" }},
		{"an unknown way to log in", "client_credentials", func(c *Config) { c.Auth = "device" }},
		{"no login", "not set", func(c *Config) { c.Credentials = nil }},
		{"a version that is none", "59.0", func(c *Config) { c.APIVersion = "latest" }},
		{"a CA file that is not there", "ca_file", func(c *Config) { c.CAFile = "/nonexistent/ca.pem" }},
		{"a bad host", "base_url", func(c *Config) { c.BaseURL = "" }},
	} {
		cfg := good
		row.change(&cfg)
		if _, err := New(cfg); !fault.Is(err, fault.Invalid) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%s: got %v, want class invalid and %q", row.name, err, row.says)
		}
	}
}

func TestNew_fillsDefaults(t *testing.T) {
	t.Parallel()
	c, err := New(Config{BaseURL: "login.salesforce.com", Auth: AuthPassword, APIVersion: "v62.0", Credentials: giveCredentials})
	if err != nil {
		t.Fatal(err)
	}
	if c.APIVersion() != "62.0" || c.BaseURL() != "https://login.salesforce.com" || c.InstanceURL() != c.BaseURL() {
		t.Errorf("got version %s, base %s, instance %s", c.APIVersion(), c.BaseURL(), c.InstanceURL())
	}
	if c.timeout != DefaultTimeout || c.retry.attempts != DefaultAttempts {
		t.Errorf("got timeout %v and %d attempts", c.timeout, c.retry.attempts)
	}
}
