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

// Document is what a credentials document holds: an app with its secret, or with a user and the private key that signs its logins. Printing
// one shows no value.
type Document struct {
	BaseURL      string `json:"baseUrl"`
	ClientID     string `json:"clientId"`
	ClientSecret string `json:"clientSecret,omitempty"`
	Username     string `json:"username,omitempty"`
	PrivateKey   string `json:"privateKey,omitempty"` // an RSA key in PEM form
	Audience     string `json:"audience,omitempty"`   // empty: as the host of BaseURL says

	key *rsa.PrivateKey // PrivateKey, parsed
}

// String hides every value.
func (Document) String() string { return "[credentials document]" }

// Format hides every value, with every verb.
func (d Document) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, d.String()) }

// MarshalText hides every value from encoders.
func (d Document) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// fields is a Document that encoders may read.
type fields Document

// Text is the document as it is written, with its secrets.
func (d Document) Text() (string, error) {
	data, err := json.Marshal(fields(d))
	if err != nil {
		return "", fmt.Errorf("encoding credentials: %w", err)
	}
	return string(data), nil
}

// Auth is the way to log in that a document is for.
func (d Document) Auth() Auth {
	if d.ClientSecret == "" && d.Username+d.PrivateKey+d.Audience != "" {
		return JWTBearer
	}
	return ClientCredentials
}

// ReadDocument reads a credentials document for the source of a name, and refuses values that no login can have.
func ReadDocument(ctx context.Context, name string, from Secret) (Document, error) {
	return Source{Name: name, Salesforce: Salesforce{Credentials: from}}.parsed(ctx)
}

// document reads the document of a source, which must be for its way to log in.
func (s Source) document(ctx context.Context) (Document, error) {
	d, err := s.parsed(ctx)
	if key := s.Salesforce.Auth == JWTBearer; err == nil && key != (d.Auth() == JWTBearer) {
		return Document{}, fault.Invalidf("credentials of source %q (%s) are for auth: %s, and the source has auth: %s",
			s.Name, s.Salesforce.Credentials, d.Auth(), s.Salesforce.Auth)
	}
	return d, err
}

func (s Source) parsed(ctx context.Context) (Document, error) {
	content, err := s.Salesforce.Credentials.Resolve(ctx)
	where := strings.TrimPrefix(s.Salesforce.Credentials.String(), fileScheme)
	switch flaw := quoted(content); {
	case err != nil:
		return Document{}, fmt.Errorf("credentials of source %q: %w", s.Name, Apart(s.Name, err))
	case content == "":
		return Document{}, fault.Invalidf("credentials of source %q is empty: %s holds nothing; put the document there", s.Name, where)
	case flaw != "":
		return Document{}, fault.Invalidf("credentials of source %q (%s) %s", s.Name, where, flaw)
	}
	return parseDocument(where, []byte(content))
}

// parseDocument parses a credentials document. Its errors name the place and never a value.
func parseDocument(where string, data []byte) (Document, error) {
	data = plaintext.Decode(data)
	var d Document
	if err := json.Unmarshal(data, (*fields)(&d)); err != nil {
		return Document{}, badDocument(where, data, err)
	}
	for _, value := range []*string{&d.BaseURL, &d.ClientID, &d.ClientSecret, &d.Username, &d.PrivateKey, &d.Audience} {
		*value = plaintext.Line(*value)
	}
	if err := d.complete(where); err != nil {
		return Document{}, err
	}
	for _, one := range d.needed() {
		if err := one.form.Check(one.value); err != nil {
			return Document{}, fault.Invalidf("%s: %s %s", where, one.name, fault.Sentence(err))
		}
	}
	if d.Auth() == JWTBearer {
		d.key, _ = ParsePrivateKey(d.PrivateKey) // which its form has checked
	}
	return d, nil
}

// part is one value that a document needs.
type part struct {
	name, value string
	form        Form
}

// needed are the values that a document needs.
func (d Document) needed() []part {
	app := []part{{"baseUrl", strings.TrimSpace(d.BaseURL), Name}, {"clientId", d.ClientID, Key}}
	if d.Auth() == JWTBearer {
		return append(app, part{"username", d.Username, Name}, part{"privateKey", d.PrivateKey, PrivateKey})
	}
	return append(app, part{"clientSecret", d.ClientSecret, Key})
}

// complete returns an error that names what a document lacks.
func (d Document) complete(where string) error {
	var missing, all []string
	for _, one := range d.needed() {
		all = append(all, `"`+one.name+`"`)
		if one.value == "" {
			missing = append(missing, one.name)
		}
	}
	if len(missing) > 0 {
		return fault.Invalidf("%s lacks %s: it must hold {%s}", where, strings.Join(missing, " and "), strings.Join(all, ", "))
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
