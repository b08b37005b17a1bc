package config

import "testing"

func TestRead_findsMistakesOfALoginByJWT(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, text string
		want       []string // behind longhaul.yaml:
	}{
		{"a login by JWT without a key", "sources:\n  acme:\n    salesforce:\n      auth: jwt_bearer\n", []string{
			"3: sources.acme.salesforce lacks base_url, client_id, username and private_key",
		}},
		{"a login by JWT with a client secret", head + "      auth: jwt_bearer\n      username: u\n      private_key: file:k.pem\n", []string{
			"6: sources.acme.salesforce.client_secret is for auth: client_credentials only: remove it, or set auth: client_credentials",
		}},
		{"a private key without a login by JWT", head + "      private_key: file:k.pem\n", []string{
			"7: sources.acme.salesforce.private_key is for auth: jwt_bearer only: remove it, or set auth: jwt_bearer",
		}},
		{"an audience that is no address", head + "      auth: jwt_bearer\n      audience: login.salesforce.com\n", []string{
			"8: sources.acme.salesforce.audience: must be https://login.salesforce.com, https://test.salesforce.com for sandboxes, or the org's My " +
				"Domain with https://; leave it out, unless the org stands behind a gateway of your own",
			"6: sources.acme.salesforce.client_secret is for auth: client_credentials only: remove it, or set auth: client_credentials",
			"3: sources.acme.salesforce lacks username and private_key",
		}},
	} {
		t.Run(tt.name, func(t *testing.T) { findsMistakes(t, tt.text, tt.want) })
	}
}
