package salesforce

import (
	"cmp"
	"html"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"longhaul/internal/httpkit"
)

// longestText is how much of a server's text an error repeats, in characters.
const longestText = 200

// secretShapes match what looks like a token or an address wherever a server's text repeats one: Salesforce's session
// ids, signed tokens, bearer headers, long runs in which digits and letters of both cases mix, and e-mail addresses.
var secretShapes = regexp.MustCompile(strings.Join([]string{
	`00D[0-9A-Za-z]{12,15}(!|%21)[^\s"'<>]*`,
	`eyJ[\w-]+\.[\w.-]+`,
	`(?i:bearer|oauth)\s+[\w!.+/=~-]{16,}`,
	`[\w.+%-]+@[\w-]+(\.[\w-]+)+`,
}, "|"))

// longRun matches what may be a key; whether it is one is for looksRandom to say, since field names are long too.
var longRun = regexp.MustCompile(`[0-9A-Za-z_.!+/=~-]{32,}`)

const masked = "[hidden]"

// normalize turns the typographic apostrophes and quotes of Salesforce's texts into plain ones.
var normalize = strings.NewReplacer("\u2019", "'", "\u2018", "'", "\u201c", `"`, "\u201d", `"`, "\u00a0", " ").Replace

// clean makes a server's text fit to be shown: plain quotes, one line, no control characters, nothing that looks like
// a secret, none of the values given, and no longer than most characters.
func clean(text string, most int, hide ...string) string {
	text = mask(httpkit.OneLine(normalize(text)), hide)
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

// mask takes values out of a text.
func mask(text string, hide []string) string {
	for _, value := range hide {
		if len(value) >= 4 {
			text = strings.ReplaceAll(text, value, masked)
		}
	}
	return text
}

// forms gives values in each form in which a server repeats what it was sent: as they are, as a form or an address has them, and
// as a page does; and all of these on one line with plain quotes.
func forms(values []string) []string {
	var all []string
	for _, value := range values {
		for _, form := range []string{value, url.QueryEscape(value), url.PathEscape(value), html.EscapeString(value)} {
			all = append(all, form, httpkit.OneLine(normalize(form)))
		}
	}
	slices.SortFunc(all, func(a, b string) int { return cmp.Or(len(b)-len(a), strings.Compare(a, b)) }) // one may hold another
	return slices.Compact(all)
}

// looksRandom says whether a long run of letters and digits is rather a key than a name: names change between letters
// and digits seldom.
func looksRandom(run string) bool {
	changes := 0
	for i := 1; i < len(run); i++ {
		if isDigit(run[i]) != isDigit(run[i-1]) {
			changes++
		}
	}
	return changes >= 4
}
