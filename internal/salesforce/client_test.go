package salesforce

import (
	"strings"
	"testing"

	"longhaul/internal/fault"
)

// instanceOf is the address that requests go to, which the newest login named.
func instanceOf(c *Client) string { return c.session.Place().Instance.String() }

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
	if c.APIVersion() != "62.0" || c.BaseURL() != "https://login.salesforce.com" || instanceOf(c) != c.BaseURL() {
		t.Errorf("got version %s, base %s, instance %s", c.APIVersion(), c.BaseURL(), instanceOf(c))
	}
	if c.exchange.Timeout != DefaultTimeout || c.exchange.Retry.Attempts != DefaultAttempts {
		t.Errorf("got timeout %v and %d attempts", c.exchange.Timeout, c.exchange.Retry.Attempts)
	}
}
