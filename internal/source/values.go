package source

import (
	"context"
	"maps"
	"slices"
	"strings"

	"longhaul/internal/plaintext"
)

// Value is a secret of a source, with the setting that refers to it.
type Value struct {
	Setting string
	Secret  Secret

	form   Form
	needed bool
	whole  bool // a document, which Credentials parses
}

// Values lists the secrets of a source: those of the login, then those of the exports.
func (s Source) Values() []Value {
	var all []Value
	add := func(setting string, secret Secret, form Form, needed bool) {
		all = append(all, Value{Setting: setting, Secret: secret, form: form, needed: needed})
	}
	switch login := s.Salesforce; {
	case login.Auth == JWTBearer && login.Credentials.IsZero():
		add("private_key", login.PrivateKey, PrivateKey, true)
	case login.Credentials.IsZero():
		add("client_secret", login.ClientSecret, Key, true)
	default:
		all = append(all, Value{Setting: "credentials", Secret: login.Credentials, needed: true, whole: true})
	}
	if s.Salesforce.Auth == Password {
		add("password", s.Salesforce.Password, Phrase, true)
		if !s.Salesforce.SecurityToken.IsZero() {
			add("security_token", s.Salesforce.SecurityToken, Key, false)
		}
	}
	for _, e := range s.Exports {
		for _, setting := range slices.Sorted(maps.Keys(e.Secrets)) {
			add(e.Section+"."+setting, e.Secrets[setting], Key, true)
		}
	}
	return all
}

// Check reads a secret again and says what is wrong with it. odd is what may be right all the same, or was left out of it: a line end
// after it, a byte order mark before it. Neither repeats the value.
func (v Value) Check(ctx context.Context, s Source) (odd string, err error) {
	if v.whole {
		_, err = s.document(ctx)
	} else {
		var value string
		err = s.fill(ctx, &value, v.Setting, v.Secret, v.form, v.needed)
		odd = v.form.Doubt(value)
	}
	if err != nil {
		return "", err
	}
	if left := v.Secret.left(ctx); odd == "" && left != "" && !v.whole {
		odd = left + ", which Longhaul leaves out"
	}
	return odd, nil
}

// left says what reading a secret leaves out of what is written.
func (s Secret) left(ctx context.Context) string {
	if s.raw == nil {
		return ""
	}
	data, err := s.raw(ctx)
	if err != nil {
		return ""
	}
	text := string(plaintext.Decode(data))
	switch value := plaintext.Line(text); {
	case len(text) < len(data):
		return "is written in UTF-16 or begins with a byte order mark"
	case strings.HasSuffix(text, "\r\n"), strings.HasSuffix(text, "\r"):
		return "ends with a line end of Windows"
	case len(text)-len(value) > 1:
		return "ends with empty lines"
	case len(text) > len(value):
		return "ends with a line end"
	}
	return ""
}
