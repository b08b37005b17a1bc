package login

import (
	"cmp"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"longhaul/internal/fault"
	"longhaul/internal/salesforce/origin"
)

// grantJWT is the grant type of a login with a signed assertion (RFC 7523).
const grantJWT = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// assertionLife is how long an assertion is good for. Salesforce takes those of three to five minutes; the shorter, the less a lost one can do.
const assertionLife = 3 * time.Minute

// The audiences that Salesforce takes: its login, or that of sandboxes. An org takes its own My Domain too.
const (
	AudienceProduction = "https://login.salesforce.com"
	AudienceSandbox    = "https://test.salesforce.com"
)

// audienceOf is the audience for an org at a host. A host that does not show what it is counts as production.
func audienceOf(base origin.Origin) string {
	host := base.Name()
	if host == "test.salesforce.com" || base.KindOf() == origin.Sandbox {
		return AudienceSandbox
	}
	return AudienceProduction
}

// assertion signs that the app logs in as the user.
func (c Credentials) assertion(base origin.Origin, now time.Time) (string, error) {
	claims := jwt.MapClaims{
		"iss": c.ClientID, "sub": c.Username, "aud": cmp.Or(c.Audience, audienceOf(base)), "exp": now.Add(assertionLife).Unix(),
	}
	signed, err := jwt.NewWithClaims(jwt.SigningMethodRS256, claims).SignedString(c.PrivateKey)
	if err != nil {
		return "", fault.Invalidf("private_key cannot sign a login: %v", err)
	}
	return signed, nil
}
