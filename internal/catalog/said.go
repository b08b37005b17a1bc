package catalog

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// longestSaid bounds what is repeated of an answer, in characters.
const longestSaid = 200

// reportsError says whether an answer is a JSON object that tells of an error, and what it says of it. The message is cleaned
// and bounded; it is empty where there is none, or where it repeats the token.
func reportsError(body []byte, token string) (said string, is bool) {
	var object map[string]json.RawMessage
	if json.Unmarshal(bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\xef\xbb\xbf")), &object) != nil {
		return "", false
	}
	field := func(name string) json.RawMessage {
		for written, value := range object {
			if strings.EqualFold(written, name) {
				return value
			}
		}
		return nil
	}
	for _, name := range []string{"error", "errors"} {
		value := field(name)
		switch strings.TrimSpace(string(value)) {
		case "", "null", "false", `""`, "[]", "{}", "0":
		default:
			said, is = messageIn(value, 0), true
		}
	}
	is = is || string(field("success")) == "false" || failedStatus(field("status"))
	if !is {
		return "", false
	}
	for _, name := range messageNames {
		if said == "" {
			said = messageIn(field(name), 0)
		}
	}
	return cleaned(said, token), true
}

// messageNames are where services write what went wrong, the clearest first.
var messageNames = []string{"message", "error_description", "detail", "reason", "title", "code", "error", "errors"}

// failedStatus says whether a status of JSON is that of a failure: the number of one, or a word.
func failedStatus(value json.RawMessage) bool {
	word := strings.ToLower(strings.Trim(string(value), `"`))
	if n, err := strconv.Atoi(word); err == nil {
		return n >= 400 && n <= 599
	}
	switch word {
	case "error", "failed", "failure", "fail":
		return true
	}
	return false
}

// messageIn finds the first message in a value of JSON, whatever holds it.
func messageIn(value json.RawMessage, depth int) string {
	const deepest = 4
	var text string
	var items []json.RawMessage
	var fields map[string]json.RawMessage
	switch {
	case depth > deepest || len(value) == 0:
		return ""
	case json.Unmarshal(value, &text) == nil:
		return text
	case json.Unmarshal(value, &items) == nil:
		if len(items) > 0 {
			return messageIn(items[0], depth+1)
		}
	case json.Unmarshal(value, &fields) == nil:
		for _, name := range messageNames {
			if found := messageIn(fields[name], depth+1); found != "" {
				return found
			}
		}
	}
	return ""
}

// secretShape matches what may be a secret in the words of others: a query of an address, a header of a login, a long run of
// what no word is made of.
var secretShape = regexp.MustCompile(`\?[^\s"'<>]*|(?i:token|bearer|basic)\s+[\w!.+/=~-]{8,}|[\w!.+/=~-]{32,}`)

// cleaned makes the words of others fit to be shown: one line, nothing that a terminal could take for a command, nothing that
// may be a secret, and not long.
func cleaned(text, token string) string {
	if token != "" && strings.Contains(text, token) {
		return ""
	}
	text = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, "?"))
	text = secretShape.ReplaceAllString(strings.Join(strings.Fields(text), " "), "[hidden]")
	if runes := []rune(text); len(runes) > longestSaid {
		text = strings.TrimSpace(string(runes[:longestSaid])) + "…"
	}
	return text
}
