package inventory

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"

	"longhaul/internal/salesforce"
)

// idLen is the length of an Id in the form that all streams are joined by.
const idLen = 18

var errMalformed = errors.New("malformed line")

// bodies are the members that end a head: the last ones of a line, and by far its most bytes.
const bodies = "report"

// members walks over the members of the JSON object in line and gives each name, raw value and where that begins to visit
// until that wants no more. It finds where values end and does not judge what is in them: lines come from a JSON decoder or from a stream
// with a checksum. Without whole it stops at the first body.
func members(line []byte, visit func(name, value []byte, at int) (more bool, err error), whole bool) error {
	c := cursor{line: line}
	if !c.take('{') {
		return errMalformed
	}
	if c.take('}') {
		return c.end()
	}
	for {
		name, ok := c.name()
		if !ok {
			return errMalformed
		}
		if !whole && bytes.HasPrefix(name, []byte(bodies)) {
			return nil
		}
		start, ok := c.value()
		if !ok {
			return errMalformed
		}
		if more, err := visit(name, line[start:c.at:c.at], start); !more {
			return err
		}
		if c.take('}') {
			return c.end()
		}
		if !c.take(',') {
			return errMalformed
		}
	}
}

// cursor is a place in a line of JSON.
type cursor struct {
	line []byte
	at   int
}

func (c *cursor) space() {
	for c.at < len(c.line) && (c.line[c.at] == ' ' || c.line[c.at] == '\t' || c.line[c.at] == '\r' || c.line[c.at] == '\n') {
		c.at++
	}
}

func (c *cursor) take(b byte) bool {
	c.space()
	if c.at < len(c.line) && c.line[c.at] == b {
		c.at++
		return true
	}
	return false
}

func (c *cursor) end() error {
	c.space()
	if c.at != len(c.line) {
		return errMalformed
	}
	return nil
}

// name takes `"name":` and gives the name as it is written.
func (c *cursor) name() ([]byte, bool) {
	c.space()
	start := c.at
	if !c.quoted() {
		return nil, false
	}
	name := c.line[start+1 : c.at-1]
	return name, c.take(':')
}

// quoted takes a string.
func (c *cursor) quoted() bool {
	if c.at >= len(c.line) || c.line[c.at] != '"' {
		return false
	}
	for i := c.at + 1; ; {
		n := bytes.IndexByte(c.line[i:], '"')
		if n < 0 {
			return false
		}
		i += n
		escapes := 0
		for c.line[i-1-escapes] == '\\' {
			escapes++
		}
		i++
		if escapes%2 == 0 {
			c.at = i
			return true
		}
	}
}

// value takes any value and says where it began.
func (c *cursor) value() (start int, ok bool) {
	c.space()
	start = c.at
	depth := 0
	for c.at < len(c.line) {
		switch c.line[c.at] {
		case '"':
			if !c.quoted() {
				return start, false
			}
		case '{', '[':
			depth++
			c.at++
		case '}', ']':
			depth--
			c.at++
		default:
			if depth > 0 {
				c.at++
				continue
			}
			c.literal()
			return start, c.at > start
		}
		if depth <= 0 {
			return start, depth == 0
		}
	}
	return start, false
}

// literal takes a number, true, false or null.
func (c *cursor) literal() {
	for c.at < len(c.line) {
		switch c.line[c.at] {
		case ',', '}', ']', ' ', '\t', '\r', '\n', ':', '"', '{', '[':
			return
		}
		c.at++
	}
}

// text is the content of a raw string.
func text(value []byte) (string, error) {
	if len(value) < 2 || value[0] != '"' {
		return "", errMalformed
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), nil
	}
	plain, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return "", errMalformed
	}
	return string(plain), nil
}

// LineID gives the Id of a line of any stream of this package, in 18 characters; it aliases the line.
func LineID(line []byte) ([]byte, error) {
	const head = `{"Id":"`
	if len(line) > len(head)+idLen && string(line[:len(head)]) == head && line[len(head)+idLen] == '"' {
		return line[len(head) : len(head)+idLen], nil
	}
	id, _, err := member(line, "Id")
	if err != nil || len(id) != idLen+2 {
		return nil, fmt.Errorf("a line has no Id of %d characters: %w", idLen, errMalformed)
	}
	return id[1 : idLen+1], nil
}

// member gives the raw value of one member and where it begins; nil when the line does not have it.
func member(line []byte, want string) (found []byte, start int, err error) {
	err = members(line, func(name, value []byte, at int) (bool, error) {
		if string(name) == want {
			found, start = value, at
		}
		return found == nil, nil
	}, true)
	return found, start, err
}

// textMember gives the text of one member; empty when it is absent or null.
func textMember(line []byte, want string) (string, error) {
	value, _, err := member(line, want)
	if err != nil || value == nil || string(value) == "null" {
		return "", err
	}
	return text(value)
}

// replace gives line with raw in the place of the value of one member.
func replace(dst, line []byte, want, raw string) ([]byte, error) {
	value, at, err := member(line, want)
	if err != nil || value == nil {
		return nil, fmt.Errorf("a line has no %s: %w", want, errMalformed)
	}
	dst = append(append(dst, line[:at]...), raw...)
	return append(dst, line[at+len(value):]...), nil
}

// behind gives line with raw behind the value of one member.
func behind(dst, line []byte, want, raw string) ([]byte, error) {
	value, at, err := member(line, want)
	if err != nil || value == nil {
		return nil, fmt.Errorf("a line has no %s: %w", want, errMalformed)
	}
	at += len(value)
	return append(append(append(dst, line[:at]...), raw...), line[at:]...), nil
}

// normal gives a record of Salesforce as a line of a stream and its Id, both by 18 characters. sent is the Id as the
// server wrote it.
func normal(record []byte) (line []byte, id, sent string, err error) {
	sent, err = textMember(record, "Id")
	if err == nil && sent == "" {
		err = errMalformed
	}
	if err != nil {
		return nil, "", "", fmt.Errorf("a record has no Id: %w", err)
	}
	id, err = salesforce.ID18(sent)
	if err != nil {
		return nil, "", "", fmt.Errorf("a record has a bad Id: %w", err)
	}
	if id != sent {
		record, err = replace(nil, record, "Id", `"`+id+`"`)
	}
	if err == nil && bytes.IndexByte(record, '\n') >= 0 {
		var compact bytes.Buffer
		err = json.Compact(&compact, record)
		record = compact.Bytes()
	}
	return record, id, sent, err
}
