// Package wire writes the simulator's answers to HTTP connections, and damages them where a fault says so.
package wire

import (
	"bytes"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"
)

// The media types of answers.
const (
	JSONType = "application/json;charset=UTF-8"
	HTMLType = "text/html;charset=UTF-8"
)

// Reply is an answer of the Salesforce server or of the catalog's public API. A tail follows the body.
type Reply struct {
	Status int
	Body   []byte
	Tail   *Tail
	Allow  string // the Allow header, none when empty

	Media      string // the type of the body, JSON when empty
	RetryAfter int    // seconds, no header when zero
	Damage     Damage // done to the answer on its way

	Ahead time.Duration // how far the Date header is ahead of the simulator's time
	Usage string        // replaces the value of the Sforce-Limit-Info header
}

// JSON answers a value.
func JSON(status int, value any) Reply {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return Refusal(http.StatusInternalServerError, "UNKNOWN_EXCEPTION", "An unexpected error occurred.")
	}
	return Reply{Status: status, Body: bytes.TrimSuffix(b.Bytes(), []byte("\n"))}
}

// Error is one entry of the array with which the REST API refuses a call.
type Error struct {
	Message   string `json:"message"`
	ErrorCode string `json:"errorCode"`
}

// Refusal refuses a call as the REST API does.
func Refusal(status int, code, message string) Reply {
	return JSON(status, []Error{{message, code}})
}

// GraphQLError refuses a request as the catalog's public API does.
func GraphQLError(status int, code, message string) Reply {
	answer := JSON(status, map[string]any{"errors": []any{
		map[string]any{"message": message, "extensions": map[string]string{"code": code}},
	}})
	answer.Media = JSONType
	return answer
}

// Page answers an HTML page.
func Page(status int, title string) Reply {
	return Reply{Status: status, Media: HTMLType, Body: HTML(status, title)}
}

// HTML is a page that a gateway, a proxy or a maintenance site shows to people.
func HTML(status int, title string) []byte {
	return []byte("<!DOCTYPE html>\n<html>\n<head><title>" + title + "</title></head>\n<body>\n<h1>" + title + "</h1>\n" +
		"<p>An unexpected connection error occurred (" + strconv.Itoa(status) + "). Please try again in a few minutes.</p>\n</body>\n</html>\n")
}

// Whole is the body with its tail.
func (a *Reply) Whole() []byte {
	if a.Tail == nil {
		return a.Body
	}
	return slices.Concat(a.Body, a.Tail.plain)
}

// Embedded is the body as a value within another JSON body.
func (a *Reply) Embedded() json.RawMessage {
	if len(a.Body) == 0 {
		return json.RawMessage("null")
	}
	return a.Body
}
