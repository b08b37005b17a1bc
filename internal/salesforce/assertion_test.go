package salesforce

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"longhaul/internal/answertest"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
)

// TestLoginByJWT_sends what Salesforce documents and no more, in the body of the request.
func TestLoginByJWT_sends(t *testing.T) {
	t.Parallel()
	for host, audience := range map[string]string{
		"acme.my.salesforce.com":                "https://login.salesforce.com",
		"acme-dev-ed.develop.my.salesforce.com": "https://login.salesforce.com",
		"login.salesforce.com":                  "https://login.salesforce.com",
		"acme--uat.sandbox.my.salesforce.com":   "https://test.salesforce.com",
		"test.salesforce.com":                   "https://test.salesforce.com",
	} {
		org := &fakeOrg{instance: "https://acme.my.salesforce.com"}
		var address string
		seen := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			address = r.URL.String()
			org.ServeHTTP(w, r)
		})
		client := inside(t, inProcess(seen), func(c *Config) {
			c.BaseURL, c.Auth = host, AuthJWTBearer
			c.Credentials = func(context.Context) (Credentials, error) {
				key, _ := answertest.Key()
				return Credentials{ClientID: "3MVG9app", ClientSecret: "unused", Username: "bot@acme.invalid", PrivateKey: key}, nil
			}
		})
		if _, err := client.Login(t.Context()); err != nil {
			t.Fatal(err)
		}
		grant := org.form["grant_type"]
		want := []string{"urn:ietf:params:oauth:grant-type:jwt-bearer"}
		if len(org.form) != 2 || !slices.Equal(grant, want) || !strings.HasSuffix(address, origin.TokenPath) {
			t.Errorf("%s: sent %v to %s", host, org.form, address)
		}
		parts := strings.Split(org.form["assertion"][0], ".")
		if len(parts) != 3 {
			t.Fatalf("%s: the assertion has %d parts", host, len(parts))
		}
		var claims struct {
			Iss, Sub, Aud string
			Exp           int64
		}
		text, err := base64.RawURLEncoding.DecodeString(parts[1])
		if err := errors.Join(err, json.Unmarshal(text, &claims)); err != nil {
			t.Fatal(err)
		}
		life := time.Until(time.Unix(claims.Exp, 0))
		if claims.Iss != "3MVG9app" || claims.Sub != "bot@acme.invalid" || claims.Aud != audience || life <= 0 || life > 5*time.Minute {
			t.Errorf("%s: the claims are %+v, want the audience %s", host, claims, audience)
		}
	}
}

// TestLoginByJWT_ofAnOrgThatDoesNotAnswer ends as every login does where nothing answers, although it asks for the clock first.
func TestLoginByJWT_ofAnOrgThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		logins := 0
		client := inside(t, inProcess(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			if r.URL.Path == origin.TokenPath {
				logins++
			}
			<-r.Context().Done()
		})), func(c *Config) {
			c.Auth = AuthJWTBearer
			c.Credentials = func(context.Context) (Credentials, error) {
				key, _ := answertest.Key()
				return Credentials{ClientID: "3MVG9app", Username: "bot@acme.invalid", PrivateKey: key}, nil
			}
		})
		if _, err := client.Login(t.Context()); !fault.Is(err, fault.Transient) || logins != DefaultAttempts {
			t.Errorf("%d logins were sent, and the last ended with %v", logins, err)
		}
	})
}
