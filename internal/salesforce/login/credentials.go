// Package login logs in to Salesforce: it sends credentials only to a proven host, within the bound of logins, and reads the token.
package login

import (
	"crypto/rsa"
	"fmt"
	"io"

	"longhaul/internal/fault"
)

// Auth is a way to log in.
type Auth string

// The ways to log in. The password flow is kept for old setups; Salesforce has deprecated it.
const (
	AuthClientCredentials Auth = "client_credentials"
	AuthJWTBearer         Auth = "jwt_bearer"
	AuthPassword          Auth = "password"
)

// Credentials are the values of one login. They print as a placeholder, with every verb and encoder.
type Credentials struct {
	ClientID      string
	ClientSecret  string
	Username      string
	Password      string
	SecurityToken string
	PrivateKey    *rsa.PrivateKey // signs the logins of AuthJWTBearer
	Audience      string          // of these; empty: as the host of the org says
}

// String hides every value.
func (Credentials) String() string { return "[salesforce credentials]" }

// Format hides every value, with every verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText hides every value from encoders.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// check refuses incomplete credentials before anything is sent.
func (c Credentials) check(auth Auth) error {
	type field struct{ name, value string }
	needed := []field{{"client_id", c.ClientID}}
	switch auth {
	case AuthJWTBearer:
		needed = append(needed, field{"username", c.Username})
		if c.PrivateKey == nil {
			needed = append(needed, field{"private_key", ""})
		}
	case AuthPassword:
		needed = append(needed, field{"client_secret", c.ClientSecret}, field{"username", c.Username}, field{"password", c.Password})
	default:
		needed = append(needed, field{"client_secret", c.ClientSecret})
	}
	for _, field := range needed {
		if field.value == "" {
			return fault.Invalidf("%s for Salesforce is empty: set it", field.name)
		}
	}
	return nil
}

// values lists the values that no error may repeat.
func (c Credentials) values() []string {
	return []string{c.ClientID, c.ClientSecret, c.Username, c.Password, c.SecurityToken, c.Password + c.SecurityToken}
}
