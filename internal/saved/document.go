// Package saved keeps connected sources in the bucket, sealed, so that every worker that has the key can serve them.
package saved

import (
	"fmt"
	"io"
	"slices"
	"time"

	"longhaul/internal/seal"
	"longhaul/internal/source"
)

// Document is what connect was given about a source. It is sealed as a whole; printing one shows no value.
type Document struct {
	Source     string     `json:"source"` // a sealed document counts for no other source
	Salesforce Salesforce `json:"salesforce"`
	Exports    []Export   `json:"exports,omitempty"`
}

// Salesforce is how to log in to the org.
type Salesforce struct {
	BaseURL      string `json:"base_url"`
	Auth         string `json:"auth"` // see source.Auth
	ClientID     string `json:"client_id"`
	ClientSecret string `json:"client_secret,omitempty"`
	Username     string `json:"username,omitempty"`
	PrivateKey   string `json:"private_key,omitempty"` // an RSA key in PEM form
	Audience     string `json:"audience,omitempty"`
}

// Document is what a login reads of it.
func (s Salesforce) Document() source.Document {
	return source.Document{
		BaseURL: s.BaseURL, ClientID: s.ClientID, ClientSecret: s.ClientSecret, Username: s.Username, PrivateKey: s.PrivateKey, Audience: s.Audience,
	}
}

// Export is what an export asked for through its own declaration (see export.Settings).
type Export struct {
	Name    string            `json:"name"`
	Section string            `json:"section,omitempty"`
	Texts   map[string]string `json:"texts,omitempty"`
	Secrets map[string]string `json:"secrets,omitempty"` // the values
}

// content is a Document that encoders may read.
type content Document

// MarshalText hides every value from encoders.
func (d Document) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// secrets are the values that no log may show.
func (d Document) secrets() []string {
	all := []string{d.Salesforce.ClientSecret, d.Salesforce.PrivateKey}
	for _, e := range d.Exports {
		for _, value := range e.Secrets {
			all = append(all, value)
		}
	}
	return slices.DeleteFunc(all, func(value string) bool { return value == "" })
}

// String hides every value.
func (Document) String() string { return "[saved source]" }

// Format hides every value, with every verb.
func (d Document) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// Object is a saved source, or a candidate for one, as the bucket holds it.
type Object struct {
	Source string    `json:"source"`
	Saved  time.Time `json:"saved"`
	Org    string    `json:"org"` // the host of the org, for screens
	seal.Sealed
}
