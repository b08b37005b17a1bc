package stream

import "bytes"

// Members scans the JSON object in line and calls visit with the name, the raw value and the offset of the value of each
// member, until visit wants no more. It stops before the first member whose name begins with until, unless until is empty.
// It finds where values end and does not check what is in them: lines come from a JSON decoder or from a stream with a
// checksum.
func Members(line []byte, until string, visit func(name, value []byte, at int) (more bool, err error)) error {
	c := cursor{line: line}
	if !c.accept('{') {
		return ErrMalformed
	}
	if c.accept('}') {
		return c.end()
	}
	for {
		name, ok := c.name()
		if !ok {
			return ErrMalformed
		}
		if until != "" && len(name) >= len(until) && string(name[:len(until)]) == until {
			return nil
		}
		start, ok := c.value()
		if !ok {
			return ErrMalformed
		}
		if more, err := visit(name, line[start:c.at:c.at], start); !more {
			return err
		}
		if c.accept('}') {
			return c.end()
		}
		if !c.accept(',') {
			return ErrMalformed
		}
	}
}

// cursor is a position in a line of JSON.
type cursor struct {
	line []byte
	at   int
}

// space skips white space.
func (c *cursor) space() {
	for c.at < len(c.line) && (c.line[c.at] == ' ' || c.line[c.at] == '\t' || c.line[c.at] == '\r' || c.line[c.at] == '\n') {
		c.at++
	}
}

// accept skips white space and b, and reports whether b was there.
func (c *cursor) accept(b byte) bool {
	c.space()
	if c.at < len(c.line) && c.line[c.at] == b {
		c.at++
		return true
	}
	return false
}

// end reports anything but white space as an error.
func (c *cursor) end() error {
	c.space()
	if c.at != len(c.line) {
		return ErrMalformed
	}
	return nil
}

// name reads `"name":` and returns the name as it is written, escapes included.
func (c *cursor) name() ([]byte, bool) {
	c.space()
	start := c.at
	if !c.quoted() {
		return nil, false
	}
	name := c.line[start+1 : c.at-1]
	return name, c.accept(':')
}

// quoted skips a string.
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

// value skips a value of any kind and returns where it began.
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

// literal skips a number, true, false or null.
func (c *cursor) literal() {
	for c.at < len(c.line) {
		switch c.line[c.at] {
		case ',', '}', ']', ' ', '\t', '\r', '\n', ':', '"', '{', '[':
			return
		}
		c.at++
	}
}
