package httpkit

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode"
	"unicode/utf16"

	"golang.org/x/net/html"
)

// longestTitle bounds the title that is quoted, in runes.
const longestTitle = 80

// elements are the elements that make an answer a page. Those marked true occur in no XML document of a service, so they count
// behind an unknown root too.
var elements = map[string]bool{
	"html": true, "head": true, "body": true, "script": true, "style": true, "meta": true, "iframe": true, "frameset": true, "noscript": true,
	"title": false, "link": false, "base": false, "div": false, "span": false, "p": false, "a": false, "h1": false, "h2": false, "h3": false,
	"h4": false, "h5": false, "h6": false, "table": false, "center": false, "form": false, "img": false, "br": false, "hr": false, "ul": false,
	"ol": false, "li": false, "main": false, "header": false, "footer": false, "nav": false, "section": false, "article": false, "font": false,
	"b": false, "i": false, "u": false, "strong": false, "em": false, "small": false, "pre": false, "input": false, "button": false,
	"svg": false, "template": false, "object": false, "embed": false, "blink": false, "marquee": false,
}

// Page reports whether the answer of a service is a page for a browser, however it begins and whatever its type says, and returns
// the page's title. A proxy, a login portal or a maintenance site answers with one. The beginning of the answer is enough. JSON is
// never a page, and XML is one only where it is HTML.
func Page(answer []byte) (title string, is bool) {
	text := bytes.TrimSpace(asUTF8(answer))
	if len(text) == 0 || isJSON(text) {
		return "", false
	}
	page := reading{tokens: html.NewTokenizer(bytes.NewReader(text))}
	page.read()
	is = page.is || page.onlyComments && text[0] == '<'
	if !is {
		return "", false
	}
	return page.title(), true
}

// isJSON reports whether a text is JSON, or the beginning of a JSON object or array: a text within a truncated answer may hold the
// elements of a page.
func isJSON(text []byte) bool {
	if json.Valid(text) {
		return true
	}
	var value json.RawMessage
	return (text[0] == '{' || text[0] == '[') && errors.Is(json.NewDecoder(bytes.NewReader(text)).Decode(&value), io.ErrUnexpectedEOF)
}

// reading is what the tokens read so far have shown.
type reading struct {
	tokens *html.Tokenizer

	is           bool
	onlyComments bool
	foreign      bool   // the root is no element of HTML
	within       string // the element whose text is collected: title, h1 or none
	called       map[string]string
}

func (r *reading) read() {
	r.onlyComments, r.called = true, map[string]string{}
	for {
		switch r.tokens.Next() {
		case html.ErrorToken:
			return
		case html.DoctypeToken:
			r.is = r.is || strings.HasPrefix(strings.ToLower(string(r.tokens.Text())), "html")
		case html.TextToken:
			r.text(string(r.tokens.Text()))
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := r.tokens.TagName()
			r.element(string(name))
		case html.EndTagToken, html.CommentToken:
			r.within = ""
		}
	}
}

func (r *reading) text(text string) {
	if strings.TrimSpace(text) != "" {
		r.onlyComments = false
	}
	if r.within != "" {
		r.called[r.within] += text
	}
}

func (r *reading) element(name string) {
	certain, known := elements[name]
	custom := strings.Contains(name, "-") && !strings.Contains(name, ":")
	switch {
	case known && (certain || !r.foreign), custom && !r.foreign:
		r.is = true
	case r.onlyComments && !r.is:
		r.foreign = true
	}
	r.onlyComments = false
	if _, twice := r.called[name]; (name == "title" || name == "h1") && !twice {
		r.within = name
		r.called[name] = ""
	}
}

// title is the page's title, else its first heading, on one line.
func (r *reading) title() string {
	for _, name := range []string{"title", "h1"} {
		text := strings.Map(func(c rune) rune {
			if !unicode.IsPrint(c) && !unicode.IsSpace(c) {
				return -1
			}
			return c
		}, strings.ToValidUTF8(html.UnescapeString(r.called[name]), ""))
		words := []rune(strings.Join(strings.Fields(text), " "))
		if len(words) > longestTitle {
			words = append(words[:longestTitle-1], '…')
		}
		if len(words) > 0 {
			return string(words)
		}
	}
	return ""
}

// asUTF8 removes the byte order mark and converts UTF-16, with a mark or without, to UTF-8.
func asUTF8(text []byte) []byte {
	if rest, marked := bytes.CutPrefix(text, []byte("\xef\xbb\xbf")); marked {
		return rest
	}
	var order binary.ByteOrder
	switch {
	case len(text) < 2:
		return text
	case text[0] == 0xfe && text[1] == 0xff, text[0] == 0 && text[1] != 0:
		order = binary.BigEndian
	case text[0] == 0xff && text[1] == 0xfe, text[0] != 0 && text[1] == 0:
		order = binary.LittleEndian
	default:
		return text
	}
	units := make([]uint16, 0, len(text)/2)
	for ; len(text) >= 2; text = text[2:] {
		units = append(units, order.Uint16(text))
	}
	return []byte(strings.TrimPrefix(string(utf16.Decode(units)), "\ufeff"))
}
