// Package telemetry writes the log of a process, without secrets, and serves its metrics.
package telemetry

import (
	"encoding/json"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

const mask = "[redacted]"

// shapes are the forms that secrets have on the wire. Each keeps its first group and hides the rest.
var shapes = []*regexp.Regexp{
	regexp.MustCompile(`(00D[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?)(?:!|%21)[^\s"'\\&<>]+`),
	regexp.MustCompile(`(?i)(\bbearer\s+)[^\s"'\\]+`),
	regexp.MustCompile(`(\bToken\s+)[^\s"'\\]{8,}`),
	regexp.MustCompile(`(?i)(\b(?:client_secret|clientsecret|password|access_token|refresh_token|security_token|assertion)(?:=|%3D))[^\s"'\\&]+`),
}

// shortest is the least length of a registered secret that is masked: shorter ones would mask parts of every line.
const shortest = 4

// Redactor masks secrets in text: those of a known shape, and those that were added. It is the last line of defence, for secrets
// that got into a line by mistake. It is safe for concurrent use.
type Redactor struct {
	mu       sync.Mutex
	known    []string
	replacer atomic.Pointer[strings.Replacer]
}

// NewRedactor returns a redactor that knows the shapes only.
func NewRedactor() *Redactor { return &Redactor{} }

// Add registers a secret's value, in each of the forms that it takes inside JSON, URLs and forms.
func (r *Redactor) Add(secrets ...string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	before := len(r.known)
	for _, s := range secrets {
		if len(s) < shortest {
			continue
		}
		for _, form := range []string{s, inJSON(s, true), inJSON(s, false), url.QueryEscape(s), url.PathEscape(s)} {
			if !slices.Contains(r.known, form) {
				r.known = append(r.known, form)
			}
		}
	}
	if len(r.known) == before {
		return
	}
	slices.SortStableFunc(r.known, func(a, b string) int { return len(b) - len(a) }) // a secret within another comes after it
	pairs := make([]string, 0, 2*len(r.known))
	for _, s := range r.known {
		pairs = append(pairs, s, mask)
	}
	r.replacer.Store(strings.NewReplacer(pairs...))
}

// inJSON returns text as it is between the quotes of a JSON string.
func inJSON(s string, escapeHTML bool) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(escapeHTML)
	if err := encoder.Encode(s); err != nil {
		return s
	}
	return strings.TrimSuffix(strings.TrimSpace(out.String())[1:], `"`)
}

// String masks the secrets in text. JSON stays JSON.
func (r *Redactor) String(text string) string {
	if replacer := r.replacer.Load(); replacer != nil {
		text = replacer.Replace(text)
	}
	for _, shape := range shapes {
		if shape.MatchString(text) {
			text = shape.ReplaceAllString(text, "${1}"+mask)
		}
	}
	return text
}
