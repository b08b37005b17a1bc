// Package login logs in to Salesforce: it sends credentials only to a proven host, within the bound of logins, and reads the token.
package login

import (
	"fmt"
	"io"

	"longhaul/internal/fault"
)

// Auth is a way to log in.
type Auth string

// The ways to log in. The password flow is kept for old setups; Salesforce has deprecated it.
const (
	AuthClientCredentials Auth = "client_credentials"
	AuthPassword          Auth = "password"
)

// Credentials are the values of one login. They print as a placeholder, with every verb and encoder.
type Credentials struct {
	ClientID      string
	ClientSecret  string
	Username      string
	Password      string
	SecurityToken string
}

// String hides every value.
func (Credentials) String() string { return "[salesforce credentials]" }

// Format hides every value, with every verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText hides every value from encoders.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// check refuses incomplete credentials before anything is sent.
func (c Credentials) check(auth Auth) error {
	needed := []struct{ name, value string }{{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}}
	if auth == AuthPassword {
		needed = append(needed, []struct{ name, value string }{{"username", c.Username}, {"password", c.Password}}...)
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
