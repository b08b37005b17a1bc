package source

import (
	"bytes"
	"context"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"longhaul/internal/fault"
	"longhaul/internal/plaintext"
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
}

// String hides every value.
func (Credentials) String() string { return "[salesforce credentials]" }

// Format hides every value whatever the verb.
func (c Credentials) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, c.String()) }

// MarshalText hides every value from encoders.
func (c Credentials) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// SalesforceCredentials reads the values of a login again, and refuses values that no login can have. Its error names all of them.
func (s Source) SalesforceCredentials(ctx context.Context) (Credentials, error) {
	c := Credentials{BaseURL: s.Salesforce.BaseURL, ClientID: s.Salesforce.ClientID, Username: s.Salesforce.Username}
	if !s.Salesforce.Credentials.IsZero() {
		document, err := s.document(ctx)
		if err != nil {
			return Credentials{}, err
		}
		c.BaseURL, c.ClientID, c.ClientSecret = document.BaseURL, document.ClientID, document.ClientSecret
	}
	var mistakes []error
	switch {
	case s.Salesforce.Auth == JWTBearer:
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

type document struct {
	BaseURL      string `json:"baseUrl"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret"`
}

func (s Source) document(ctx context.Context) (document, error) {
	content, err := s.Salesforce.Credentials.Resolve(ctx)
	where := strings.TrimPrefix(s.Salesforce.Credentials.String(), fileScheme)
	switch flaw := quoted(content); {
	case err != nil:
		return document{}, fmt.Errorf("credentials of source %q: %w", s.Name, Apart(s.Name, err))
	case content == "":
		return document{}, fault.Invalidf("credentials of source %q is empty: %s holds nothing; put the document there", s.Name, where)
	case flaw != "":
		return document{}, fault.Invalidf("credentials of source %q (%s) %s", s.Name, where, flaw)
	}
	return parseDocument(where, []byte(content))
}

// parseDocument parses a credentials document. Its errors name the place and never a value.
func parseDocument(where string, data []byte) (document, error) {
	data = plaintext.Decode(data)
	var d document
	if err := json.Unmarshal(data, &d); err != nil {
		return document{}, badDocument(where, data, err)
	}
	d = document{BaseURL: plaintext.Line(d.BaseURL), ClientID: plaintext.Line(d.ClientID), ClientSecret: plaintext.Line(d.ClientSecret)}
	if err := d.complete(where); err != nil {
		return document{}, err
	}
	for _, field := range []struct {
		name, value string
		form        Form
	}{
		{"baseUrl", strings.TrimSpace(d.BaseURL), Name}, {"clientId", d.ClientID, Key}, {"clientSecret", d.ClientSecret, Key},
	} {
		if err := field.form.Check(field.value); err != nil {
			return document{}, fault.Invalidf("%s: %s %s", where, field.name, fault.Sentence(err))
		}
	}
	return d, nil
}

// complete returns an error that names what a document lacks.
func (d document) complete(where string) error {
	var missing []string
	for _, field := range []struct{ name, value string }{
		{"baseUrl", d.BaseURL}, {"clientId", d.ClientID}, {"clientSecret", d.ClientSecret},
	} {
		if field.value == "" {
			missing = append(missing, field.name)
		}
	}
	if len(missing) > 0 {
		return fault.Invalidf("%s lacks %s: it must hold {\"baseUrl\", \"clientId\", \"clientSecret\"}",
			where, strings.Join(missing, " and "))
	}
	return nil
}

func badDocument(where string, data []byte, err error) error {
	var wrongType *json.UnmarshalTypeError
	if errors.As(err, &wrongType) {
		field := wrongType.Field
		if field == "" {
			field = "the document"
		}
		shape := "a text in quotes"
		if wrongType.Field == "" {
			shape = `an object {"baseUrl", "clientId", "clientSecret"}`
		}
		return fault.Invalidf("%s:%d: %s must be %s", where, lineAt(data, wrongType.Offset), field, shape)
	}
	offset := int64(len(data))
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		offset = syntax.Offset
	}
	return fault.Invalidf("%s:%d: this is not JSON; look for a missing quote, comma or brace there", where, lineAt(data, offset))
}

// lineAt returns the line of the byte before the offset of a JSON error.
func lineAt(data []byte, offset int64) int {
	end := min(max(offset-1, 0), int64(len(data)))
	return 1 + bytes.Count(data[:end], []byte("\n"))
}
