package salesforce_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	orgclock "longhaul/internal/simulator/clock"
	"longhaul/internal/simulator/server"
)

// byJWT makes a client log in by JWT with a change to its credentials.
func byJWT(change func(*salesforce.Credentials)) func(*salesforce.Config, server.Ready) {
	return func(c *salesforce.Config, ready server.Ready) {
		c.Auth = salesforce.AuthJWTBearer
		c.Credentials = func(context.Context) (salesforce.Credentials, error) {
			key, _ := answertest.Key()
			credentials := salesforce.Credentials{ClientID: ready.ClientID, Username: ready.Username, PrivateKey: key}
			change(&credentials)
			return credentials, nil
		}
	}
}

func TestLoginByJWT(t *testing.T) {
	t.Parallel()
	key, _ := answertest.Key()
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		change func(*salesforce.Credentials)
		class  fault.Class
		says   string
	}{
		"as it should be": {func(*salesforce.Credentials) {}, "", ""},
		"the org's own address as audience, at another host": {
			func(c *salesforce.Credentials) { c.Audience = "https://other.my.salesforce.com" }, fault.LoginRefused, "set salesforce.audience to",
		},
		"the audience of sandboxes": {
			func(c *salesforce.Credentials) { c.Audience = "https://test.salesforce.com" }, fault.LoginRefused, "set salesforce.audience to",
		},
		"another key":        {func(c *salesforce.Credentials) { c.PrivateKey = other }, fault.LoginRefused, "does not take the signature"},
		"another app":        {func(c *salesforce.Credentials) { c.ClientID = "3MVG9x" }, fault.LoginRefused, "does not know the client id"},
		"another user":       {func(c *salesforce.Credentials) { c.Username = "x@y.invalid" }, fault.LoginRefused, "has not approved the app"},
		"not pre-authorised": {func(c *salesforce.Credentials) { c.ClientID += "-not-approved" }, fault.LoginRefused, "not admitted to the app"},
		"no key":             {func(c *salesforce.Credentials) { c.PrivateKey = nil }, fault.Invalid, "private_key for Salesforce is empty"},
		"no user":            {func(c *salesforce.Credentials) { c.Username = "" }, fault.Invalid, "username for Salesforce is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client, org := simulate(t, server.Options{Reports: 10, Certificate: &key.PublicKey}, byJWT(row.change))
			_, err := client.Login(t.Context())
			if row.says == "" {
				if err != nil || org.Stats().Logins != 1 {
					t.Errorf("%d logins, %v", org.Stats().Logins, err)
				}
				return
			}
			if !fault.Is(err, row.class) || !strings.Contains(fault.Sentence(err), row.says) || org.Stats().Logins != 0 {
				t.Errorf("got %v, want that it says %q", err, row.says)
			}
			if text := err.Error(); strings.Contains(text, "eyJ") || strings.Contains(text, "3MVG9") || strings.Contains(text, "@y.invalid") {
				t.Errorf("the login shows in %s", text)
			}
		})
	}
}

// TestLoginByJWT_ofAnAppWithoutACertificate is refused, whoever signs.
func TestLoginByJWT_ofAnAppWithoutACertificate(t *testing.T) {
	t.Parallel()
	client, _ := simulate(t, server.Options{Reports: 10}, byJWT(func(*salesforce.Credentials) {}))
	if _, err := client.Login(t.Context()); !fault.Is(err, fault.LoginRefused) || !strings.Contains(fault.Sentence(err), "certificate of the app") {
		t.Errorf("got %v", err)
	}
}

// TestLoginByJWT_goesByTheClockOfTheOrg, since an assertion of a machine whose clock is behind has expired when it arrives. The clock of a
// machine that slept is behind by hours, and by then an older answer has told another time.
func TestLoginByJWT_goesByTheClockOfTheOrg(t *testing.T) {
	t.Parallel()
	key, _ := answertest.Key()
	for _, by := range []time.Duration{20 * time.Minute, 26 * time.Hour} {
		ahead := orgclock.New(orgclock.System{})
		client, _ := simulate(t, server.Options{Reports: 10, Certificate: &key.PublicKey, Clock: ahead}, byJWT(func(*salesforce.Credentials) {}))
		for n := range 3 { // the first answer of a client, and those of one that knows the clock before it jumps
			if err := ahead.Advance(by); err != nil {
				t.Fatal(err)
			}
			if _, err := client.Login(t.Context()); err != nil {
				t.Errorf("login %d, when the clock is %s ahead of the last: %v", n+1, by, err)
			}
		}
	}
}
