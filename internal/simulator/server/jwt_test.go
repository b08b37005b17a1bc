package server

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"longhaul/internal/simulator/session"
)

// TestLoginsByJWT are checked as Salesforce does: the app, its certificate, the audience, the user, and for how long the assertion is good.
func TestLoginsByJWT(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, Options{Certificate: &key.PublicKey})
	ready := c.s.Ready()
	in := func(d time.Duration) int64 { return time.Now().Add(d).Unix() }
	signed := func(method jwt.SigningMethod, with any, change jwt.MapClaims) string {
		claims := jwt.MapClaims{"iss": ready.ClientID, "sub": ready.Username, "aud": "https://login.salesforce.com", "exp": in(3 * time.Minute)}
		for claim, value := range change {
			claims[claim] = value
		}
		text, err := jwt.NewWithClaims(method, claims).SignedString(with)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	by := func(key *rsa.PrivateKey, change jwt.MapClaims) string {
		return signed(jwt.SigningMethodRS256, key, change)
	}
	refused := func(description string) session.Refusal {
		return session.Refusal{Code: "invalid_grant", Description: description}
	}
	invalid, unknown := refused("invalid assertion"), session.Refusal{Code: "invalid_client_id", Description: "client identifier invalid"}
	for name, test := range map[string]struct {
		assertion string
		want      session.Refusal
	}{
		"good":                     {by(key, nil), session.Refusal{}},
		"for this org":             {by(key, jwt.MapClaims{"aud": strings.Replace(ready.Salesforce, "http:", "https:", 1)}), session.Refusal{}},
		"for sandboxes":            {by(key, jwt.MapClaims{"aud": "https://test.salesforce.com"}), refused("Audience validation failed")},
		"for another user":         {by(key, jwt.MapClaims{"sub": "x@y.invalid"}), refused("user hasn't approved this consumer")},
		"of another app":           {by(key, jwt.MapClaims{"iss": "3MVG9x"}), unknown},
		"of an app by name":        {by(key, jwt.MapClaims{"iss": ready.ClientID + "-jwt-unapproved"}), refused("user hasn't approved this consumer")},
		"expired":                  {by(key, jwt.MapClaims{"exp": in(-2 * time.Minute)}), invalid},
		"good for too long":        {by(key, jwt.MapClaims{"exp": in(time.Hour)}), invalid},
		"good for ever":            {by(key, jwt.MapClaims{"exp": nil}), invalid},
		"signed by a shared key":   {signed(jwt.SigningMethodHS256, []byte("shared"), nil), invalid},
		"signed by another method": {signed(jwt.SigningMethodRS512, key, nil), invalid},
	} {
		a := c.grant("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer", "client_id", "", "client_secret", "", "assertion", test.assertion)
		var got struct {
			Error            string `json:"error"`
			ErrorDescription string `json:"error_description"`
			AccessToken      string `json:"access_token"`
		}
		a.decode(t, &got)
		refusal := session.Refusal{Code: got.Error, Description: got.ErrorDescription}
		if refusal != test.want || (got.AccessToken != "") != (test.want == session.Refusal{}) {
			t.Errorf("%s: %d %s, want %+v", name, a.status, a.body, test.want)
		}
	}
}
