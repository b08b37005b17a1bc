// Package redact makes a server's text fit to be shown: one line, bounded, and without what is or may be a secret.
package redact

import (
	"cmp"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"longhaul/internal/httpkit"
)

// LongestText is how much of a server's text an error repeats, in characters.
const LongestText = 200

// secretShapes match what looks like a secret or an e-mail address: Salesforce's session ids, signed tokens and bearer headers.
var secretShapes = regexp.MustCompile(strings.Join([]string{
	`00D[0-9A-Za-z]{12,15}(!|%21)[^\s"'<>]*`,
	`eyJ[\w-]+\.[\w.-]+`,
	`(?i:bearer|oauth)\s+[\w!.+/=~-]{16,}`,
	`[\w.+%-]+@[\w-]+(\.[\w-]+)+`,
}, "|"))

// longRun matches what may be a key. Field names are long too, so looksRandom decides.
var longRun = regexp.MustCompile(`[0-9A-Za-z_.!+/=~-]{32,}`)

const masked = "[hidden]"

// Plain turns the typographic apostrophes and quotes of Salesforce's texts into plain ones.
func Plain(text string) string { return plain.Replace(text) }

var plain = strings.NewReplacer("\u2019", "'", "\u2018", "'", "\u201c", `"`, "\u201d", `"`, "\u00a0", " ")

// Clean makes a server's text fit to be shown: plain quotes, one line, no control characters, nothing that looks like a secret, none
// of the values to hide, and at most that many characters.
func Clean(text string, most int, hide ...string) string {
	text = Mask(httpkit.OneLine(Plain(text)), hide)
	text = secretShapes.ReplaceAllString(text, masked)
	text = longRun.ReplaceAllStringFunc(text, func(run string) string {
		if looksRandom(run) {
			return masked
		}
		return run
	})
	if runes := []rune(text); len(runes) > most {
		return strings.TrimSpace(string(runes[:most])) + "…"
	}
	return text
}

// Mask removes values from a text. A value under 4 characters stays: it would tear up every text.
func Mask(text string, hide []string) string {
	for _, value := range hide {
		if len(value) >= 4 {
			text = strings.ReplaceAll(text, value, masked)
		}
	}
	return text
}

// Username masks a username so that its owner recognizes it and nobody else learns it: cat…@acme… for catalog.bot@acme.com. At most three
// characters before the @ stay and two go, unless there is one only; of the domain at most four characters of its first part stay.
func Username(name string) string {
	if name == "" {
		return ""
	}
	local, domain, isAddress := strings.Cut(httpkit.OneLine(name), "@")
	runes := []rune(local)
	masked := string(runes[:min(len(runes), 3, max(1, len(runes)-2))]) + "…"
	if !isAddress {
		return masked
	}
	first, _, _ := strings.Cut(domain, ".")
	runes = []rune(first)
	return masked + "@" + string(runes[:min(len(runes), 4)]) + "…"
}

// Forms returns values in every form that a server may repeat: as they are, encoded for a form, an address or a page, and
// each of these on one line with plain quotes. The longest come first.
func Forms(values []string) []string {
	var all []string
	for _, value := range values {
		for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value), html.EscapeString(value)} {
			all = append(all, form, httpkit.OneLine(Plain(form)))
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // one may contain another
	return slices.Compact(all)
}

// looksRandom reports whether a long run of letters and digits is a key rather than a name: names seldom change between letters and
// digits.
func looksRandom(run string) bool {
	changes := 0
	for i := 1; i < len(run); i++ {
		if isDigit(run[i]) != isDigit(run[i-1]) {
			changes++
		}
	}
	return changes >= 4
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
