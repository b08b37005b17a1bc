package extract

import (
	"fmt"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// tolerant is how records are read and written: compact UTF-8 with the shortest escapes, what is no UTF-8 replaced, and
// of two members with one name the last.
var tolerant = json.JoinOptions(jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))

// appendValue adds a value that was read as JSON before. Most values are in their final form already.
func appendValue(dst []byte, value jsontext.Value) ([]byte, error) {
	if final(value) {
		return append(dst, value...), nil
	}
	dst, err := jsontext.AppendFormat(dst, value, tolerant)
	if err != nil {
		return dst, fmt.Errorf("write a record: %w", err)
	}
	return dst, nil
}

// final says whether a JSON value is compact UTF-8 without escapes, which no formatting would change.
func final(value []byte) bool {
	text, wide := false, byte(0)
	for _, b := range value {
		switch {
		case b == '"':
			text = !text
		case b == '\\', b <= ' ' && !text:
			return false
		}
		wide |= b
	}
	return wide < utf8.RuneSelf || utf8.Valid(value)
}
