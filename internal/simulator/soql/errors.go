package soql

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Error is a refusal, with Salesforce's error code and text.
type Error struct{ Code, Message string }

func (e *Error) Error() string { return e.Code + ": " + e.Message }

// Codes of refusals.
const (
	MalformedQuery = "MALFORMED_QUERY"
	InvalidField   = "INVALID_FIELD"
	InvalidType    = "INVALID_TYPE"
	OutsideRange   = "NUMBER_OUTSIDE_VALID_RANGE"
	InvalidFilter  = "INVALID_QUERY_FILTER_OPERATOR"
	InvalidScope   = "INVALID_QUERY_SCOPE"
	NotSupported   = "MALFORMED_QUERY"
)

func refuse(code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// excerpt is the number of bytes of the statement that an error shows on each side of its place.
const excerpt = 60

// refuseAt points at a place of the statement, given in bytes, as Salesforce does.
func refuseAt(text string, at int, code, format string, args ...any) *Error {
	at = min(max(at, 0), len(text))
	row := strings.Count(text[:at], "\n") + 1
	start := strings.LastIndexByte(text[:at], '\n') + 1
	line, _, _ := strings.Cut(text[start:], "\n")
	column := utf8.RuneCountInString(text[start:at])
	runes := []rune(strings.TrimSuffix(line, "\r"))
	first, last := max(column-excerpt, 0), min(column+excerpt, len(runes))
	first = min(first, last)
	return refuse(code, "\n%s\n%s^\nERROR at Row:%d:Column:%d\n%s", string(runes[first:last]),
		strings.Repeat(" ", column-first), row, column+1, fmt.Sprintf(format, args...))
}
