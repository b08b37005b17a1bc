package catalog

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"longhaul/internal/httpkit"
)

// longestSaid bounds what is quoted of an answer, in characters.
const longestSaid = 200

// reportsError reports whether an answer is a JSON object that reports an error, and the message of that error. The message is
// cleaned and bounded; it is empty if there is none, or if it repeats the token.
func reportsError(body []byte, token string) (said string, is bool) {
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf"))))
	decoder.UseNumber()
	var object map[string]any
	if decoder.Decode(&object) != nil {
		return "", false
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return "", false
	}
	for _, name := range []string{"error", "errors"} {
		if value := field(object, name); value == true || speaks(value) {
			is = true
			said = cmp.Or(said, messageIn(value, 0))
		}
	}
	if !is && !isFalse(field(object, "success")) && !failedStatus(field(object, "status")) {
		return "", false
	}
	for _, name := range messageNames {
		said = cmp.Or(said, messageIn(field(object, name), 0))
	}
	return cleaned(said, token), true
}

// messageNames are the members that services use for what went wrong, the clearest first.
var messageNames = []string{"message", "error_description", "detail", "reason", "title", "code", "error", "errors"}

// field returns the value of a name, or else of the first name that differs from it only by capitals.
func field(object map[string]any, name string) any {
	if value, exact := object[name]; exact {
		return value
	}
	for _, written := range slices.Sorted(maps.Keys(object)) {
		if strings.EqualFold(written, name) {
			return object[written]
		}
	}
	return nil
}

// speaks reports whether a JSON value holds a text, or a number other than zero. A value without either reports nothing: services
// send [ ], {} and {"count":0} with a success.
func speaks(value any) bool {
	switch v := value.(type) {
	case string:
		text := strings.TrimSpace(v)
		return text != "" && !isZero(text)
	case json.Number:
		return !isZero(v.String())
	case []any:
		return slices.ContainsFunc(v, speaks)
	case map[string]any:
		for _, held := range v {
			if speaks(held) {
				return true
			}
		}
	}
	return false
}

func isZero(number string) bool {
	n, err := strconv.ParseFloat(number, 64)
	return err == nil && n == 0
}

func isFalse(value any) bool {
	text, _ := value.(string)
	return value == false || strings.EqualFold(text, "false")
}

// failedStatus reports whether a status in JSON is that of a failure: a number or a word.
func failedStatus(value any) bool {
	var word string
	switch v := value.(type) {
	case string:
		word = strings.ToLower(strings.TrimSpace(v))
	case json.Number:
		word = v.String()
	}
	if n, err := strconv.Atoi(word); err == nil {
		return n >= 400 && n <= 599
	}
	switch word {
	case "error", "failed", "failure", "fail":
		return true
	}
	return false
}

// messageIn finds the first message in a JSON value, however nested.
func messageIn(value any, depth int) string {
	const deepest = 4
	if depth > deepest {
		return ""
	}
	switch v := value.(type) {
	case string:
		return strings.TrimSpace(v)
	case []any:
		for _, item := range v {
			if found := messageIn(item, depth+1); found != "" {
				return found
			}
		}
	case map[string]any:
		for _, name := range messageNames {
			if found := messageIn(field(v, name), depth+1); found != "" {
				return found
			}
		}
	}
	return ""
}

// secretShape matches what may be a secret in the words of others: the query of an address, the header of a login, a long run of
// characters that is no word.
var secretShape = regexp.MustCompile(`\?[^\s"'<>]*|(?i:token|bearer|basic)\s+[\w!.+/=~-]{8,}|[\w!.+/=~-]{32,}`)

// cleaned makes the words of others fit to be shown: one short line without terminal commands, and without what may be a secret.
func cleaned(text, token string) string {
	if token != "" && strings.Contains(text, token) {
		return ""
	}
	text = secretShape.ReplaceAllString(httpkit.OneLine(text), "[hidden]")
	if runes := []rune(text); len(runes) > longestSaid {
		text = strings.TrimSpace(string(runes[:longestSaid])) + "…"
	}
	return text
}
