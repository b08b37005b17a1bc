package source

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"longhaul/internal/fault"
)

// Form is the form that a value of a login may have. A mistake made in copying is found before a login is spent on it: the org
// counts the login, and its refusal would name another cause.
type Form int

const (
	// Key is made by a machine from letters, digits and signs: a client id, a secret, a token.
	Key Form = iota
	// Name is written by people, without spaces: a user, an address.
	Name
	// Phrase is whatever a person can type: a password.
	Phrase
	// PrivateKey is an RSA key in PEM form.
	PrivateKey
)

// Check returns an error for a value that cannot be meant as it is, with what to change. The error never repeats the value. An
// empty value is no error.
func (f Form) Check(value string) error {
	if value == "" {
		return nil
	}
	var flaw string
	switch {
	case !utf8.ValidString(value):
		flaw = "holds bytes that are no text: save it as UTF-8"
	case f == Phrase:
		flaw = unprintable(value)
	case f == PrivateKey:
		_, err := ParsePrivateKey(value)
		return err
	default:
		flaw = firstOf(notTheValue(value), quoted(value), f.spaced(value))
	}
	if flaw == "" {
		return nil
	}
	return fault.Invalidf("%s", flaw)
}

// Doubt returns what is odd about a value that may be right all the same: a password may begin and end with a quote. It is empty
// if nothing is odd.
func (f Form) Doubt(value string) string {
	if f != Phrase || f.Check(value) != nil {
		return ""
	}
	odd := firstOf(notTheValue(value), quoted(value), edged(value), f.spaced(strings.ReplaceAll(value, " ", "")))
	what, _, _ := strings.Cut(odd, ":")
	if what == "" {
		return ""
	}
	return what + ": if Salesforce refuses the login, this may be why"
}

func firstOf(flaws ...string) string {
	for _, flaw := range flaws {
		if flaw != "" {
			return flaw
		}
	}
	return ""
}

var (
	reference   = regexp.MustCompile(`^(env:[A-Za-z_][A-Za-z0-9_]*|file:/.*)$`)
	placeholder = regexp.MustCompile(`^(\$\{?[A-Za-z_][A-Za-z0-9_]*\}?|\$\(.*\)|\{\{.*\}\}|%[A-Za-z_][A-Za-z0-9_]*%|<.*>)$`)
)

// notTheValue returns what is wrong with a text that refers to a value and is not the value itself.
func notTheValue(value string) string {
	trimmed := strings.TrimSpace(value)
	switch {
	case reference.MatchString(trimmed):
		return "is a reference (env:... or file:...): here the value itself is needed"
	case placeholder.MatchString(trimmed):
		return "is a placeholder that nothing has replaced: put the value itself there"
	case strings.HasPrefix(trimmed, "{") && strings.HasSuffix(trimmed, "}"):
		return "is a JSON document: put the one value there alone"
	}
	return ""
}

// quotes are those of keyboards and of word processors.
const quotes = "\"'`\u2018\u2019\u201c\u201d"

func quoted(value string) string {
	begins := strings.IndexFunc(value, isQuote) == 0
	last, _ := utf8.DecodeLastRuneInString(value)
	switch ends := isQuote(last); {
	case begins && ends:
		return "begins and ends with a quote: leave the quotes out"
	case begins:
		return "begins with a quote: leave it out"
	case ends:
		return "ends with a quote: leave it out"
	}
	return ""
}

func isQuote(r rune) bool { return strings.ContainsRune(quotes, r) }

// edged returns what is odd about a phrase that begins or ends where nobody sees it.
func edged(value string) string {
	if strings.TrimSpace(value) != value {
		return "begins or ends with a space: leave it out"
	}
	return ""
}

// unprintable returns what is wrong with a value that no keyboard types into a field.
func unprintable(value string) string {
	at := strings.IndexFunc(value, unicode.IsControl)
	if at < 0 {
		return ""
	}
	switch value[at] {
	case '\n', '\r':
		return "holds a line break: put the value there alone, on one line"
	case '\t':
		return "holds a tab: copy the value again, alone"
	}
	return "holds a control character: copy the value again, alone"
}

// spaced returns what is wrong with a value that is not one word or, for a key, not ASCII.
func (f Form) spaced(value string) string {
	if flaw := unprintable(value); flaw != "" {
		return flaw
	}
	for _, r := range value {
		switch {
		case r == ' ':
			return "holds a space: copy the value again, alone"
		case unicode.IsSpace(r):
			return "holds a non-breaking space: copy the value again, alone"
		case unicode.In(r, unicode.Cf):
			return "holds a zero-width character, which no screen shows: type the value, or copy it from where it was made"
		case f == Key && r > unicode.MaxASCII:
			return "holds a character outside ASCII: copy the value again from where it was made"
		}
	}
	return ""
}
