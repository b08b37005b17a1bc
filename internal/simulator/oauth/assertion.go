package oauth

import (
	"crypto/rsa"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"longhaul/internal/simulator/call"
	"longhaul/internal/simulator/session"
	"longhaul/internal/simulator/wire"
)

const jwtGrant = "urn:ietf:params:oauth:grant-type:jwt-bearer"

// longestAssertion is how far ahead an assertion may expire, and clockSkew by how much two clocks may differ.
const (
	longestAssertion = 5 * time.Minute
	clockSkew        = time.Minute
)

// unsigned reads what the assertion of a login says before its signature is checked: the app must be known to check it.
func unsigned(posted url.Values) (claims jwt.RegisteredClaims) {
	if _, _, err := jwt.NewParser().ParseUnverified(posted.Get("assertion"), &claims); err != nil {
		return jwt.RegisteredClaims{}
	}
	return claims
}

// refuseAssertion checks the assertion of a login against the certificate of the app.
func (s *Server) refuseAssertion(c *call.Call, posted url.Values) *session.Refusal {
	invalid := &session.Refusal{Code: "invalid_grant", Description: "invalid assertion"}
	if s.Certificate == nil {
		return invalid
	}
	var claims jwt.RegisteredClaims
	_, err := jwt.ParseWithClaims(posted.Get("assertion"), &claims, func(*jwt.Token) (any, error) { return s.Certificate, nil },
		jwt.WithValidMethods([]string{jwt.SigningMethodRS256.Alg()}), jwt.WithExpirationRequired(), jwt.WithLeeway(clockSkew),
		jwt.WithTimeFunc(s.Now))
	switch {
	case err != nil, claims.ExpiresAt.After(s.Now().Add(longestAssertion + clockSkew)), len(claims.Audience) != 1:
		return invalid
	case !s.isAudience(claims.Audience[0], "https://"+c.Request.Host):
		return &session.Refusal{Code: "invalid_grant", Description: "Audience validation failed"}
	case !wire.SameSecret(claims.Subject, s.Username): // no user of this org, so none that has approved the app
		return &session.Refusal{Code: "invalid_grant", Description: "user hasn't approved this consumer"}
	}
	return nil
}

// isAudience reports whether an assertion names this org: the login of its kind of org, or its My Domain.
func (s *Server) isAudience(audience, myDomain string) bool {
	shared := "https://login.salesforce.com"
	if s.Info.Sandbox {
		shared = "https://test.salesforce.com"
	}
	return audience == shared || strings.EqualFold(audience, myDomain)
}

// ParseCertificate reads the certificate that an administrator gives to the app, in PEM form.
func ParseCertificate(text []byte) (*rsa.PublicKey, error) {
	key, err := jwt.ParseRSAPublicKeyFromPEM(text)
	if err != nil {
		return nil, errors.New("the file holds no certificate of an RSA key in PEM form")
	}
	return key, nil
}
