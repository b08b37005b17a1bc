package source

import (
	"context"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"strings"

	"longhaul/internal/fault"
)

// Credentials are the values of one login, read from where the source refers to. Printing one shows no value.
type Credentials struct {
	BaseURL       string
	ClientID      string
	ClientSecret  string
	Username      string
	Password      string
	SecurityToken string
	PrivateKey    *rsa.PrivateKey
	Audience      string
}

// String hides every value.
func (Credentials) String() string { return "[salesforce credentials]" }

// Format hides every value whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText hides every value from encoders.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// SalesforceCredentials reads the values of a login again, and refuses values that no login can have. Its error names all of them.
func (s Source) SalesforceCredentials(ctx context.Context) (Credentials, error) {
	c := Credentials{
		BaseURL: s.Salesforce.BaseURL, ClientID: s.Salesforce.ClientID, Username: s.Salesforce.Username, Audience: s.Salesforce.Audience,
	}
	if !s.Salesforce.Credentials.IsZero() {
		d, err := s.document(ctx)
		if err != nil {
			return Credentials{}, err
		}
		c.BaseURL, c.ClientID, c.ClientSecret = d.BaseURL, d.ClientID, d.ClientSecret
		if s.Salesforce.Auth == JWTBearer {
			c.Username, c.Audience, c.PrivateKey = d.Username, d.Audience, d.key
		}
	}
	var mistakes []error
	switch {
	case s.Salesforce.Auth == JWTBearer && s.Salesforce.Credentials.IsZero():
		key, err := s.privateKey(ctx)
		c.PrivateKey = key
		mistakes = append(mistakes, err)
	case s.Salesforce.Credentials.IsZero():
		mistakes = append(mistakes, s.fill(ctx, &c.ClientSecret, "client_secret", s.Salesforce.ClientSecret, Key, true))
	}
	if s.Salesforce.Auth == Password {
		mistakes = append(mistakes, s.fill(ctx, &c.Password, "password", s.Salesforce.Password, Phrase, true))
		if !s.Salesforce.SecurityToken.IsZero() { // an org that trusts this network asks for none
			mistakes = append(mistakes, s.fill(ctx, &c.SecurityToken, "security_token", s.Salesforce.SecurityToken, Key, false))
		}
	}
	if err := errors.Join(mistakes...); err != nil {
		return Credentials{}, err
	}
	return c, nil
}

// Apart is an error of a source for a sentence that names the source already.
func Apart(name string, err error) error { return &apartError{err, name} }

type apartError struct {
	error
	name string
}

// Error leaves out whose error it is.
func (e *apartError) Error() string {
	text, named := strings.CutPrefix(e.error.Error(), fmt.Sprintf("source %q", e.name))
	switch {
	case named && strings.HasPrefix(text, ": "):
		return text[len(": "):]
	case named && strings.HasPrefix(text, " "):
		return "the source" + text
	}
	return e.error.Error()
}

// Unwrap gives the error.
func (e *apartError) Unwrap() error { return e.error }

func (s Source) fill(ctx context.Context, into *string, setting string, secret Secret, form Form, needed bool) error {
	value, err := secret.Resolve(ctx)
	if err != nil {
		return fmt.Errorf("%s of source %q: %w", setting, s.Name, Apart(s.Name, err))
	}
	if needed && value == "" {
		return fault.Invalidf("%s of source %q is empty: %s holds nothing; put the secret there", setting, s.Name, secret)
	}
	if err := form.Check(value); err != nil {
		return fault.Invalidf("%s of source %q (%s) %s", setting, s.Name, secret, fault.Sentence(err))
	}
	*into = value
	return nil
}

// Doubts returns what is odd about the values of a login and may be right all the same. It ignores values that cannot be read.
func (s Source) Doubts(ctx context.Context) []string {
	if s.Salesforce.Auth != Password {
		return nil
	}
	password, err := s.Salesforce.Password.Resolve(ctx)
	odd := Phrase.Doubt(password)
	if err != nil || odd == "" {
		return nil
	}
	return []string{fmt.Sprintf("the password of source %q %s", s.Name, odd)}
}
