package page

import (
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"
)

// mostName bounds a name of the org on the page, in characters.
const mostName = 160

// cut makes a text of the org fit: on one line, and no longer than most characters.
func cut(text string, most int) string {
	if len(text) > most*utf8.UTFMax { // the rest is never looked at
		text = text[:most*utf8.UTFMax]
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\ufffd"))
	if utf8.RuneCountInString(text) <= most {
		return text
	}
	return string([]rune(text)[:most-1]) + "…"
}

// name is the name of a record of the org.
func name(text string) string { return cut(text, mostName) }

// room is the space that a list has on the page, in bytes of HTML.
type room int

// rowBytes is what a row takes beside its texts.
const rowBytes = 180

// take says whether a row with these texts has room, and takes it.
func (r *room) take(texts ...string) bool {
	size := rowBytes
	for _, text := range texts {
		size += len(template.HTMLEscapeString(text))
	}
	if size > int(*r) {
		*r = 0 // nothing after it: a list that goes on with shorter rows would hide what is left out
		return false
	}
	*r -= room(size)
	return true
}
