package soql

import (
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind int

const (
	endToken tokenKind = iota
	wordToken
	textToken
	numberToken
	momentToken
	signToken
)

type token struct {
	kind tokenKind
	text string // of a text token what stands between the quotes, escapes and all
	at   int
}

func (t token) is(word string) bool { return t.kind == wordToken && strings.EqualFold(t.text, word) }

func (t token) sign(s string) bool { return t.kind == signToken && t.text == s }

// shown is the token as an error names it.
func (t token) shown() string {
	if t.kind == endToken {
		return "<EOF>"
	}
	return t.text
}

var (
	momentForm = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:?\d{2}))?`)
	numberForm = regexp.MustCompile(`^[+-]?\d+(\.\d+)?`)
	wordForm   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*`)
)

// lex cuts a statement into tokens; the last is the end.
func lex(text string) ([]token, *Error) {
	var tokens []token
	for at := 0; at < len(text); {
		rest := text[at:]
		switch rest[0] {
		case ' ', '\t', '\n', '\r':
			at++
			continue
		case '\'':
			end := closingQuote(rest)
			if end < 0 {
				return nil, refuseAt(text, at, MalformedQuery, "line 1:%d mismatched character '<EOF>' expecting '''", len(text))
			}
			tokens = append(tokens, token{textToken, rest[1:end], at})
			at += end + 1
			continue
		}
		if t, ok := lexOne(rest); ok {
			t.at = at
			tokens = append(tokens, t)
			at += len(t.text)
			continue
		}
		r, _ := utf8.DecodeRuneInString(rest)
		return nil, refuseAt(text, at, MalformedQuery, "unexpected token: '%c'", r)
	}
	return append(tokens, token{kind: endToken, at: len(text)}), nil
}

func lexOne(rest string) (token, bool) {
	if m := wordForm.FindString(rest); m != "" {
		return token{kind: wordToken, text: m}, true
	}
	if m := momentForm.FindString(rest); m != "" {
		return token{kind: momentToken, text: m}, true
	}
	if m := numberForm.FindString(rest); m != "" {
		return token{kind: numberToken, text: m}, true
	}
	for _, sign := range []string{"!=", "<>", "<=", ">=", "=", "<", ">", "(", ")", ",", ".", ":"} {
		if strings.HasPrefix(rest, sign) {
			return token{kind: signToken, text: sign}, true
		}
	}
	return token{}, false
}

// closingQuote is the index of the quote that ends a text.
func closingQuote(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\'':
			return i
		}
	}
	return -1
}

var escapes = map[byte]byte{
	'n': '\n', 'N': '\n', 'r': '\r', 'R': '\r', 't': '\t', 'T': '\t', 'b': '\b', 'B': '\b', 'f': '\f', 'F': '\f', '"': '"', '\'': '\'',
}

// unescape reads the escapes of a text. A pattern keeps the escapes that its wildcards need.
func unescape(raw string, pattern bool) (string, bool) {
	if !strings.Contains(raw, `\`) {
		return raw, true
	}
	var b strings.Builder
	for i := 0; i < len(raw); i++ {
		if raw[i] != '\\' {
			b.WriteByte(raw[i])
			continue
		}
		i++
		if i == len(raw) {
			return "", false
		}
		if plain, ok := escapes[raw[i]]; ok {
			b.WriteByte(plain)
			continue
		}
		switch raw[i] {
		case '\\', '_', '%':
			if raw[i] != '\\' && !pattern {
				return "", false
			}
			if pattern {
				b.WriteByte('\\')
			}
			b.WriteByte(raw[i])
		case 'u':
			if i+4 >= len(raw) {
				return "", false
			}
			n, err := strconv.ParseUint(raw[i+1:i+5], 16, 16)
			if err != nil {
				return "", false
			}
			b.WriteRune(rune(n))
			i += 4
		default:
			return "", false
		}
	}
	return b.String(), true
}
