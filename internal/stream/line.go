package stream

import (
	"bytes"
	"fmt"

	"github.com/go-json-experiment/json/jsontext"
)

// LineID returns the Id of a line. It aliases the line.
func LineID(line []byte) ([]byte, error) {
	const head = `{"Id":"`
	if len(line) > len(head)+IDLen && string(line[:len(head)]) == head && line[len(head)+IDLen] == '"' {
		return line[len(head) : len(head)+IDLen], nil
	}
	id, err := Member(line, "Id")
	if err != nil || len(id) != IDLen+2 {
		return nil, fmt.Errorf("a line has no Id of %d characters: %w", IDLen, ErrMalformed)
	}
	return id[1 : IDLen+1], nil
}

// Member returns the raw value of one member of a line, the first of that name; nil when the line has none. It aliases the
// line.
func Member(line []byte, name string) ([]byte, error) {
	value, _, err := find(line, name)
	return value, err
}

// TextMember returns the text of one member; empty when the member is absent or null.
func TextMember(line []byte, name string) (string, error) {
	value, err := Member(line, name)
	if err != nil || value == nil || string(value) == "null" {
		return "", err
	}
	return Text(value)
}

// Text returns the content of a raw JSON string.
func Text(value []byte) (string, error) {
	if len(value) < 2 || value[0] != '"' {
		return "", ErrMalformed
	}
	inner := value[1 : len(value)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner), nil
	}
	plain, err := jsontext.AppendUnquote(nil, value)
	if err != nil {
		return "", ErrMalformed
	}
	return string(plain), nil
}

// Replace appends line to dst with raw in place of the value of one member.
func Replace(dst, line []byte, name, raw string) ([]byte, error) {
	value, at, err := find(line, name)
	if err != nil || value == nil {
		return nil, fmt.Errorf("a line has no %s: %w", name, ErrMalformed)
	}
	dst = append(append(dst, line[:at]...), raw...)
	return append(dst, line[at+len(value):]...), nil
}

// InsertAfter appends line to dst with raw after the value of one member.
func InsertAfter(dst, line []byte, name, raw string) ([]byte, error) {
	value, at, err := find(line, name)
	if err != nil || value == nil {
		return nil, fmt.Errorf("a line has no %s: %w", name, ErrMalformed)
	}
	at += len(value)
	return append(append(append(dst, line[:at]...), raw...), line[at:]...), nil
}

// find returns the raw value of one member and its offset.
func find(line []byte, want string) (found []byte, start int, err error) {
	err = Members(line, "", func(name, value []byte, at int) (bool, error) {
		if string(name) == want {
			found, start = value, at
		}
		return found == nil, nil
	})
	return found, start, err
}
