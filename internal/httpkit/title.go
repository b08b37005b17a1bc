package httpkit

import (
	"strings"
	"unicode"

	"golang.org/x/net/html"
)

const (
	longestTitle = 80 // characters
	longestWord  = 24 // of a word with digits in it: a longer one may be a key
)

// titleOf gives what a page calls itself: its title, else its first heading, else its first words.
func titleOf(page string) string {
	var title, heading, words strings.Builder
	into := &words
	skipped := "" // the element whose text nobody reads
	for z := html.NewTokenizer(strings.NewReader(page)); ; {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		token := z.Token()
		switch kind {
		case html.StartTagToken:
			switch token.Data {
			case "script", "style", "noscript", "template":
				skipped = token.Data
			case "title":
				into = &title
			case "h1", "h2":
				into = &heading
			}
		case html.EndTagToken:
			switch token.Data {
			case skipped:
				skipped = ""
			case "title", "h1", "h2":
				into = &words
			}
		case html.TextToken:
			if skipped == "" && into.Len() < 4*longestTitle {
				into.WriteString(token.Data + " ")
			}
		default:
		}
	}
	for _, found := range []string{title.String(), heading.String(), words.String()} {
		if strings.TrimSpace(found) != "" {
			return found
		}
	}
	return ""
}

// presentable puts a text on one line, without what a terminal could take for a command and without what may be secret.
func presentable(text string, hide []string) string {
	text = strings.ToValidUTF8(text, "?")
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		default:
			return r
		}
	}, text)
	for _, value := range hide {
		if len(value) >= 4 {
			text = strings.ReplaceAll(text, value, "…")
		}
	}
	words := strings.Fields(text)
	for i, word := range words {
		if strings.Contains(word, "@") || len(word) > longestWord && strings.ContainsAny(word, "0123456789") || len(word) > longestTitle {
			words[i] = "…"
		}
	}
	text = strings.Join(words, " ")
	if runes := []rune(text); len(runes) > longestTitle {
		return strings.TrimSpace(string(runes[:longestTitle])) + "…"
	}
	return text
}
