package org

import (
	"context"
	"strings"
	"testing"

	"longhaul/internal/answertest"
	"longhaul/internal/doctor"
	"longhaul/internal/fault"
	"longhaul/internal/salesforce"
	"longhaul/internal/simulator/server"
)

// byJWT makes a client log in by JWT as the user of the simulated org.
func byJWT(username, clientID string) func(*salesforce.Config) {
	return func(c *salesforce.Config) {
		c.Auth = salesforce.AuthJWTBearer
		c.Credentials = func(context.Context) (salesforce.Credentials, error) {
			key, _ := answertest.Key()
			return salesforce.Credentials{ClientID: clientID, Username: username, PrivateKey: key}, nil
		}
	}
}

func TestCheck_loginByJWT(t *testing.T) {
	t.Parallel()
	key, _ := answertest.Key()
	secrets := server.Secrets{ClientID: "3MVG9client", Username: "catalog.bot@acme.invalid"}
	good := server.Options{Certificate: &key.PublicKey, Secrets: secrets}
	for name, row := range map[string]struct {
		options         server.Options
		username, app   string
		found, fix, way string
	}{
		"as it should be": {good, secrets.Username, secrets.ClientID, "an assertion that the private key signed", "", ""},
		"no certificate": {
			server.Options{Secrets: secrets},
			secrets.Username, secrets.ClientID,
			"does not take the signature", "certificate", "Flow Enablement, certificate",
		},
		"a user of another org": {good, "x@acme.invalid", secrets.ClientID, "has not approved the app", "pre-authorise", "Permitted Users"},
		"a user without admission": {
			good, secrets.Username, secrets.ClientID + "-not-approved",
			"not admitted to the app", "permission set", "Permitted Users",
		},
		"a user of the wrong kind": {
			server.Options{Certificate: &key.PublicKey, Secrets: secrets, Faults: []server.Fault{{Name: "oauth_maximum_logins"}}},
			secrets.Username, secrets.ClientID, "of a kind that may not log in", "another username", "Permitted Users",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := start(t, row.options, byJWT(row.username, row.app))
			rows := f.check()
			login := rows["login"]
			if row.fix == "" {
				if login.Status != doctor.Pass || !strings.Contains(login.Found, row.found) {
					t.Errorf("%+v", login)
				}
				if scopes := rows["scopes"]; scopes.Status != doctor.Pass || strings.Contains(scopes.Found, "offline_access") {
					t.Errorf("it calls a scope needless that this login needs: %+v", scopes)
				}
				return
			}
			told := strings.Contains(login.Found, row.found) && strings.Contains(login.Fix, row.fix) && strings.Contains(login.Where, row.way)
			if login.Class != fault.LoginRefused || !told || strings.Contains(login.Where, "Run As") {
				t.Errorf("%+v", login)
			}
		})
	}
}
