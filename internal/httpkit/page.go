// Package httpkit holds what the HTTP clients share, so that salesforce and catalog need not know each other.
package httpkit

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// Look is how much of the beginning of an answer Page needs to tell a page and its title.
const Look = 64 << 10

// Page says whether an answer is a document for a browser, of which start is the beginning (at most Look bytes count); a
// proxy, a login portal or a maintenance site answers with one. The Content-Type is not asked: they send pages as anything. A
// page may begin with a byte order mark, white space, a comment, a script or a line of text, may be UTF-16, packed by gzip, or
// a JSON string. JSON that only quotes HTML is none, nor is other XML than HTML.
//
// The title is the page's own, its first heading or its first words: one short line that is fit to be shown. Values in hide,
// such as a token that the page may repeat, never appear in it. It is empty where the page says nothing.
func Page(start []byte, hide ...string) (title string, is bool) {
	text := trim(decode(start[:min(len(start), Look)]))
	if inner, quoted := unquote(text); quoted {
		text = trim(inner)
	}
	if isJSON(text) || !isMarkup(text) {
		return "", false
	}
	return presentable(titleOf(text), hide), true
}

// isJSON says whether a text is JSON, whole or cut.
func isJSON(text string) bool {
	for tokens := json.NewDecoder(strings.NewReader(text)); ; {
		if _, err := tokens.Token(); err != nil {
			return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		}
	}
}

// decode gives the text of a body: unpacked, and in UTF-8.
func decode(body []byte) string {
	if bytes.HasPrefix(body, []byte{0x1f, 0x8b}) {
		body = unpack(body)
	}
	if order, wide := utf16Order(body); wide {
		if text, err := unicode.UTF16(order, unicode.UseBOM).NewDecoder().Bytes(body); err == nil {
			body = text
		}
	}
	return strings.ReplaceAll(string(body), "\x00", "") // what is left of wider encodings
}

// unpack reads as much of a packed body as is there; nothing of what is no gzip.
func unpack(packed []byte) []byte {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(r, Look)) // the beginning alone was handed in: its end is cut
	return text
}

// utf16Order tells UTF-16 by its mark or, without one, by where the zero bytes of its Latin letters lie.
func utf16Order(body []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(body, []byte{0xff, 0xfe}):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(body, []byte{0xfe, 0xff}):
		return unicode.BigEndian, true
	}
	const look = 64
	var zeros [2]int
	n := min(len(body), look)
	for i := range n {
		if body[i] == 0 {
			zeros[i%2]++
		}
	}
	switch {
	case n >= 4 && zeros[1] > n/4 && zeros[0] == 0:
		return unicode.LittleEndian, true
	case n >= 4 && zeros[0] > n/4 && zeros[1] == 0:
		return unicode.BigEndian, true
	default:
		return unicode.BigEndian, false
	}
}

// trim cuts what may stand before the first sign of a document: marks, white space and control characters.
func trim(text string) string {
	return strings.TrimLeftFunc(text, func(r rune) bool {
		return r <= ' ' || r == 0x7f || r == 0xfeff || r == 0xfffd || r == 0xa0 || r == 0x200b || r == 0x2028
	})
}

// unquote gives the text of a JSON string, or what follows the quote of one that is cut.
func unquote(text string) (string, bool) {
	if !strings.HasPrefix(text, `"`) {
		return "", false
	}
	var inner string
	if json.NewDecoder(strings.NewReader(text)).Decode(&inner) == nil {
		return inner, true
	}
	return strings.NewReplacer(`\u003c`, "<", `\u003C`, "<", `\u003e`, ">", `\u003E`, ">", `\n`, "\n", `\"`, `"`).Replace(text[1:]), true
}
