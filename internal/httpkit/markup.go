package httpkit

import (
	"strings"

	"golang.org/x/net/html"
)

// elements are the elements by which an answer shows that it is a page. The value tells those that no XML document of a
// service has, so that they count behind an unknown root as well.
var elements = map[string]bool{
	"html": true, "head": true, "body": true, "script": true, "style": true, "meta": true, "iframe": true, "frameset": true, "noscript": true,
	"title": false, "link": false, "base": false, "div": false, "span": false, "p": false, "a": false, "h1": false, "h2": false, "h3": false,
	"h4": false, "h5": false, "h6": false, "table": false, "center": false, "form": false, "img": false, "br": false, "hr": false, "ul": false,
	"ol": false, "li": false, "main": false, "header": false, "footer": false, "nav": false, "section": false, "article": false, "font": false,
	"b": false, "i": false, "u": false, "strong": false, "em": false, "small": false, "pre": false, "input": false, "button": false,
	"svg": false, "template": false, "object": false, "embed": false, "blink": false, "marquee": false,
}

// isMarkup says whether a text is HTML. XML of a service, as a store answers with, is none.
func isMarkup(text string) bool {
	seen := markup{onlyComments: true}
	for tokens := html.NewTokenizer(strings.NewReader(text)); ; {
		switch tokens.Next() {
		case html.ErrorToken:
			return seen.page || seen.onlyComments && strings.HasPrefix(text, "<!--")
		case html.DoctypeToken:
			seen.page = seen.page || strings.HasPrefix(strings.ToLower(string(tokens.Text())), "html")
		case html.TextToken:
			seen.onlyComments = seen.onlyComments && len(strings.TrimSpace(string(tokens.Text()))) == 0
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := tokens.TagName()
			seen.element(string(name))
		case html.EndTagToken, html.CommentToken:
		}
	}
}

// markup is what the tokens of a text have shown so far.
type markup struct {
	page         bool
	onlyComments bool
	foreign      bool // the root is an element that HTML does not have
}

func (m *markup) element(name string) {
	certain, known := elements[name]
	custom := strings.Contains(name, "-") && !strings.Contains(name, ":")
	switch {
	case known && (certain || !m.foreign), custom && !m.foreign:
		m.page = true
	case m.onlyComments && !m.page:
		m.foreign = true
	}
	m.onlyComments = false
}
